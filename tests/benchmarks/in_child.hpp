#pragma once

#include <functional>

#include "tests/benchmarks/pattern.hpp"

namespace psgrid::benchmarks {

/// Runs the measurement in a forked child, because a process can hold one SimGrid engine only.
/// Throws std::runtime_error if the child dies before it has reported.
BareResult run_in_child(const std::function<BareResult()>& measurement);

}  // namespace psgrid::benchmarks
