// The simulated machines and network of a cluster, as SimGrid objects.
#pragma once

#include <vector>

#include <simgrid/forward.h>

#include "model/cluster_spec.hpp"
#include "model/ids.hpp"
#include "sim/platform/host_layout.hpp"

namespace psgrid::sim {

// Builds SimGrid hosts and links for a cluster. One per process, because SimGrid has one engine per
// process. The engine must exist and be configured (configure_engine), check_platform() must have
// found no error, and `cluster` must outlive this.
class Platform {
 public:
  explicit Platform(const ClusterSpec& cluster);

  const HostLayout& layout() const { return layout_; }

  // Nodes with the same host exchange messages in loopback_duration(), not over SimGrid.
  simgrid::s4u::Host* host_of(NodeId node) const {
    return host(layout_.host_of(node_index(cluster_, node)));
  }
  simgrid::s4u::Host* host(HostIndex index) const { return hosts_[index.value]; }

 private:
  const ClusterSpec& cluster_;
  HostLayout layout_;
  std::vector<simgrid::s4u::Host*> hosts_;  // by HostIndex
};

}  // namespace psgrid::sim
