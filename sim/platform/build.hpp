// How SimGrid hosts and links come to be, one function for each family of topologies. Each returns
// the hosts by HostIndex.
#pragma once

#include <string>
#include <vector>

#include <simgrid/forward.h>

#include "model/cluster_spec.hpp"
#include "sim/platform/host_layout.hpp"
#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

using Hosts = std::vector<simgrid::s4u::Host*>;

Hosts build_switched(const SwitchedNetwork& network, const HostLayout& layout);

// Fat tree and torus: SimGrid's own zones, which compute routes when they are needed. Hosts fill
// the leaves in node order. Every link has the network's bandwidth and half of its latency; a host
// that is slower than that, or further away, has a link of its own in front with the difference.
Hosts build_fabric(const NetworkSpec& network, const HostLayout& layout);

// Throws PlatformFailure.
Hosts build_from_file(const NetworkSpec& network, const HostLayout& layout);

// A host in a star zone, behind a private full-duplex link.
simgrid::s4u::Host* add_linked_host(simgrid::s4u::NetZone* star, const HostPlan& plan);

}  // namespace psgrid::sim
