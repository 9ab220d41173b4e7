// The figures of one run that fit on a page: summary.json and the table on the terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analysis/run_data.hpp"

namespace psgrid::analysis {

// Derived from a RunData; absent values are unknown or were never reached.
struct Summary {
  bool failed = false;
  double iterations = 0;             // mean over workers, without those that were lost
  double iterations_lost = 0;        // mean over workers
  double iteration_s_mean = 0;       // mean duration of an iteration
  double iterations_per_s = 0;       // of all workers together
  std::optional<double> final_loss;  // of the last evaluation
  std::optional<double> final_metric;
  std::optional<double> time_to_target_s;      // first evaluation at or below the target
  std::optional<double> iterations_to_target;  // mean over workers at that time
  std::uint64_t messages = 0;                  // sent by all nodes
  std::uint64_t bytes_on_wire = 0;
  std::uint64_t server_bytes_sent = 0, worker_bytes_sent = 0;  // of bytes_on_wire
  double working_set = 0;  // share of all keys that a worker touched, mean over workers
  std::int64_t filters_saved_bytes = 0;    // negative where they made more of it
  std::optional<double> server_load_skew;  // bytes in and out of a server: maximum over mean
  std::uint64_t faults = 0;
  std::uint64_t failovers = 0;  // see recovery.hpp
  std::optional<double> recovery_s_max, recovery_s_mean;
  std::optional<double> throughput_recovery_s_max;
  std::uint64_t replication_bytes = 0;  // from replica to replica, of bytes_on_wire
};

Summary summarize(const RunData& run);

// The text of summary.json: one flat object with sorted keys. Times without "mean" are sums over
// workers. Staleness without "updates" is in clocks.
std::string summary_json(const RunData& run);

// True for events that a fault schedule causes: "crash", "pause", "slow", ...
bool is_fault(const EventRow& event);

}  // namespace psgrid::analysis
