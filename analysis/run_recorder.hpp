// Collects a run into RunData while it happens.
//
// Keeps counters and histograms for what comes by the million (iterations, applied gradients) and
// rows for what is rare (evaluations, events). Rows of iterations are kept only if asked for.
// One recorder watches one run; it is not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/run_data.hpp"
#include "analysis/trace_log.hpp"
#include "model/run_observer.hpp"

namespace psgrid::analysis {

struct RecorderOptions {
  // From this number of workers on no rows of iterations are kept.
  std::uint32_t iteration_rows_workers_max = 1000;
  std::uint64_t iteration_rows_max = 2'000'000;
  std::uint64_t event_rows_max = 100'000;
  TraceOptions trace;
};

class RunRecorder final : public RunObserver {
 public:
  explicit RunRecorder(RunHeader header, RecorderOptions options = {});

  void on_record(Time now, NodeId node, const Record& record) override;
  bool wants_traces() const override { return options_.trace.enabled; }
  void on_message(const MessageTrace& message) override;
  void on_work(const WorkTrace& work) override;
  void on_message_totals(const std::vector<TypeTotals>& totals) override;
  void on_totals(Time now, const std::vector<NodeTotals>& totals) override;

  // What is known so far; complete once the run is over.
  const RunData& data() const { return data_; }
  const TraceLog& trace() const { return trace_; }

  // Ends the recording: call once, after the run. `failure` says why if it failed; a job that lost
  // a shard has.
  RunData finish(RunStatus status, std::string failure = "");

 private:
  void record(Time now, NodeId node, const IterationDone& done);
  void record(Time now, NodeId node, const GradientApplied& applied);
  void record(Time now, NodeId node, const GradientDropped&);
  void record(Time now, NodeId node, const MessageCorrupted& dropped);
  void record(Time now, NodeId node, const Evaluated& evaluated);
  void record(Time now, NodeId node, const Event& event);
  void record(Time now, NodeId node, const JobFinished& finished);
  void record(Time now, NodeId node, const FilterTotals& totals);
  void record(Time now, NodeId node, const CheckpointDone& done);
  void record(Time now, NodeId node, const ClusterRestarted& restarted);

  struct WorkerSum {
    std::uint32_t iterations = 0;
    std::optional<std::uint32_t> clock;  // where it is now
    double not_computing_s = 0;
    std::uint64_t keys_touched = 0;
  };
  struct Window {
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    std::uint32_t max = 0;
  };

  RecorderOptions options_;
  RunData data_;
  TraceLog trace_;
  std::vector<WorkerSum> workers_;  // by rank
  std::vector<FilterRow> filters_;  // by filter, those of pushes first
  Window window_;                   // staleness since the last evaluation
  std::string loss_;                // "shard 3: ..." if the job lost one
};

}  // namespace psgrid::analysis
