#include "sim/platform/switched_network.hpp"

#include "sim/platform/dragonfly_network.hpp"
#include "sim/platform/graph_network.hpp"
#include "sim/platform/rack_network.hpp"

namespace psgrid::sim {

std::unique_ptr<SwitchedNetwork> make_switched_network(const ClusterSpec& cluster,
                                                       const HostLayout& layout) {
  switch (cluster.network.topology) {
    case Topology::kStar:
      return std::make_unique<StarNetwork>(layout);
    case Topology::kRacks:
      return std::make_unique<RackNetwork>(cluster.network, layout);
    case Topology::kDragonfly:
      return std::make_unique<DragonflyNetwork>(cluster.network, layout);
    case Topology::kGraph:
      return std::make_unique<GraphNetwork>(cluster, layout);
    case Topology::kFatTree:
    case Topology::kTorus:
    case Topology::kPlatform:
      break;
  }
  return nullptr;
}

}  // namespace psgrid::sim
