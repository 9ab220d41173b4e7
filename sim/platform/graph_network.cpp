#include "sim/platform/graph_network.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

#include "model/check.hpp"

namespace psgrid::sim {
namespace {

// Latencies in whole picoseconds, so that sums do not depend on the order of addition and equally
// long routes compare equal.
struct Length {
  std::int64_t picoseconds = 0;
  std::uint32_t edges = 0;
  auto operator<=>(const Length&) const = default;

  static Length infinite() { return {std::numeric_limits<std::int64_t>::max(), 0}; }
};

Length operator+(Length a, Length b) {
  if (a == Length::infinite() || b == Length::infinite()) return Length::infinite();
  return {a.picoseconds + b.picoseconds, a.edges + b.edges};
}

Length length_of(const Trunk& trunk) {
  return {static_cast<std::int64_t>(std::llround(trunk.latency * 1e12)), 1};
}

using Graph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                          boost::property<boost::edge_weight_t, Length>>;

std::vector<Length> lengths_from(std::uint32_t source, std::uint32_t vertices,
                                 const std::vector<Trunk>& trunks) {
  Graph graph(vertices);
  for (const Trunk& trunk : trunks) boost::add_edge(trunk.a, trunk.b, length_of(trunk), graph);
  std::vector<Length> lengths(vertices);
  boost::dijkstra_shortest_paths(
      graph, source,
      boost::distance_map(boost::make_iterator_property_map(lengths.begin(),
                                                            boost::get(boost::vertex_index, graph)))
          .distance_compare(std::less<Length>())
          .distance_combine(std::plus<Length>())
          .distance_inf(Length::infinite())
          .distance_zero(Length()));
  return lengths;
}

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

}  // namespace

GraphNetwork::GraphNetwork(const ClusterSpec& cluster, const HostLayout& layout) {
  const NetworkSpec& network = cluster.network;
  names_ = network.vertices;
  std::unordered_map<std::string, std::uint32_t> vertex;
  for (std::uint32_t i = 0; i < switches(); ++i) vertex[names_[i]] = i;
  for (const GraphEdge& edge : network.edges)
    trunks_.push_back({vertex.at(edge.a), vertex.at(edge.b), edge.bandwidth, edge.latency});
  switch_of_host_.resize(layout.hosts().size());
  for (std::uint32_t i = 0; i < cluster.nodes(); ++i)
    for (const auto& [name, nodes] : network.attach)
      if (selects(nodes, node_at(cluster, i)))
        switch_of_host_[layout.host_of(i).value] = vertex.at(name);
  arrivals_.resize(switches());
}

void GraphNetwork::append_route(std::uint32_t from, std::uint32_t to, Route& route) const {
  const std::uint32_t source = std::min(from, to);
  const auto begin = static_cast<std::ptrdiff_t>(route.size());
  const std::vector<std::uint32_t>& arrival = arrivals(source);
  for (std::uint32_t at = std::max(from, to); at != source;) {
    const std::uint32_t number = arrival[at];
    PSGRID_CHECK(number != kNone, "a connected network");
    const Trunk& trunk = trunks_[number];
    const std::uint32_t before = trunk.a == at ? trunk.b : trunk.a;
    const std::uint32_t enters = source == from ? before : at;
    route.push_back({number, trunk.a == enters});
    at = before;
  }
  if (source == from) std::reverse(route.begin() + begin, route.end());
}

const std::vector<std::uint32_t>& GraphNetwork::arrivals(std::uint32_t source) const {
  std::vector<std::uint32_t>& arrival = arrivals_[source];
  if (!arrival.empty()) return arrival;
  const std::vector<Length> lengths = lengths_from(source, switches(), trunks_);
  arrival.assign(switches(), kNone);
  for (std::uint32_t number = 0; number < trunks_.size(); ++number) {
    const Trunk& trunk = trunks_[number];
    const auto offer = [&](std::uint32_t before, std::uint32_t at) {
      if (arrival[at] == kNone && lengths[before] != Length::infinite() &&
          lengths[before] + length_of(trunk) == lengths[at])
        arrival[at] = number;
    };
    offer(trunk.a, trunk.b);
    offer(trunk.b, trunk.a);
  }
  return arrival;
}

}  // namespace psgrid::sim
