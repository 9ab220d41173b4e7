#include "sim/platform/bottleneck.hpp"

#include <gtest/gtest.h>

namespace psgrid::sim {
namespace {

ClusterSpec cluster_of(std::uint32_t workers, std::uint32_t servers) {
  ClusterSpec cluster;
  cluster.workers = workers;
  cluster.servers = servers;
  cluster.managers = 0;
  cluster.network.bandwidth = 100;
  return cluster;
}

Bottleneck bottleneck_of(const ClusterSpec& cluster) {
  const HostLayout layout(cluster);
  return find_bottleneck(cluster, layout, *make_switched_network(cluster, layout));
}

TEST(Bottleneck, OfAStarIsTheServersLink) {
  const Bottleneck found = bottleneck_of(cluster_of(8, 2));
  EXPECT_EQ(found.link, "server[0]");
  EXPECT_EQ(found.flows, 8u);
  EXPECT_EQ(found.throughput, 200);
  EXPECT_EQ(found.max_flow, 200);
}

TEST(Bottleneck, OfAStarWithFastServersIsTheSlowestWorker) {
  ClusterSpec cluster = cluster_of(8, 2);
  GroupSpec fast;
  fast.nodes = {{Role::kServer, 0, 1}};
  fast.bandwidth = 100'000;
  GroupSpec slow;
  slow.nodes = {{Role::kWorker, 3, 3}};
  slow.bandwidth = 10;
  cluster.groups = {fast, slow};
  const Bottleneck found = bottleneck_of(cluster);
  EXPECT_EQ(found.link, "worker[3]");
  EXPECT_EQ(found.flows, 2u);
  EXPECT_EQ(found.throughput, 80);  // all as slow as it is
  EXPECT_EQ(found.max_flow, 710);
}

// Racks of 4: the servers and two workers in the first, workers in the others.
TEST(Bottleneck, OfOversubscribedRacksIsTheServersUplink) {
  ClusterSpec cluster = cluster_of(10, 2);
  cluster.network.topology = Topology::kRacks;
  cluster.network.racks = 3;
  cluster.network.oversubscription = 8;  // uplinks of 50
  const Bottleneck found = bottleneck_of(cluster);
  EXPECT_EQ(found.link, "core->rack0");
  EXPECT_EQ(found.flows, 16u);
  EXPECT_EQ(found.bandwidth, 50);
  EXPECT_EQ(found.throughput, 20 * 50 / 16.0);
  EXPECT_EQ(found.max_flow, 200);  // the two neighbours alone could fill the servers' links
}

// Two ways of 30 between workers and servers; shortest paths use only one.
TEST(Bottleneck, OfAGraphMayBeTheRouting) {
  ClusterSpec cluster = cluster_of(2, 2);
  NetworkSpec& network = cluster.network;
  network.topology = Topology::kGraph;
  network.vertices = {"w", "s", "detour"};
  network.edges = {{"w", "s", 30, 1e-3}, {"w", "detour", 30, 1e-3}, {"detour", "s", 30, 1e-3}};
  network.attach = {{"w", {{Role::kWorker, 0, 1}}}, {"s", {{Role::kServer, 0, 1}}}};
  const Bottleneck found = bottleneck_of(cluster);
  EXPECT_EQ(found.link, "w->s");
  EXPECT_EQ(found.flows, 4u);
  EXPECT_EQ(found.throughput, 30);
  EXPECT_EQ(found.max_flow, 60);
}

}  // namespace
}  // namespace psgrid::sim
