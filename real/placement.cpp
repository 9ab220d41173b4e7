#include "real/placement.hpp"

#include <optional>

namespace psgrid::real {

Placement::Placement(const RunSpec& run) : hosts_(run.cluster), process_of_(run.cluster.nodes()) {
  std::vector<std::optional<std::uint32_t>> process_of_host(hosts_.hosts().size());
  std::optional<Role> role;  // of the hosts in the process that is being filled
  std::uint32_t filled = 0;  // nodes in it
  for (std::uint32_t node = 0; node < process_of_.size(); ++node) {
    const HostIndex host = hosts_.host_of(node);
    std::optional<std::uint32_t>& process = process_of_host[host.value];
    if (!process) {
      const HostPlan& plan = hosts_.host(host);
      if (role != plan.first_node.role || filled + plan.nodes > run.sockets.nodes_per_process) {
        nodes_.emplace_back();
        role = plan.first_node.role;
        filled = 0;
      }
      filled += plan.nodes;
      process = processes() - 1;
    }
    process_of_[node] = *process;
    nodes_[*process].push_back(node);
  }
  for (const std::vector<std::uint32_t>& nodes : nodes_) {
    std::string& name = names_.emplace_back(to_string(node_at(run.cluster, nodes.front())));
    if (nodes.size() > 1) name += " to " + to_string(node_at(run.cluster, nodes.back()));
  }
}

}  // namespace psgrid::real
