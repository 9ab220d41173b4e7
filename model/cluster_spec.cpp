#include "model/cluster_spec.hpp"

#include <algorithm>

namespace psgrid {
namespace {

std::uint32_t nodes_of(const ClusterSpec& cluster, Role role) {
  switch (role) {
    case Role::kManager:
      return cluster.managers;
    case Role::kServer:
      return cluster.servers;
    case Role::kWorker:
      return cluster.workers;
  }
  return 0;
}

// How many nodes of `role` with a rank below `end` the selector selects.
std::uint32_t selected_below(const NodeSelector& selector, Role role, std::uint32_t end) {
  std::vector<NodeRange> ranges;
  for (const NodeRange& range : selector)
    if (range.role == role) ranges.push_back(range);
  std::sort(ranges.begin(), ranges.end(),
            [](const NodeRange& a, const NodeRange& b) { return a.first < b.first; });
  std::uint32_t count = 0;
  std::uint32_t next = 0;  // ranks below are counted
  for (const NodeRange& range : ranges) {
    const std::uint32_t first = std::max(range.first, next);
    if (first >= end) break;
    if (range.last < first) continue;
    next = range.last < end ? range.last + 1 : end;
    count += next - first;
  }
  return count;
}

// Position of a selected node among all that the selector selects, in node order.
std::uint32_t position_in(const ClusterSpec& cluster, const NodeSelector& selector, NodeId node) {
  std::uint32_t position = selected_below(selector, node.role, node.rank);
  for (Role role : {Role::kManager, Role::kServer, Role::kWorker})
    if (role < node.role) position += selected_below(selector, role, nodes_of(cluster, role));
  return position;
}

}  // namespace

Hardware hardware_of(const ClusterSpec& cluster, NodeId node) {
  Hardware hardware;
  hardware.flops = cluster.host.flops;
  hardware.cores = cluster.host.cores;
  hardware.bandwidth = cluster.network.bandwidth;
  hardware.latency = cluster.network.latency / 2;
  for (std::size_t i = 0; i < cluster.groups.size(); ++i) {
    const GroupSpec& group = cluster.groups[i];
    if (!selects(group.nodes, node)) continue;
    hardware.flops = group.flops.value_or(hardware.flops);
    hardware.cores = group.cores.value_or(hardware.cores);
    hardware.bandwidth = group.bandwidth.value_or(hardware.bandwidth);
    hardware.latency = group.latency.value_or(hardware.latency);
    if (group.host) {
      hardware.host = *group.host;
    } else if (group.nodes_per_host) {
      const std::uint32_t packed = position_in(cluster, group.nodes, node) / *group.nodes_per_host;
      hardware.host = "group" + std::to_string(i) + "-host" + std::to_string(packed);
    }
  }
  return hardware;
}

std::uint32_t count_of(const ClusterSpec& cluster, Role role) {
  switch (role) {
    case Role::kManager:
      return cluster.managers;
    case Role::kServer:
      return cluster.servers;
    case Role::kWorker:
      return cluster.workers;
  }
  return 0;
}

std::uint32_t node_index(const ClusterSpec& cluster, NodeId node) {
  switch (node.role) {
    case Role::kManager:
      return node.rank;
    case Role::kServer:
      return cluster.managers + node.rank;
    case Role::kWorker:
      return cluster.managers + cluster.servers + node.rank;
  }
  return 0;
}

NodeId node_at(const ClusterSpec& cluster, std::uint32_t index) {
  if (index < cluster.managers) return manager_id(index);
  index -= cluster.managers;
  if (index < cluster.servers) return server_id(index);
  return worker_id(index - cluster.servers);
}

}  // namespace psgrid
