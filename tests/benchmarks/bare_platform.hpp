#pragma once

#include <vector>

#include <simgrid/s4u.hpp>

#include "tests/benchmarks/pattern.hpp"

namespace psgrid::benchmarks {

/// The hosts of a Pattern on SimGrid.
struct BarePlatform {
  std::vector<simgrid::s4u::Host*> workers;
  std::vector<simgrid::s4u::Host*> servers;
};

/// Selects the network model in which a lone message takes exactly latency + bytes / bandwidth.
/// Call it once, before build_bare_platform.
void use_exact_network_model();

/// Builds and seals a star of one host per node behind a private split-duplex link. The engine
/// must exist and have no platform.
BarePlatform build_bare_platform(const Pattern& pattern);

}  // namespace psgrid::benchmarks
