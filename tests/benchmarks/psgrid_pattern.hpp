#pragma once

#include "model/cluster_spec.hpp"
#include "tests/benchmarks/pattern.hpp"

namespace psgrid::benchmarks {

/// Simulates the pattern as a timing-only BSP job of psgrid: the same pushes, acknowledgements,
/// pull requests and parameters, with all the logic of servers and clients, and a few messages more
/// to begin and end the job. Run it in a child process of its own.
BareResult run_psgrid(const Pattern& pattern, Sharing sharing);

}  // namespace psgrid::benchmarks
