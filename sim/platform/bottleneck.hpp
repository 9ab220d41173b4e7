// Where a network holds a parameter server back.
#pragma once

#include <cstdint>
#include <string>

#include "model/cluster_spec.hpp"
#include "model/host_layout.hpp"
#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

// All workers push to all servers at once, as many bytes to each.
struct Bottleneck {
  std::string link;         // the link that ends last: "worker[3]" (its own link) or "tor1->core"
  std::uint64_t flows = 0;  // of the workers times servers flows, those that cross it
  double bandwidth = 0;     // of this link, bytes per second
  double throughput = 0;    // bytes per second over all flows, when this link is full and all flows
                            // advance together
  double max_flow = 0;      // bytes per second from all workers to all servers that no routing
                            // could exceed (max-flow, min-cut)
};

// Requires that not all workers share one host with all servers.
Bottleneck find_bottleneck(const ClusterSpec& cluster, const HostLayout& layout,
                           const SwitchedNetwork& network);

}  // namespace psgrid::sim
