#include "model/host_layout.hpp"

#include <unordered_map>

namespace psgrid {
namespace {

HostPlan plan_for(NodeId node, const Hardware& hardware, std::string name) {
  HostPlan plan;
  plan.name = std::move(name);
  plan.first_node = node;
  plan.flops = hardware.flops;
  plan.cores = hardware.cores;
  plan.bandwidth = hardware.bandwidth;
  plan.latency = hardware.latency;
  return plan;
}

// The first setting in which a node's hardware differs from its host's; empty if none does.
std::string difference(const HostPlan& host, const Hardware& hardware) {
  if (hardware.flops != host.flops) return "flops";
  if (hardware.cores != host.cores) return "cores";
  if (hardware.bandwidth != host.bandwidth) return "bandwidth";
  if (hardware.latency != host.latency) return "latency";
  return "";
}

}  // namespace

HostLayout::HostLayout(const ClusterSpec& cluster) {
  std::unordered_map<std::string, HostIndex> by_name;
  host_of_.reserve(cluster.nodes());
  for (std::uint32_t i = 0; i < cluster.nodes(); ++i) {
    const NodeId node = node_at(cluster, i);
    const Hardware hardware = hardware_of(cluster, node);
    std::string name = hardware.host.empty() ? to_string(node) : hardware.host;
    const HostIndex next{static_cast<std::uint32_t>(hosts_.size())};
    const auto [entry, is_new] = by_name.try_emplace(name, next);
    if (is_new) hosts_.push_back(plan_for(node, hardware, std::move(name)));
    HostPlan& host = hosts_[entry->second.value];
    host.nodes += 1;
    host.workers_only = host.workers_only && node.role == Role::kWorker;
    host_of_.push_back(entry->second);
    const std::string differing = difference(host, hardware);
    if (!differing.empty() && errors_.size() < 10)
      errors_.push_back({"/groups", "nodes " + to_string(host.first_node) + " and " +
                                        to_string(node) + " share the host \"" + host.name +
                                        "\" but differ in " + differing});
  }
}

void HostLayout::take_from_file(const ClusterSpec& cluster, HostIndex index, double flops,
                                std::uint32_t cores) {
  HostPlan& host = hosts_[index.value];
  bool sets_flops = false;
  bool sets_cores = false;
  for (const GroupSpec& group : cluster.groups) {
    if (!selects(group.nodes, host.first_node)) continue;
    sets_flops = sets_flops || group.flops.has_value();
    sets_cores = sets_cores || group.cores.has_value();
  }
  if (!sets_flops) host.flops = flops;
  if (!sets_cores) host.cores = cores;
  host.bandwidth = 0;
  host.latency = 0;
}

}  // namespace psgrid
