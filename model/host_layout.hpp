// Which nodes share a machine: the hosts of a cluster and the host of every node.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "model/cluster_spec.hpp"
#include "model/ids.hpp"
#include "model/platform_error.hpp"

namespace psgrid {

// Number of a host, from 0, in the order of the first node on each.
struct HostIndex {
  std::uint32_t value = 0;
  auto operator<=>(const HostIndex&) const = default;
};

// One machine. It has the hardware of its first node.
struct HostPlan {
  std::string name;  // the scenario's name for it, or its only node's: "worker[3]"
  NodeId first_node;
  std::uint32_t nodes = 0;
  bool workers_only = true;  // no server or manager on it
  double flops = 0;          // per second and core
  std::uint32_t cores = 1;
  double bandwidth = 0;  // bytes per second, each direction of its own link
  double latency = 0;    // seconds, one way, of its own link
};

// Messages between nodes of one host cross no network: they take their size over this bandwidth,
// and do not compete with each other.
inline constexpr double kLoopbackBandwidth = 10e9;  // bytes per second

inline Duration loopback_duration(Bytes size) {
  return {static_cast<double>(size.count) / kLoopbackBandwidth};
}

class HostLayout {
 public:
  // Nodes whose hardware names the same host share it; "worker[3]" as a name joins the host of that
  // node. Every other node has a host of its own.
  explicit HostLayout(const ClusterSpec& cluster);

  const std::vector<HostPlan>& hosts() const { return hosts_; }
  const HostPlan& host(HostIndex index) const { return hosts_[index.value]; }

  // `node` is a place in the order of node_index().
  HostIndex host_of(std::uint32_t node) const { return host_of_[node]; }

  // The hardware that a platform file gives a host, where no group sets it.
  void take_from_file(const ClusterSpec& cluster, HostIndex host, double flops,
                      std::uint32_t cores);

  // Nodes that share a host but ask for different hardware.
  const std::vector<PlatformError>& errors() const { return errors_; }

 private:
  std::vector<HostPlan> hosts_;
  std::vector<HostIndex> host_of_;
  std::vector<PlatformError> errors_;
};

}  // namespace psgrid
