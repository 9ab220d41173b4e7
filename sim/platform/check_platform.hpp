// Whether a described network can be built at all, before anything is.
#pragma once

#include <vector>

#include "model/cluster_spec.hpp"
#include "model/platform_error.hpp"

namespace psgrid::sim {

// All that is wrong with the hosts and the network of a cluster, beyond what the schema of the
// format can say; empty if Platform can build it. Reads a platform file if there is one; builds
// nothing.
std::vector<PlatformError> check_platform(const ClusterSpec& cluster);

}  // namespace psgrid::sim
