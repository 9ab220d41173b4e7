// The simulated machines and network of a cluster, as SimGrid objects.
#pragma once

#include <memory>
#include <stdexcept>
#include <vector>

#include <simgrid/forward.h>

#include "model/cluster_spec.hpp"
#include "model/host_layout.hpp"
#include "model/ids.hpp"
#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

// SimGrid rejected a platform file for a reason that check_platform() cannot know; what() is one
// sentence for the author of the scenario.
class PlatformFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Builds SimGrid hosts and links for a cluster. One per process, because SimGrid has one engine per
// process. The engine must exist and be configured (configure_engine), check_platform() must have
// found no error, and `cluster` must outlive this.
class Platform {
 public:
  // Throws PlatformFailure; for topology "platform" only.
  explicit Platform(const ClusterSpec& cluster);

  // With a platform file, speeds and cores are those of the file unless a group sets them, and
  // bandwidths and latencies are zero: its hosts have no links of their own.
  const HostLayout& layout() const { return layout_; }

  // Nodes with the same host exchange messages in loopback_duration(), not over SimGrid.
  simgrid::s4u::Host* host_of(NodeId node) const {
    return host(layout_.host_of(node_index(cluster_, node)));
  }
  simgrid::s4u::Host* host(HostIndex index) const { return hosts_[index.value]; }

  // Null where SimGrid decides the routes.
  const SwitchedNetwork* switched_network() const { return network_.get(); }

 private:
  const ClusterSpec& cluster_;
  HostLayout layout_;
  std::unique_ptr<SwitchedNetwork> network_;
  std::vector<simgrid::s4u::Host*> hosts_;  // by HostIndex
};

}  // namespace psgrid::sim
