#include "sim/platform/graph_network.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "model/random.hpp"

namespace psgrid::sim {
namespace {

ClusterSpec graph_of(std::vector<std::string> vertices, std::vector<GraphEdge> edges) {
  ClusterSpec cluster;
  cluster.managers = 0;
  cluster.servers = 1;
  cluster.workers = static_cast<std::uint32_t>(vertices.size()) - 1;
  cluster.network.topology = Topology::kGraph;
  cluster.network.edges = std::move(edges);
  for (std::uint32_t i = 0; i < vertices.size(); ++i) {
    const NodeId node = node_at(cluster, i);
    cluster.network.attach.push_back({vertices[i], {{node.role, node.rank, node.rank}}});
  }
  cluster.network.vertices = std::move(vertices);
  return cluster;
}

// The trunks of a route by number, "~" for those crossed backwards.
std::string text(const Route& route) {
  std::string result;
  for (const Hop& hop : route)
    result += (result.empty() ? "" : " ") + std::string(hop.forward ? "" : "~") +
              std::to_string(hop.trunk);
  return result;
}

TEST(GraphNetwork, PrefersLowLatencyThenFewEdgesThenTheEdgeListedFirst) {
  const ClusterSpec cluster = graph_of({"a", "b", "c", "d"}, {{"a", "b", 1, 0.1},
                                                              {"b", "d", 1, 0.2},
                                                              {"a", "c", 1, 0.2},
                                                              {"c", "d", 1, 0.1},
                                                              {"d", "a", 1, 0.4}});
  const GraphNetwork network(cluster, HostLayout(cluster));
  EXPECT_EQ(text(network.route(0, 3)), "0 1");    // a b d, as long as a c d
  EXPECT_EQ(text(network.route(3, 0)), "~1 ~0");  // the same way back
  ClusterSpec direct = cluster;
  direct.network.edges[4].latency = 0.3;
  EXPECT_EQ(text(GraphNetwork(direct, HostLayout(direct)).route(0, 3)), "~4");
}

TEST(GraphNetwork, FindsItsWayOverEdgesWithoutLatency) {
  const ClusterSpec cluster =
      graph_of({"a", "b", "c", "d"},
               {{"a", "b", 1, 0}, {"b", "c", 1, 0}, {"c", "d", 1, 0}, {"d", "a", 1, 0}});
  const GraphNetwork network(cluster, HostLayout(cluster));
  EXPECT_EQ(text(network.route(0, 2)), "0 1");
  EXPECT_EQ(text(network.route(1, 3)), "1 2");
  EXPECT_EQ(text(network.route(3, 1)), "~2 ~1");
}

struct RandomGraph {
  ClusterSpec cluster;
  std::vector<std::vector<double>> lengths;  // shortest, in milliseconds
};

// Connected, with whole milliseconds of latency; lengths by Floyd and Warshall's algorithm.
RandomGraph random_graph(std::uint64_t seed) {
  RandomStream random(seed, worker_id(0), Purpose::kTest);
  const auto n = static_cast<std::uint32_t>(2 + random.below(20));
  std::vector<std::string> vertices;
  for (std::uint32_t i = 0; i < n; ++i) vertices.push_back("v" + std::to_string(i));
  std::vector<std::vector<double>> lengths(n, std::vector<double>(n, 1e9));
  std::vector<GraphEdge> edges;
  std::set<std::pair<std::uint64_t, std::uint64_t>> joined;
  const auto join = [&](std::uint64_t a, std::uint64_t b) {
    if (a == b || !joined.insert(std::minmax(a, b)).second) return;
    const double milliseconds = static_cast<double>(random.below(5));
    edges.push_back({vertices[a], vertices[b], 1e6, milliseconds * 1e-3});
    lengths[a][b] = lengths[b][a] = milliseconds;
  };
  for (std::uint32_t i = 1; i < n; ++i) join(i, random.below(i));
  for (std::uint32_t i = 0; i < 2 * n; ++i) join(random.below(n), random.below(n));
  for (std::uint32_t i = 0; i < n; ++i) lengths[i][i] = 0;
  for (std::uint32_t k = 0; k < n; ++k)
    for (std::uint32_t i = 0; i < n; ++i)
      for (std::uint32_t j = 0; j < n; ++j)
        lengths[i][j] = std::min(lengths[i][j], lengths[i][k] + lengths[k][j]);
  return {graph_of(std::move(vertices), std::move(edges)), std::move(lengths)};
}

TEST(GraphNetwork, RoutesAreShortestConnectedAndTheSameBothWays) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const RandomGraph random = random_graph(seed);
    const HostLayout layout(random.cluster);
    ASSERT_TRUE(check_graph(random.cluster, layout).empty()) << "seed " << seed;
    const GraphNetwork network(random.cluster, layout);
    for (std::uint32_t from = 0; from < network.switches(); ++from) {
      for (std::uint32_t to = 0; to < network.switches(); ++to) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " from " + std::to_string(from) + " to " +
                     std::to_string(to));
        const Route route = network.route(from, to);
        std::uint32_t at = from;
        double milliseconds = 0;
        for (const Hop& hop : route) {
          const Trunk& trunk = network.trunks()[hop.trunk];
          ASSERT_EQ(at, hop.forward ? trunk.a : trunk.b);
          at = hop.forward ? trunk.b : trunk.a;
          milliseconds += trunk.latency * 1e3;
        }
        ASSERT_EQ(at, to);
        ASSERT_NEAR(milliseconds, random.lengths[from][to], 1e-9);
        Route back = network.route(to, from);
        std::reverse(back.begin(), back.end());
        for (Hop& hop : back) hop.forward = !hop.forward;
        ASSERT_EQ(route, back);
      }
    }
  }
}

}  // namespace
}  // namespace psgrid::sim
