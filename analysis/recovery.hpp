// Failovers of a run, and how long it took to get over what caused them.
//
// A failover is a shard that lost a server and goes on with the replicas that are left: a chain in
// a view that is the chain before it less a server. It is over with the first push that the chain
// acknowledges (event "accepting"). Its fault is the crash or pause of that server or, without
// one, the last fault of links.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/run_data.hpp"

namespace psgrid::analysis {

struct Failover {
  std::uint32_t shard = 0;
  std::uint32_t epoch = 0;  // of the view
  double view_s = 0;
  std::optional<double> fault_s;
  std::optional<double> accepting_s;  // absent if the run ended before
};

// In the order of their views.
std::vector<Failover> failovers_of(const RunData& run);

// All failovers of one moment's faults that were got over.
struct Recovery {
  double fault_s = 0;
  double accepting_s = 0;  // when the last of the shards accepted pushes again
};

// By time of the fault.
std::vector<Recovery> recoveries_of(const RunData& run);

// The longest time from the fault of a recovery to the first window of W seconds, once all shards
// accept pushes, in which at least 95 % as many iterations end, of all workers, as did before. W is
// as long as 20 iterations of a worker took before the fault; their rate is that of up to 5 W.
// Absent without such a window, without W seconds before the fault, and where rows of iterations
// are missing.
std::optional<double> throughput_recovery(const RunData& run);

}  // namespace psgrid::analysis
