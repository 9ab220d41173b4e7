#pragma once

#include "tests/benchmarks/pattern.hpp"

namespace psgrid::benchmarks {

/// Simulates the pattern as a SimGrid user would write it: one actor per node, one mailbox per
/// node, all messages of a phase in flight at once. Creates the process's only SimGrid engine: run
/// it in a child process of its own.
BareResult run_bare_actors(const Pattern& pattern);

}  // namespace psgrid::benchmarks
