#include "analysis/run_recorder.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "analysis/filter_text.hpp"
#include "analysis/recovery.hpp"

namespace psgrid::analysis {

RunRecorder::RunRecorder(RunHeader header, RecorderOptions options)
    : options_(options), trace_(options.trace) {
  data_.header = std::move(header);
  data_.iterations_recorded = data_.header.workers <= options_.iteration_rows_workers_max;
  workers_.resize(data_.header.workers);
  for (const char* direction : {"push", "pull"})
    for (const std::string& name : filter_names(data_.header.filters))
      filters_.push_back({name, direction, 0, 0});
}

void RunRecorder::on_record(Time now, NodeId node, const Record& record) {
  data_.virtual_time_s = std::max(data_.virtual_time_s, now.seconds);
  std::visit(
      [&](const auto& what) {
        if constexpr (requires { this->record(now, node, what); }) this->record(now, node, what);
      },
      record);
}

void RunRecorder::record(Time, NodeId node, const IterationDone& done) {
  ++data_.worker_iterations;
  data_.examples += done.examples;
  data_.time.compute_s += done.compute.seconds;
  data_.time.wait_s += done.wait.seconds;
  data_.time.pull_s += done.pull.seconds;
  data_.time.push_s += done.push.seconds;

  if (node.rank >= workers_.size()) workers_.resize(node.rank + 1);
  WorkerSum& worker = workers_[node.rank];
  worker.iterations = std::max(worker.iterations, done.iteration.value + 1);
  worker.clock = done.iteration.value + 1;
  worker.keys_touched = std::max(worker.keys_touched, done.keys_touched);
  worker.not_computing_s += done.wait.seconds + done.pull.seconds + done.push.seconds;

  if (options_.trace.enabled) trace_.add(node, done);
  if (!data_.iterations_recorded) return;
  if (data_.iterations.size() >= options_.iteration_rows_max) {
    ++data_.iterations_dropped;
    return;
  }
  data_.iterations.push_back({node.rank, done.iteration.value, done.start.seconds, done.end.seconds,
                              done.compute.seconds, done.wait.seconds, done.pull.seconds,
                              done.push.seconds, done.staleness});
}

void RunRecorder::record(Time, NodeId, const GradientDropped&) { ++data_.gradients_dropped; }

void RunRecorder::record(Time, NodeId, const MessageCorrupted&) { ++data_.messages_corrupted; }

void RunRecorder::record(Time now, NodeId node, const GradientApplied& applied) {
  data_.staleness.add(applied.staleness_clocks);
  data_.staleness_updates.add(applied.staleness_updates);
  ++window_.count;
  window_.sum += applied.staleness_clocks;
  window_.max = std::max(window_.max, applied.staleness_clocks);
  if (options_.trace.enabled) trace_.add(now, node, applied);
}

void RunRecorder::record(Time now, NodeId, const Evaluated& evaluated) {
  const double mean = window_.count == 0
                          ? 0.0
                          : static_cast<double>(window_.sum) / static_cast<double>(window_.count);
  data_.convergence.push_back({now.seconds, evaluated.iteration, evaluated.examples, evaluated.loss,
                               evaluated.metric, mean, window_.max});
  window_ = {};
}

void RunRecorder::record(Time now, NodeId node, const Event& event) {
  if (options_.trace.enabled) trace_.add(now, node, event);
  if (event.name == "shard_lost") loss_ = event.detail;
  if (data_.events.size() >= options_.event_rows_max) {
    ++data_.events_dropped;
    return;
  }
  data_.events.push_back({now.seconds, node, event.name, event.detail});
}

void RunRecorder::record(Time, NodeId, const JobFinished& finished) {
  data_.stop = finished.reason;
}

void RunRecorder::record(Time, NodeId node, const FilterTotals& totals) {
  const std::size_t first = node.role == Role::kWorker ? 0 : filters_.size() / 2;
  if (totals.filter >= filters_.size() / 2) return;
  FilterRow& row = filters_[first + totals.filter];
  row.before_bytes += totals.before.count;
  row.after_bytes += totals.after.count;
}

void RunRecorder::record(Time, NodeId, const CheckpointDone& done) {
  ++data_.checkpoints;
  data_.checkpoint_s += done.writing.seconds;
}

void RunRecorder::record(Time, NodeId, const ClusterRestarted& restarted) {
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
    std::optional<std::uint32_t>& clock = workers_[worker].clock;
    const std::uint32_t from =
        worker < restarted.clocks.size() ? restarted.clocks[worker].value : 0;
    if (!clock) continue;
    if (*clock > from) data_.iterations_lost += *clock - from;
    // A process that was ended could not tell of its last ones, which the checkpoint has.
    if (*clock < from) data_.worker_iterations += from - *clock;
    clock = from;
  }
}

void RunRecorder::on_message(const MessageTrace& message) { trace_.add(message); }

void RunRecorder::on_work(const WorkTrace& work) { trace_.add(work); }

void RunRecorder::on_message_totals(const std::vector<TypeTotals>& totals) {
  for (const TypeTotals& type : totals)
    data_.messages.push_back({std::string(type.type), type.messages, type.sent.count});
}

void RunRecorder::on_totals(Time now, const std::vector<NodeTotals>& totals) {
  data_.virtual_time_s = now.seconds;
  data_.nodes.clear();
  data_.nodes.reserve(totals.size());
  for (const NodeTotals& total : totals) {
    NodeRow& row = data_.nodes.emplace_back();
    row.node = total.node;
    row.host = total.host;
    row.busy_s = total.busy.seconds;
    if (total.node.role == Role::kWorker) {
      row.wait_s =
          total.node.rank < workers_.size() ? workers_[total.node.rank].not_computing_s : 0;
    }
    row.bytes_sent = total.sent.count;
    row.bytes_received = total.received.count;
    row.messages_sent = total.messages_sent;
    row.messages_received = total.messages_received;
    row.incarnations = total.incarnations;
  }
}

RunData RunRecorder::finish(RunStatus status, std::string failure) {
  data_.status = status;
  data_.failure = std::move(failure);
  if (status == RunStatus::kDone && data_.stop == StopReason::kLost) {
    data_.status = RunStatus::kFailed;
    data_.failure = "lost " + loss_;
  }
  for (FilterRow& row : filters_)
    if (row.before_bytes > 0) data_.filters.push_back(std::move(row));
  data_.throughput_recovery_s_max = throughput_recovery(data_);
  if (!workers_.empty()) {
    const auto [slowest, fastest] = std::minmax_element(
        workers_.begin(), workers_.end(),
        [](const WorkerSum& a, const WorkerSum& b) { return a.iterations < b.iterations; });
    data_.iterations_min = slowest->iterations;
    data_.iterations_max = fastest->iterations;
    for (const WorkerSum& worker : workers_) data_.keys_touched += worker.keys_touched;
  }
  return std::move(data_);
}

}  // namespace psgrid::analysis
