// A message on an idle network takes exactly the latencies of its links plus its size over the
// lowest bandwidth, whatever the topology.
#include <gtest/gtest.h>

#include "tests/support/bare_messages.hpp"

namespace psgrid::sim {
namespace {

using ::psgrid::testing::expect_paths_agree_with_simgrid;
using ::psgrid::testing::finish_times;
using ::psgrid::testing::message_seconds;

constexpr double kBandwidth = 100e6;
constexpr double kLatency = 200e-6;  // 100 us each link
constexpr double kLink = kLatency / 2;
constexpr std::uint64_t kBytes = 1'000'000;
constexpr double kTransfer = 1e6 / kBandwidth;  // 10 ms
constexpr double kRounding = 1e-9;              // SimGrid's own

ClusterSpec cluster_of(std::uint32_t workers, std::uint32_t servers) {
  ClusterSpec cluster;
  cluster.workers = workers;
  cluster.servers = servers;
  cluster.managers = 0;
  cluster.network.bandwidth = kBandwidth;
  cluster.network.latency = kLatency;
  return cluster;
}

GroupSpec group_of(NodeId node) {
  GroupSpec group;
  group.nodes = {{node.role, node.rank, node.rank}};
  return group;
}

TEST(Star, TakesLatencyPlusSizeOverBandwidth) {
  const ClusterSpec cluster = cluster_of(3, 1);
  const double expected = kLatency + kTransfer;
  EXPECT_NEAR(message_seconds(cluster, worker_id(0), server_id(0), kBytes), expected, kRounding);
  EXPECT_NEAR(message_seconds(cluster, server_id(0), worker_id(2), kBytes), expected, kRounding);
  EXPECT_NEAR(message_seconds(cluster, worker_id(1), worker_id(2), kBytes), expected, kRounding);
  EXPECT_NEAR(message_seconds(cluster, worker_id(1), server_id(0), 1), kLatency + 1e-8, kRounding);
}

TEST(Star, FollowsTheLinksOfBothHosts) {
  ClusterSpec cluster = cluster_of(2, 1);
  GroupSpec slow = group_of(worker_id(1));
  slow.bandwidth = kBandwidth / 4;
  GroupSpec far = group_of(server_id(0));
  far.latency = 5e-3;
  far.bandwidth = 10 * kBandwidth;
  cluster.groups = {slow, far};
  EXPECT_NEAR(message_seconds(cluster, worker_id(0), server_id(0), kBytes),
              kLink + 5e-3 + kTransfer, kRounding);
  EXPECT_NEAR(message_seconds(cluster, worker_id(1), server_id(0), kBytes),
              kLink + 5e-3 + 4 * kTransfer, kRounding);
  expect_paths_agree_with_simgrid(cluster);
}

TEST(Star, SharesAReceiversLink) {
  const std::vector<double> ends =
      finish_times(cluster_of(2, 1),
                   {{worker_id(0), server_id(0), kBytes}, {worker_id(1), server_id(0), kBytes}});
  EXPECT_NEAR(ends[0], kLatency + 2 * kTransfer, kRounding);
  EXPECT_NEAR(ends[1], kLatency + 2 * kTransfer, kRounding);
}

TEST(Star, IsFullDuplexAndNeverLimitsInTheMiddle) {
  const std::vector<double> ends =
      finish_times(cluster_of(2, 2), {{worker_id(0), server_id(0), kBytes},
                                      {server_id(0), worker_id(0), kBytes},
                                      {worker_id(1), server_id(1), kBytes}});
  for (const double end : ends) EXPECT_NEAR(end, kLatency + kTransfer, kRounding);
}

TEST(Star, CountsLatencyThirteenTimesInLv08) {
  ClusterSpec cluster = cluster_of(1, 1);
  cluster.network.model = NetworkModel::kLv08;
  EXPECT_NEAR(message_seconds(cluster, worker_id(0), server_id(0), kBytes),
              13.01 * kLatency + kTransfer / 0.97, 1e-8);
}

// Hosts 0 to 3 are server[0], worker[0], worker[1], worker[2]: racks of two.
ClusterSpec racks() {
  ClusterSpec cluster = cluster_of(3, 1);
  cluster.network.topology = Topology::kRacks;
  cluster.network.racks = 2;
  cluster.network.oversubscription = 4;  // an uplink has half a host's bandwidth
  cluster.network.rack_latency = 1e-3;
  return cluster;
}

TEST(Racks, AreStarsInside) {
  EXPECT_NEAR(message_seconds(racks(), worker_id(0), server_id(0), kBytes), kLatency + kTransfer,
              kRounding);
}

TEST(Racks, GoThroughOversubscribedUplinksBetween) {
  EXPECT_NEAR(message_seconds(racks(), worker_id(1), server_id(0), kBytes),
              kLatency + 1e-3 + 2 * kTransfer, kRounding);
  const std::vector<double> ends = finish_times(
      racks(), {{worker_id(1), server_id(0), kBytes}, {worker_id(2), worker_id(0), kBytes}});
  EXPECT_NEAR(ends[0], kLatency + 1e-3 + 4 * kTransfer, kRounding);
  EXPECT_NEAR(ends[1], kLatency + 1e-3 + 4 * kTransfer, kRounding);
}

TEST(Racks, AgreeWithTheirPaths) {
  ClusterSpec cluster = racks();
  expect_paths_agree_with_simgrid(cluster);
  cluster.workers = 10;
  cluster.network.racks = 3;
  expect_paths_agree_with_simgrid(cluster);
  cluster.network.racks = 1;
  expect_paths_agree_with_simgrid(cluster);
}

// Four switches of four hosts, two above them.
ClusterSpec fat_tree() {
  ClusterSpec cluster = cluster_of(13, 2);
  cluster.network.topology = Topology::kFatTree;
  cluster.network.down = {4, 4};
  cluster.network.up = {1, 2};
  cluster.network.links = {1, 1};
  return cluster;
}

TEST(FatTree, CrossesTwoLinksUnderOneSwitchAndFourBetweenSwitches) {
  EXPECT_NEAR(message_seconds(fat_tree(), worker_id(1), server_id(0), kBytes),
              2 * kLink + kTransfer, kRounding);
  EXPECT_NEAR(message_seconds(fat_tree(), worker_id(2), server_id(0), kBytes),
              4 * kLink + kTransfer, kRounding);
  EXPECT_NEAR(message_seconds(fat_tree(), worker_id(12), server_id(1), kBytes),
              4 * kLink + kTransfer, kRounding);
}

// D-mod-k spreads receivers over the upper switches, so two flows between the same two switches do
// not meet.
TEST(FatTree, SpreadsReceiversOverItsUpperSwitches) {
  const std::vector<double> ends = finish_times(
      fat_tree(), {{worker_id(2), server_id(0), kBytes}, {worker_id(3), server_id(1), kBytes}});
  EXPECT_NEAR(ends[0], 4 * kLink + kTransfer, kRounding);
  EXPECT_NEAR(ends[1], 4 * kLink + kTransfer, kRounding);
}

TEST(FatTree, PutsSlowerHostsBehindLinksOfTheirOwn) {
  ClusterSpec cluster = fat_tree();
  GroupSpec slow = group_of(worker_id(1));
  slow.bandwidth = kBandwidth / 8;
  slow.latency = kLink + 3e-3;
  cluster.groups = {slow};
  EXPECT_NEAR(message_seconds(cluster, worker_id(1), server_id(0), kBytes),
              2 * kLink + 3e-3 + 8 * kTransfer, kRounding);
  EXPECT_NEAR(message_seconds(cluster, server_id(0), worker_id(1), kBytes),
              2 * kLink + 3e-3 + 8 * kTransfer, kRounding);
  expect_paths_agree_with_simgrid(cluster);
}

// server[0] at (0, 0), worker[i] at place i + 1, the first dimension fastest.
ClusterSpec torus() {
  ClusterSpec cluster = cluster_of(14, 1);
  cluster.network.topology = Topology::kTorus;
  cluster.network.dimensions = {4, 4};
  return cluster;
}

TEST(Torus, CrossesOneLinkForEachStepAndWrapsAround) {
  const auto seconds_from = [](std::uint32_t x, std::uint32_t y) {
    return message_seconds(torus(), worker_id(4 * y + x - 1), server_id(0), kBytes);
  };
  EXPECT_NEAR(seconds_from(1, 0), kLink + kTransfer, kRounding);
  EXPECT_NEAR(seconds_from(3, 0), kLink + kTransfer, kRounding);
  EXPECT_NEAR(seconds_from(0, 2), 2 * kLink + kTransfer, kRounding);
  EXPECT_NEAR(seconds_from(2, 2), 4 * kLink + kTransfer, kRounding);
  EXPECT_NEAR(seconds_from(3, 1), 2 * kLink + kTransfer, kRounding);
}

TEST(Torus, PutsSlowerHostsBehindLinksOfTheirOwn) {
  ClusterSpec cluster = torus();
  GroupSpec slow = group_of(server_id(0));
  slow.bandwidth = kBandwidth / 2;
  cluster.groups = {slow};
  EXPECT_NEAR(message_seconds(cluster, worker_id(0), server_id(0), kBytes), kLink + 2 * kTransfer,
              kRounding);
  expect_paths_agree_with_simgrid(cluster);
}

// 3 groups of 2 chassis of 2 routers of 2 hosts; server[0] is the first host of router 0.0.0.
ClusterSpec dragonfly() {
  ClusterSpec cluster = cluster_of(23, 1);
  cluster.network.topology = Topology::kDragonfly;
  cluster.network.groups = 3;
  cluster.network.chassis = 2;
  cluster.network.routers = 2;
  cluster.network.nodes_per_router = 2;
  return cluster;
}

NodeId first_worker_of(std::uint32_t group, std::uint32_t chassis, std::uint32_t router) {
  return worker_id(((group * 2 + chassis) * 2 + router) * 2 - 1);
}

TEST(Dragonfly, CrossesTheFewestRouters) {
  const auto links_from = [](NodeId worker) {
    const double seconds = message_seconds(dragonfly(), worker, server_id(0), kBytes);
    return (seconds - kTransfer) / kLink;
  };
  const double rounding = kRounding / kLink;
  EXPECT_NEAR(links_from(worker_id(0)), 2, rounding);              // same router
  EXPECT_NEAR(links_from(first_worker_of(0, 0, 1)), 3, rounding);  // same chassis
  EXPECT_NEAR(links_from(first_worker_of(0, 1, 0)), 3, rounding);  // same place, other chassis
  EXPECT_NEAR(links_from(first_worker_of(0, 1, 1)), 4, rounding);  // other place and chassis
  EXPECT_NEAR(links_from(first_worker_of(1, 0, 0)), 2 + 1 + 1,
              rounding);  // 1.0.0 to 0.0.1 to 0.0.0
  EXPECT_NEAR(links_from(first_worker_of(1, 1, 1)), 2 + 2 + 1 + 1, rounding);
  EXPECT_NEAR(links_from(first_worker_of(2, 0, 0)), 2 + 1 + 1, rounding);  // 2.0.0 to 0.1.0
}

TEST(Dragonfly, AgreesWithItsPaths) { expect_paths_agree_with_simgrid(dragonfly()); }

// A diamond: the way over "fast" has the lower latency, the one over "direct" fewer edges.
ClusterSpec graph() {
  ClusterSpec cluster = cluster_of(3, 1);
  NetworkSpec& network = cluster.network;
  network.topology = Topology::kGraph;
  network.vertices = {"west", "fast", "east", "island"};
  network.edges = {{"west", "east", 1e9, 10e-3},
                   {"west", "fast", 50e6, 2e-3},
                   {"fast", "east", 25e6, 3e-3},
                   {"east", "island", 1e9, 1e-3}};
  network.attach = {{"west", {{Role::kWorker, 0, 1}}},
                    {"east", {{Role::kServer, 0, 0}}},
                    {"island", {{Role::kWorker, 2, 2}}}};
  return cluster;
}

TEST(Graph, TakesTheWayOfLeastLatency) {
  EXPECT_NEAR(message_seconds(graph(), worker_id(0), server_id(0), kBytes),
              kLatency + 5e-3 + 4 * kTransfer, kRounding);
  EXPECT_NEAR(message_seconds(graph(), server_id(0), worker_id(1), kBytes),
              kLatency + 5e-3 + 4 * kTransfer, kRounding);
}

TEST(Graph, IsAStarWithinAVertex) {
  EXPECT_NEAR(message_seconds(graph(), worker_id(0), worker_id(1), kBytes), kLatency + kTransfer,
              kRounding);
}

TEST(Graph, SharesEdges) {
  const std::vector<double> ends = finish_times(
      graph(), {{worker_id(0), server_id(0), kBytes}, {worker_id(1), server_id(0), kBytes}});
  EXPECT_NEAR(ends[0], kLatency + 5e-3 + 8 * kTransfer, kRounding);
  EXPECT_NEAR(ends[1], kLatency + 5e-3 + 8 * kTransfer, kRounding);
}

TEST(Graph, AgreesWithItsPaths) { expect_paths_agree_with_simgrid(graph()); }

// The degenerate cases of all switched topologies are the star.
TEST(Topologies, OfOneSwitchAreStars) {
  ClusterSpec rack = cluster_of(3, 1);
  rack.network.topology = Topology::kRacks;
  rack.network.racks = 1;
  ClusterSpec tree = cluster_of(3, 1);
  tree.network.topology = Topology::kFatTree;
  tree.network.down = {4};
  tree.network.up = {1};
  tree.network.links = {1};
  ClusterSpec router = cluster_of(3, 1);
  router.network.topology = Topology::kDragonfly;
  router.network.groups = router.network.chassis = router.network.routers = 1;
  router.network.nodes_per_router = 4;
  ClusterSpec vertex = cluster_of(3, 1);
  vertex.network.topology = Topology::kGraph;
  vertex.network.vertices = {"hub"};
  vertex.network.attach = {{"hub", {{Role::kWorker, 0, 2}, {Role::kServer, 0, 0}}}};
  for (const ClusterSpec& cluster : {rack, tree, router, vertex})
    EXPECT_NEAR(message_seconds(cluster, worker_id(2), server_id(0), kBytes), kLatency + kTransfer,
                kRounding);
}

}  // namespace
}  // namespace psgrid::sim
