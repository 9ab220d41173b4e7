#include "analysis/run_files.hpp"

#include <ostream>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "analysis/csv.hpp"
#include "analysis/json_text.hpp"
#include "analysis/run_columns.hpp"
#include "analysis/summary.hpp"

namespace psgrid::analysis {
namespace {

void write_convergence(const RunData& run, std::ostream& out) {
  CsvWriter csv(out, columns::convergence);
  for (const ConvergenceRow& row : run.convergence) {
    csv.number(row.time_s).number(row.iteration).number(row.examples).number(row.loss);
    csv.text(run.header.metric_name).number(row.metric);
    csv.number(row.staleness_mean).number(std::uint64_t{row.staleness_max}).end_row();
  }
}

void write_iterations(const RunData& run, std::ostream& out) {
  CsvWriter csv(out, columns::iterations);
  for (const IterationRow& row : run.iterations) {
    csv.number(std::uint64_t{row.worker}).number(std::uint64_t{row.iteration});
    csv.number(row.start_s).number(row.end_s);
    csv.number(row.compute_s).number(row.wait_s).number(row.pull_s).number(row.push_s);
    csv.number(std::uint64_t{row.staleness}).end_row();
  }
}

void write_nodes(const RunData& run, std::ostream& out) {
  CsvWriter csv(out, columns::nodes);
  for (const NodeRow& row : run.nodes) {
    csv.text(to_string(row.node)).text(role_name(row.node.role)).text(row.host);
    csv.number(row.busy_s);
    row.wait_s ? csv.number(*row.wait_s) : csv.empty();
    csv.number(row.bytes_sent).number(row.bytes_received);
    csv.number(row.messages_sent).number(row.messages_received);
    csv.number(std::uint64_t{row.incarnations}).end_row();
  }
}

void write_messages(const RunData& run, std::ostream& out) {
  CsvWriter csv(out, columns::messages);
  for (const MessageRow& row : run.messages)
    csv.text(row.type).number(row.messages).number(row.bytes).end_row();
}

void write_filters(const RunData& run, std::ostream& out) {
  CsvWriter csv(out, columns::filters);
  for (const FilterRow& row : run.filters) {
    csv.text(row.filter).text(row.direction).number(row.before_bytes);
    csv.number(row.after_bytes).end_row();
  }
}

void write_events(const RunData& run, std::ostream& out) {
  CsvWriter csv(out, columns::events);
  for (const EventRow& row : run.events) {
    csv.number(row.time_s).text(to_string(row.node)).text(row.event).text(row.detail).end_row();
  }
}

void write_bins(const Histogram& histogram, std::string_view unit, CsvWriter& csv) {
  for (const Histogram::Bin& bin : histogram.non_empty_bins()) {
    csv.text(unit).number(std::uint64_t{bin.low}).number(std::uint64_t{bin.high});
    csv.number(bin.count).end_row();
  }
}

void write_staleness(const RunData& run, std::ostream& out) {
  CsvWriter csv(out, columns::staleness);
  write_bins(run.staleness, "clocks", csv);
  write_bins(run.staleness_updates, "updates", csv);
}

}  // namespace

Failure write_run(const OutputDirectory& directory, const RunData& run) {
  using Body = void (*)(const RunData&, std::ostream&);
  std::vector<std::pair<const char*, Body>> files = {{"convergence.csv", write_convergence},
                                                     {"nodes.csv", write_nodes},
                                                     {"messages.csv", write_messages},
                                                     {"events.csv", write_events},
                                                     {"staleness.csv", write_staleness}};
  if (run.iterations_recorded) files.emplace_back("iterations.csv", write_iterations);
  if (!run.filters.empty()) files.emplace_back("filters.csv", write_filters);
  for (const auto& [name, body] : files) {
    const auto write_body = [&, write = body](std::ostream& out) { write(run, out); };
    if (Failure failure = directory.write(name, write_body)) return failure;
  }
  return directory.write("summary.json", summary_json(run));
}

Failure write_run_info(const OutputDirectory& directory, const RunInfo& info) {
  const double events = static_cast<double>(info.events);
  const nlohmann::json object = {
      {"wall_time_s", info.wall_time_s},
      {"peak_memory_bytes", info.peak_memory_bytes},
      {"events", info.events},
      {"events_per_s", info.wall_time_s > 0 ? events / info.wall_time_s : 0},
      {"host", info.host},
      {"cores", info.cores},
      {"versions", info.versions},
  };
  return directory.write("run_info.json", json_text(object));
}

}  // namespace psgrid::analysis
