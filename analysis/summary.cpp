#include "analysis/summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "analysis/json_text.hpp"
#include "analysis/recovery.hpp"

namespace psgrid::analysis {
namespace {

using nlohmann::json;

double per(double sum, double count) { return count > 0 ? sum / count : 0; }

std::optional<double> load_skew(const RunData& run) {
  // Without a parameter server they may have nothing to do.
  const bool serve = std::any_of(run.messages.begin(), run.messages.end(),
                                 [](const MessageRow& row) { return row.type == "pull_reply"; });
  if (!serve && !run.messages.empty()) return {};
  double sum = 0, max = 0, servers = 0;
  for (const NodeRow& node : run.nodes) {
    if (node.node.role != Role::kServer) continue;
    const double bytes = static_cast<double>(node.bytes_sent + node.bytes_received);
    sum += bytes;
    max = std::max(max, bytes);
    ++servers;
  }
  if (sum == 0) return {};
  return max / (sum / servers);
}

void count_faults(const RunData& run, Summary& summary) {
  for (const EventRow& event : run.events) summary.faults += is_fault(event);
  summary.failovers = failovers_of(run).size();
  double sum = 0, count = 0;
  for (const Recovery& recovery : recoveries_of(run)) {
    const double recovery_s = recovery.accepting_s - recovery.fault_s;
    summary.recovery_s_max = std::max(summary.recovery_s_max.value_or(0), recovery_s);
    sum += recovery_s;
    ++count;
  }
  if (count > 0) summary.recovery_s_mean = sum / count;
  summary.throughput_recovery_s_max = run.throughput_recovery_s_max;
}

// What only goes from one replica of a shard to another.
bool is_replication(std::string_view type) {
  return type.starts_with("forward") || type.starts_with("chain_") || type.starts_with("state_") ||
         type == "rejoin";
}

}  // namespace

bool is_fault(const EventRow& event) {
  static constexpr std::array<std::string_view, 6> names = {"crash", "pause", "slow",
                                                            "link",  "reset", "restart_cluster"};
  return std::find(names.begin(), names.end(), event.event) != names.end();
}

Summary summarize(const RunData& run) {
  Summary summary;
  summary.failed = run.status == RunStatus::kFailed;
  const auto iterations = static_cast<double>(run.worker_iterations);
  const auto lost = static_cast<double>(run.iterations_lost);
  summary.iterations = per(iterations - lost, run.header.workers);
  summary.iterations_lost = per(lost, run.header.workers);
  summary.iteration_s_mean = per(run.time.total(), iterations);
  summary.iterations_per_s = per(iterations, run.virtual_time_s);
  if (!run.convergence.empty()) {
    summary.final_loss = run.convergence.back().loss;
    if (!run.header.metric_name.empty()) summary.final_metric = run.convergence.back().metric;
  }
  for (const ConvergenceRow& row : run.convergence) {
    if (!run.header.target_loss || !(row.loss <= *run.header.target_loss)) continue;
    summary.time_to_target_s = row.time_s;
    summary.iterations_to_target = row.iteration;
    break;
  }
  for (const NodeRow& node : run.nodes) {
    summary.messages += node.messages_sent;
    summary.bytes_on_wire += node.bytes_sent;
    if (node.node.role == Role::kServer) summary.server_bytes_sent += node.bytes_sent;
    if (node.node.role == Role::kWorker) summary.worker_bytes_sent += node.bytes_sent;
  }
  const double keys = static_cast<double>(run.header.keys) * run.header.workers;
  summary.working_set = per(static_cast<double>(run.keys_touched), keys);
  for (const MessageRow& row : run.messages)
    if (is_replication(row.type)) summary.replication_bytes += row.bytes;
  for (const FilterRow& row : run.filters)
    summary.filters_saved_bytes += static_cast<std::int64_t>(row.before_bytes - row.after_bytes);
  summary.server_load_skew = load_skew(run);
  count_faults(run, summary);
  return summary;
}

std::string summary_json(const RunData& run) {
  const Summary summary = summarize(run);
  const RunHeader& header = run.header;
  const double workers = header.workers;
  json object = {
      {"format", "psgrid-run-1"},
      {"scenario", header.scenario},
      {"variant", or_null(header.variant)},
      {"seed", header.seed},
      {"backend", header.backend},
      {"architecture", header.architecture},
      {"consistency", header.consistency},
      {"workers", header.workers},
      {"servers", header.servers},
      {"managers", header.managers},
      {"replicas", header.replicas},
      {"replication", or_null(header.replication)},
      {"failover", or_null(header.failover)},
      {"network", header.network},
      {"stragglers", or_null(header.stragglers)},
      {"learner", header.learner},
      {"optimizer", header.optimizer},
      {"data", or_null(header.data)},
      {"batch", header.batch},
      {"keys", header.keys},
      {"metric_name", or_null(header.metric_name)},
      {"target_loss", or_null(header.target_loss)},

      {"status", status_name(run.status)},
      {"failure", or_null(run.failure)},
      {"stop_reason", run.stop ? json(stop_reason_name(*run.stop)) : json(nullptr)},
      {"virtual_time_s", run.virtual_time_s},
      {"worker_iterations", run.worker_iterations},
      {"iterations", summary.iterations},
      {"iterations_min", run.iterations_min},
      {"iterations_max", run.iterations_max},
      {"iterations_per_s", summary.iterations_per_s},
      {"iteration_s_mean", summary.iteration_s_mean},
      {"iterations_lost", summary.iterations_lost},
      {"checkpoints", run.checkpoints},
      {"checkpoint_s", run.checkpoint_s},
      {"examples", run.examples},
      {"compute_s", run.time.compute_s},
      {"wait_s", run.time.wait_s},
      {"pull_s", run.time.pull_s},
      {"push_s", run.time.push_s},
      {"compute_s_mean", per(run.time.compute_s, workers)},
      {"wait_s_mean", per(run.time.wait_s, workers)},
      {"pull_s_mean", per(run.time.pull_s, workers)},
      {"push_s_mean", per(run.time.push_s, workers)},
      {"wait_share", per(run.time.wait_s, run.time.total())},
      {"final_loss", or_null(summary.final_loss)},
      {"final_metric", or_null(summary.final_metric)},
      {"time_to_target_s", or_null(summary.time_to_target_s)},
      {"iterations_to_target", or_null(summary.iterations_to_target)},
      {"messages", summary.messages},
      {"messages_corrupted", run.messages_corrupted},
      {"bytes_on_wire", summary.bytes_on_wire},
      {"server_bytes_sent", summary.server_bytes_sent},
      {"worker_bytes_sent", summary.worker_bytes_sent},
      {"keys_touched", run.keys_touched},
      {"working_set", summary.working_set},
      {"server_load_skew", or_null(summary.server_load_skew)},
      {"gradients_applied", run.staleness.count()},
      {"gradients_dropped", run.gradients_dropped},
      {"mean_staleness", run.staleness.mean()},
      {"max_staleness", run.staleness.max()},
      {"sum_staleness", run.staleness.sum()},
      {"mean_staleness_updates", run.staleness_updates.mean()},
      {"max_staleness_updates", run.staleness_updates.max()},
      {"sum_staleness_updates", run.staleness_updates.sum()},
      {"faults", summary.faults},
      {"failovers", summary.failovers},
      {"recovery_s_max", or_null(summary.recovery_s_max)},
      {"recovery_s_mean", or_null(summary.recovery_s_mean)},
      {"throughput_recovery_s_max", or_null(summary.throughput_recovery_s_max)},
      {"replication_bytes", summary.replication_bytes},
      {"iterations_dropped", run.iterations_dropped},
      {"events_dropped", run.events_dropped},
  };
  if (!header.filters.empty()) {
    object["filters"] = header.filters;
    object["filters_saved_bytes"] = summary.filters_saved_bytes;
  }
  return json_text(object);
}

}  // namespace psgrid::analysis
