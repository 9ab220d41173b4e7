// Reading a run back from its files.
#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/csv.hpp"
#include "analysis/run_columns.hpp"
#include "analysis/run_files.hpp"

namespace psgrid::analysis {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Failure read_table(const fs::path& path, const columns::Columns& expected,
                   const std::function<void(CsvReader&)>& row) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{fmt::format("cannot read {}", path.string())};
  CsvReader csv(in, path.string(), expected);
  while (csv.next()) row(csv);
  return csv.failure();
}

// "worker[3]"; anything else reads as manager[0], which no writer produces by mistake.
NodeId parse_node(const std::string& text) {
  for (Role role : {Role::kManager, Role::kServer, Role::kWorker}) {
    const std::string prefix = std::string(role_name(role)) + "[";
    if (!text.starts_with(prefix)) continue;
    NodeId node{role, 0};
    std::from_chars(text.data() + prefix.size(), text.data() + text.size(), node.rank);
    return node;
  }
  return {};
}

void read_iteration(CsvReader& csv, RunData& run) {
  run.iterations.push_back({csv.integer<std::uint32_t>(0), csv.integer<std::uint32_t>(1),
                            csv.number(2), csv.number(3), csv.number(4), csv.number(5),
                            csv.number(6), csv.number(7), csv.integer<std::uint32_t>(8)});
}

void read_convergence(CsvReader& csv, RunData& run) {
  run.convergence.push_back({csv.number(0), csv.number(1), csv.integer<std::uint64_t>(2),
                             csv.number(3), csv.number(5), csv.number(6),
                             csv.integer<std::uint32_t>(7)});
}

void read_node(CsvReader& csv, RunData& run) {
  NodeRow& row = run.nodes.emplace_back();
  row.node = parse_node(csv.text(0));
  row.host = csv.text(2);
  row.busy_s = csv.number(3);
  if (!csv.is_empty(4)) row.wait_s = csv.number(4);
  row.bytes_sent = csv.integer<std::uint64_t>(5);
  row.bytes_received = csv.integer<std::uint64_t>(6);
  row.messages_sent = csv.integer<std::uint64_t>(7);
  row.messages_received = csv.integer<std::uint64_t>(8);
  row.incarnations = csv.integer<std::uint32_t>(9);
}

void read_message(CsvReader& csv, RunData& run) {
  run.messages.push_back(
      {csv.text(0), csv.integer<std::uint64_t>(1), csv.integer<std::uint64_t>(2)});
}

void read_filter(CsvReader& csv, RunData& run) {
  run.filters.push_back(
      {csv.text(0), csv.text(1), csv.integer<std::uint64_t>(2), csv.integer<std::uint64_t>(3)});
}

void read_event(CsvReader& csv, RunData& run) {
  run.events.push_back({csv.number(0), parse_node(csv.text(1)), csv.text(2), csv.text(3)});
}

std::string text_of(const json& object, const char* key) {
  const json& value = object.at(key);
  return value.is_null() ? std::string() : value.get<std::string>();
}

RunHeader read_header(const json& object) {
  RunHeader header;
  header.scenario = text_of(object, "scenario");
  header.variant = text_of(object, "variant");
  header.seed = object.at("seed");
  header.backend = text_of(object, "backend");
  if (object.contains("architecture")) header.architecture = text_of(object, "architecture");
  header.consistency = text_of(object, "consistency");
  header.workers = object.at("workers");
  header.servers = object.at("servers");
  header.managers = object.at("managers");
  header.replicas = object.at("replicas");
  header.replication = text_of(object, "replication");
  header.failover = text_of(object, "failover");
  if (object.contains("filters")) header.filters = text_of(object, "filters");
  header.network = text_of(object, "network");
  header.stragglers = text_of(object, "stragglers");
  header.learner = text_of(object, "learner");
  header.optimizer = text_of(object, "optimizer");
  header.data = text_of(object, "data");
  header.batch = object.at("batch");
  header.keys = object.at("keys");
  header.metric_name = text_of(object, "metric_name");
  if (!object.at("target_loss").is_null()) header.target_loss = object.at("target_loss");
  return header;
}

