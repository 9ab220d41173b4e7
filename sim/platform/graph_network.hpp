// A network drawn by the scenario's author: switches, the edges between them, and where nodes
// attach.
#pragma once

#include <cstdint>
#include <vector>

#include "model/platform_error.hpp"
#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

// Every vertex is a switch. The hosts of the nodes attached to a vertex plug into it, each with a
// link of its own as in a star; so a graph of one vertex is a star.
//
// Routes are the shortest by latency, then by number of edges. Of several such routes from the
// lower to the higher numbered vertex, the one is taken that, walking back from its end, always
// arrives by the edge listed first; the way back is the same route reversed.
class GraphNetwork final : public SwitchedNetwork {
 public:
  // Requires that check_graph() finds no error.
  GraphNetwork(const ClusterSpec& cluster, const HostLayout& layout);

  void append_route(std::uint32_t from, std::uint32_t to, Route& route) const override;

 private:
  // By vertex: the trunk by which the route from `source` arrives.
  const std::vector<std::uint32_t>& arrivals(std::uint32_t source) const;

  mutable std::vector<std::vector<std::uint32_t>> arrivals_;  // by source, once asked for
};

// Names that do not exist, edges that make no sense, nodes that are attached nowhere or twice, and
// parts of the cluster that cannot reach each other.
std::vector<PlatformError> check_graph(const ClusterSpec& cluster, const HostLayout& layout);

}  // namespace psgrid::sim
