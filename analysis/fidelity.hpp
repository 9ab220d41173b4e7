// How far the simulator is from real sockets: the same cases, with the same seeds, on both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/run_data.hpp"

namespace psgrid::analysis {

// One variant of one scenario. Runs in the order of their seeds; those that never began are
// missing.
struct CaseRuns {
  std::string scenario;
  std::string variant;
  std::string model;      // of consistency, the group it is judged with: "BSP", "SSP", ...
  std::string directory;  // below that of the results; holds sim/seed-N and sockets/seed-N
  std::size_t seeds = 0;  // asked for
  std::vector<RunData> sim, sockets;
};

struct FidelityData {
  RunStatus status = RunStatus::kDone;
  std::vector<CaseRuns> cases;
};

// A quantity, mean over seeds.
struct BothWays {
  double sim = 0;
  double sockets = 0;

  double difference() const { return sim - sockets; }
  double relative_error() const { return sockets == sim ? 0 : difference() / sockets; }
};

// Only seeds whose runs are done on both count. The error of times and bytes is relative to the
// sockets, that of shares and staleness is a difference.
struct CaseFidelity {
  std::string scenario, variant, model;
  std::size_t seeds = 0;          // that count
  std::size_t seeds_missing = 0;  // failed, interrupted or never begun on either
  std::size_t seeds_reached = 0;  // that reach the target loss on both
  std::optional<BothWays> iteration_s;
  // Of it in the processor. Both have the same to compute, so what sockets need more is this
  // machine's doing: it wakes processes late, or has too few cores.
  std::optional<BothWays> compute_s;
  std::optional<BothWays> time_to_target_s;  // over seeds_reached
  std::optional<BothWays> wait_share;        // of the workers' time
  std::optional<BothWays> mean_staleness;    // clocks
  std::optional<BothWays> bytes_on_wire;
  bool bytes_equal = false;  // sent and received by every node, with every seed that counts
};

// Of the time per iteration, over the cases of one model or over all.
struct GroupFidelity {
  std::string model;                                         // empty: all
  std::size_t cases = 0;                                     // with a seed that counts
  std::optional<double> error_median, error_p90, error_max;  // of the error's absolute value
  std::optional<double> kendall_tau;           // ranking of the cases, simulator against sockets
  std::optional<double> compute_error_median;  // of the time computing, with its sign
  std::size_t cases_bytes_equal = 0;
};

struct Fidelity {
  GroupFidelity overall;
  std::vector<GroupFidelity> models;  // in the order in which they first occur
  std::vector<CaseFidelity> cases;
};

Fidelity judge(const FidelityData& data);

// "Over 64 cases the simulated time per iteration is off what sockets take by 1.2 % at the median
// ..." In one or two sentences.
std::string verdict(const Fidelity& fidelity);

// "BSP: every node sends and receives exactly the same bytes on both in 16 of 16 cases." Empty if
// no case is under BSP.
std::string bytes_verdict(const Fidelity& fidelity);

// What part the machine has in the errors; empty if no case was run on both.
std::string machine_verdict(const Fidelity& fidelity);

}  // namespace psgrid::analysis
