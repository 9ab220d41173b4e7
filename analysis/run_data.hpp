// What is known of a run when it is over: the source of every table, file and figure.
//
// A RunData survives being written to a directory and read back (run_files.hpp), byte for byte.
// Staleness without a unit is in clocks; in updates it says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/histogram.hpp"
#include "model/ids.hpp"
#include "model/records.hpp"
#include "model/run_spec.hpp"

namespace psgrid::analysis {

enum class RunStatus { kDone, kInterrupted, kFailed };

const char* status_name(RunStatus status);
const char* stop_reason_name(StopReason reason);

// What was run, in words and numbers that a reader of the results needs.
struct RunHeader {
  std::string scenario;
  std::string variant;  // empty outside a comparison
  std::uint64_t seed = 0;
  std::string backend;  // "sim" or "sockets"
  std::string architecture = name_of(Architecture::kParameterServer);
  std::string consistency;  // "SSP, staleness 3"
  std::uint32_t workers = 0, servers = 0, managers = 0;
  std::uint32_t replicas = 1;  // of each shard
  std::string replication;     // "2 replicas, of sums"; empty if there is but one
  std::string failover;        // "lease 400 ms, heartbeat 100 ms"; empty without detection
  std::string filters;         // "key_caching (both ways); top_k 0.01 (push)"; empty if none
  std::string network;         // "star, 125 MB/s, 50 us"
  std::string stragglers;      // "worker[0-7]: persistent x2"; empty if none
  std::string learner;         // "logistic regression"
  std::string optimizer;       // "SGD, learning rate 0.1"
  std::string data;            // name of the data file; empty if none
  std::uint32_t batch = 0;
  std::uint64_t keys = 0;   // of all tables
  std::string metric_name;  // "accuracy"; empty if none
  std::optional<double> target_loss;

  // What tells this run from another of the same job, in short: "SSP, staleness 3" of a parameter
  // server, else the architecture.
  const std::string& scheme() const {
    return architecture == name_of(Architecture::kParameterServer) ? consistency : architecture;
  }

  bool operator==(const RunHeader&) const = default;
};

// `metric_name` is the learner's.
RunHeader describe(const RunSpec& spec, std::string backend, std::string metric_name,
                   std::string variant = "");

// One evaluation. Staleness is of the gradients applied since the evaluation before it.
struct ConvergenceRow {
  double time_s = 0;
  double iteration = 0;  // mean over workers
  std::uint64_t examples = 0;
  double loss = 0;
  double metric = 0;
  double staleness_mean = 0;
  std::uint32_t staleness_max = 0;
  bool operator==(const ConvergenceRow&) const = default;
};

// One iteration of one worker; the durations are defined with IterationDone.
struct IterationRow {
  std::uint32_t worker = 0;
  std::uint32_t iteration = 0;
  double start_s = 0, end_s = 0;
  double compute_s = 0, wait_s = 0, pull_s = 0, push_s = 0;
  std::uint32_t staleness = 0;
  bool operator==(const IterationRow&) const = default;
};

struct NodeRow {
  NodeId node;
  std::string host;
  double busy_s = 0;             // processor time
  std::optional<double> wait_s;  // workers: time within iterations spent not computing
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  std::uint64_t messages_sent = 0, messages_received = 0;
  std::uint32_t incarnations = 1;
  bool operator==(const NodeRow&) const = default;
};

// All messages of one type.
struct MessageRow {
  std::string type;  // "push", "forward", ...
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  bool operator==(const MessageRow&) const = default;
};

// What a filter did to pushes (with the keys of pulls), or to answers: bytes of the sections that
// it changed, before and after.
struct FilterRow {
  std::string filter;
  std::string direction;  // "push", "pull"
  std::uint64_t before_bytes = 0, after_bytes = 0;
  bool operator==(const FilterRow&) const = default;
};

struct EventRow {
  double time_s = 0;
  NodeId node;
  std::string event;
  std::string detail;
  bool operator==(const EventRow&) const = default;
};

// Where the workers' time went: sums over all workers and iterations.
struct TimeSplit {
  double compute_s = 0, wait_s = 0, pull_s = 0, push_s = 0;
  double total() const { return compute_s + wait_s + pull_s + push_s; }
  bool operator==(const TimeSplit&) const = default;
};

struct RunData {
  RunHeader header;
  RunStatus status = RunStatus::kDone;
  std::string failure;             // why, if status is kFailed
  std::optional<StopReason> stop;  // absent if the job did not end by itself
  double virtual_time_s = 0;

  std::uint64_t worker_iterations = 0;  // sum over workers
  std::uint32_t iterations_min = 0;     // of the slowest and the fastest worker
  std::uint32_t iterations_max = 0;
  std::uint64_t iterations_lost = 0;  // of worker_iterations: done again, from a checkpoint on
  std::uint64_t examples = 0;
  std::uint64_t keys_touched = 0;  // sum over workers of the different keys that each asked for
  TimeSplit time;

  std::uint64_t checkpoints = 0;  // complete
  double checkpoint_s = 0;        // that writing them took, at the shard where it took longest

  Histogram staleness;          // of applied gradients, in clocks
  Histogram staleness_updates;  // the same in updates
  std::uint64_t gradients_dropped = 0;
  std::uint64_t messages_corrupted = 0;  // on the way, and dropped where they arrived

  std::vector<ConvergenceRow> convergence;
  std::vector<IterationRow> iterations;  // in the order in which they ended
  bool iterations_recorded = false;
  std::uint64_t iterations_dropped = 0;  // rows beyond the recorder's bound
  std::vector<NodeRow> nodes;
  std::vector<MessageRow> messages;
  std::vector<FilterRow> filters;  // pushes first; empty if nothing was changed
  std::vector<EventRow> events;
  std::uint64_t events_dropped = 0;

  // Of every failover's fault: when iterations came at 95 % of their earlier rate again; see
  // recovery.hpp. Kept as rows of iterations are not always there.
  std::optional<double> throughput_recovery_s_max;
};

}  // namespace psgrid::analysis
