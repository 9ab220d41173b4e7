// A run that breaks a promise, made as small as it can be while it still breaks that promise.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "scenarios/explore/outcome.hpp"

namespace psgrid::scenarios {

// How several runs come out, in their order.
using RunAll = std::function<std::vector<Outcome>(const std::vector<RunSpec>&)>;

struct Shrunk {
  RunSpec run;
  Outcome outcome;
  std::size_t tried = 0;  // runs
};

// Leaves out faults, nodes and iterations, and makes settings and faults simpler and shorter; a
// crash and the restart that ends it go together. Every run that is tried is what its scenario,
// written to a file, would be. Stays within what is tolerated if `failing` does.
Shrunk shrink_run(const RunSpec& failing, const Outcome& outcome, const RunAll& run_all);

// A fault and what makes it good count as one.
std::size_t count_faults(const RunSpec& run);

}  // namespace psgrid::scenarios