void read_summary(const json& object, RunData& run) {
  run.header = read_header(object);
  const std::string status = text_of(object, "status");
  for (RunStatus each : {RunStatus::kDone, RunStatus::kInterrupted, RunStatus::kFailed}) {
    if (status == status_name(each)) run.status = each;
  }
  const std::string stop = text_of(object, "stop_reason");
  for (StopReason each :
       {StopReason::kIterations, StopReason::kTargetLoss, StopReason::kTime, StopReason::kLost}) {
    if (stop == stop_reason_name(each)) run.stop = each;
  }
  run.failure = text_of(object, "failure");
  run.virtual_time_s = object.at("virtual_time_s");
  run.worker_iterations = object.at("worker_iterations");
  run.iterations_min = object.at("iterations_min");
  run.iterations_max = object.at("iterations_max");
  run.examples = object.at("examples");
  run.keys_touched = object.at("keys_touched");
  run.gradients_dropped = object.at("gradients_dropped");
  run.messages_corrupted = object.at("messages_corrupted");
  run.checkpoints = object.at("checkpoints");
  run.checkpoint_s = object.at("checkpoint_s");
  const double lost = object.at("iterations_lost");
  run.iterations_lost = static_cast<std::uint64_t>(std::llround(lost * run.header.workers));
  run.time.compute_s = object.at("compute_s");
  run.time.wait_s = object.at("wait_s");
  run.time.pull_s = object.at("pull_s");
  run.time.push_s = object.at("push_s");
  run.iterations_dropped = object.at("iterations_dropped");
  run.events_dropped = object.at("events_dropped");
  const json& throughput = object.at("throughput_recovery_s_max");
  if (!throughput.is_null()) run.throughput_recovery_s_max = throughput;
}

Failure read_staleness(const fs::path& path, const json& object, RunData& run) {
  std::vector<Histogram::Bin> clocks, updates;
  const Failure failure = read_table(path, columns::staleness, [&](CsvReader& csv) {
    (csv.text(0) == "clocks" ? clocks : updates)
        .push_back({csv.integer<std::uint32_t>(1), csv.integer<std::uint32_t>(2),
                    csv.integer<std::uint64_t>(3)});
  });
  if (failure) return failure;
  run.staleness =
      Histogram::from_bins(clocks, object.at("sum_staleness"), object.at("max_staleness"));
  run.staleness_updates = Histogram::from_bins(updates, object.at("sum_staleness_updates"),
                                               object.at("max_staleness_updates"));
  return {};
}

using Reader = void (*)(CsvReader&, RunData&);

}  // namespace

Result<RunData> read_run(const fs::path& directory, ReadOptions options) {
  const Result<std::string> text = read_text(directory / "summary.json");
  if (!text.ok()) return text.error();
  RunData run;
  json object;
  try {
    object = json::parse(text.value());
    read_summary(object, run);
    if (Failure failure = read_staleness(directory / "staleness.csv", object, run)) return *failure;
  } catch (const json::exception& exception) {
    return Error{fmt::format("{} is not a summary that psgrid wrote: {}",
                             (directory / "summary.json").string(), exception.what())};
  }
  const auto read = [&](const char* name, const columns::Columns& expected, Reader reader) {
    return read_table(directory / name, expected, [&](CsvReader& csv) { reader(csv, run); });
  };
  if (Failure f = read("convergence.csv", columns::convergence, read_convergence)) return *f;
  if (Failure f = read("nodes.csv", columns::nodes, read_node)) return *f;
  if (Failure f = read("messages.csv", columns::messages, read_message)) return *f;
  if (Failure f = read("events.csv", columns::events, read_event)) return *f;
  if (fs::exists(directory / "filters.csv"))
    if (Failure f = read("filters.csv", columns::filters, read_filter)) return *f;
  run.iterations_recorded = fs::exists(directory / "iterations.csv");
  if (run.iterations_recorded && options.iterations) {
    if (Failure f = read("iterations.csv", columns::iterations, read_iteration)) return *f;
  }
  return run;
}

}  // namespace psgrid::analysis
