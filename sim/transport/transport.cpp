#include "sim/transport/transport.hpp"

#include "sim/transport/analytic_transport.hpp"
#include "sim/transport/simgrid_transport.hpp"

namespace psgrid::sim {

std::unique_ptr<Transport> make_transport(const ClusterSpec& cluster) {
  if (cluster.network.sharing == Sharing::kAnalytic)
    return std::make_unique<AnalyticTransport>(cluster);
  return std::make_unique<SimgridTransport>(cluster);
}

}  // namespace psgrid::sim
