// A network that takes next to no time, for oracles about everything else.
#pragma once

#include "model/cluster_spec.hpp"

namespace psgrid::testing {

inline void make_network_free(ClusterSpec& cluster) {
  cluster.network.bandwidth = 1e15;
  cluster.network.latency = 1e-9;
}

}  // namespace psgrid::testing
