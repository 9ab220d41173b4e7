#include "sim/platform/bottleneck.hpp"

#include <vector>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>

namespace psgrid::sim {
namespace {

struct Population {
  std::uint64_t workers = 0;
  std::uint64_t servers = 0;
};

std::vector<Population> count_hosts(const ClusterSpec& cluster, const HostLayout& layout) {
  std::vector<Population> on_host(layout.hosts().size());
  for (std::uint32_t i = 0; i < cluster.nodes(); ++i) {
    Population& population = on_host[layout.host_of(i).value];
    const Role role = node_at(cluster, i).role;
    if (role == Role::kWorker) population.workers += 1;
    if (role == Role::kServer) population.servers += 1;
  }
  return on_host;
}

// Keeps the link that takes longest for its flows.
struct Slowest {
  Bottleneck found;
  void offer(std::uint64_t flows, double bandwidth, const std::string& link) {
    if (flows == 0) return;
    const double seconds = static_cast<double>(flows) / bandwidth;
    if (found.flows > 0 && seconds <= static_cast<double>(found.flows) / found.bandwidth) return;
    found.link = link;
    found.flows = flows;
    found.bandwidth = bandwidth;
  }
};

// Flow networks over whole bytes per second: edges in pairs, one the other's reverse.
class FlowNetwork {
 public:
  explicit FlowNetwork(std::size_t vertices) : graph_(vertices) {}

  void add(std::size_t from, std::size_t to, double capacity) {
    const auto there = boost::add_edge(from, to, graph_).first;
    const auto back = boost::add_edge(to, from, graph_).first;
    boost::put(boost::edge_capacity, graph_, there, static_cast<long long>(capacity));
    boost::put(boost::edge_capacity, graph_, back, 0);
    boost::put(boost::edge_reverse, graph_, there, back);
    boost::put(boost::edge_reverse, graph_, back, there);
  }

  double max_flow(std::size_t source, std::size_t sink) {
    return static_cast<double>(boost::push_relabel_max_flow(graph_, source, sink));
  }

 private:
  using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
  using EdgeProperties = boost::property<
      boost::edge_capacity_t, long long,
      boost::property<boost::edge_residual_capacity_t, long long,
                      boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>;
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                        EdgeProperties>
      graph_;
};

// Hosts' own links bound what enters and leaves at each switch.
double max_flow(const HostLayout& layout, const SwitchedNetwork& network,
                const std::vector<Population>& on_host) {
  const std::size_t switches = network.switches();
  std::vector<double> in(switches), out(switches);
  for (std::uint32_t host = 0; host < on_host.size(); ++host) {
    const double bandwidth = layout.hosts()[host].bandwidth;
    if (on_host[host].workers > 0) in[network.switch_of({host})] += bandwidth;
    if (on_host[host].servers > 0) out[network.switch_of({host})] += bandwidth;
  }
  FlowNetwork flow(switches + 2);
  const std::size_t source = switches;
  const std::size_t sink = switches + 1;
  for (std::size_t at = 0; at < switches; ++at) {
    if (in[at] > 0) flow.add(source, at, in[at]);
    if (out[at] > 0) flow.add(at, sink, out[at]);
  }
  for (const Trunk& trunk : network.trunks()) {
    flow.add(trunk.a, trunk.b, trunk.bandwidth);
    flow.add(trunk.b, trunk.a, trunk.bandwidth);
  }
  return flow.max_flow(source, sink);
}

// Flows that cross each trunk, forward at 2 * trunk and backward at 2 * trunk + 1.
std::vector<std::uint64_t> trunk_flows(const SwitchedNetwork& network,
                                       const std::vector<Population>& on_host) {
  std::vector<Population> at_switch(network.switches());
  for (std::uint32_t host = 0; host < on_host.size(); ++host) {
    Population& population = at_switch[network.switch_of({host})];
    population.workers += on_host[host].workers;
    population.servers += on_host[host].servers;
  }
  std::vector<std::uint64_t> flows(2 * network.trunks().size());
  for (std::uint32_t from = 0; from < network.switches(); ++from) {
    if (at_switch[from].workers == 0) continue;
    for (std::uint32_t to = 0; to < network.switches(); ++to) {
      if (to == from || at_switch[to].servers == 0) continue;
      for (const Hop& hop : network.route(from, to))
        flows[2 * hop.trunk + (hop.forward ? 0 : 1)] +=
            at_switch[from].workers * at_switch[to].servers;
    }
  }
  return flows;
}

}  // namespace

Bottleneck find_bottleneck(const ClusterSpec& cluster, const HostLayout& layout,
                           const SwitchedNetwork& network) {
  const std::vector<Population> on_host = count_hosts(cluster, layout);
  Slowest slowest;
  for (std::uint32_t i = 0; i < on_host.size(); ++i) {
    const auto& [workers, servers] = on_host[i];
    const HostPlan& host = layout.hosts()[i];
    slowest.offer(workers * (cluster.servers - servers), host.bandwidth, host.name);
    slowest.offer(servers * (cluster.workers - workers), host.bandwidth, host.name);
  }
  const std::vector<std::uint64_t> flows = trunk_flows(network, on_host);
  for (std::size_t i = 0; i < network.trunks().size(); ++i) {
    const Trunk& trunk = network.trunks()[i];
    const std::string& a = network.name(trunk.a);
    const std::string& b = network.name(trunk.b);
    slowest.offer(flows[2 * i], trunk.bandwidth, a + "->" + b);
    slowest.offer(flows[2 * i + 1], trunk.bandwidth, b + "->" + a);
  }
  Bottleneck result = slowest.found;
  const double all_flows = static_cast<double>(cluster.workers) * cluster.servers;
  result.throughput = all_flows * result.bandwidth / static_cast<double>(result.flows);
  result.max_flow = max_flow(layout, network, on_host);
  return result;
}

}  // namespace psgrid::sim
