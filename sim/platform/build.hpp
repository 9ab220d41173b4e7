// How SimGrid hosts and links come to be, where its own zones decide the routes. Both functions
// return the hosts by HostIndex. See RoutedZone for all other topologies.
#pragma once

#include <vector>

#include <simgrid/forward.h>

#include "model/cluster_spec.hpp"
#include "model/host_layout.hpp"

namespace psgrid::sim {

using Hosts = std::vector<simgrid::s4u::Host*>;

// Fat tree and torus: SimGrid's own zones, which compute routes when they are needed. Hosts fill
// the leaves in node order. Every link has the network's bandwidth and half of its latency; a host
// that is slower than that, or further away, has a link of its own in front with the difference.
Hosts build_fabric(const NetworkSpec& network, const HostLayout& layout);

// Throws PlatformFailure.
Hosts build_from_file(const NetworkSpec& network, const HostLayout& layout);

}  // namespace psgrid::sim
