#pragma once

#include "tests/benchmarks/pattern.hpp"

namespace psgrid::benchmarks {

/// Simulates the pattern on SimGrid without actors: host-to-host Comms started from completion
/// callbacks, of which each NIC sends at most four and receives at most four at a time, first come,
/// first served. Creates the process's only SimGrid engine: run it in a child process of its own.
BareResult run_bare_windowed(const Pattern& pattern);

}  // namespace psgrid::benchmarks
