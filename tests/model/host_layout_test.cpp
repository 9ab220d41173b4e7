#include "model/host_layout.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

ClusterSpec cluster_of(std::uint32_t workers, std::uint32_t servers) {
  ClusterSpec cluster;
  cluster.workers = workers;
  cluster.servers = servers;
  return cluster;
}

const HostPlan& host_of(const HostLayout& layout, const ClusterSpec& cluster, NodeId node) {
  return layout.host(layout.host_of(node_index(cluster, node)));
}

TEST(HostLayout, GivesEveryNodeAHostOfItsOwn) {
  const ClusterSpec cluster = cluster_of(3, 2);
  const HostLayout layout(cluster);
  ASSERT_EQ(layout.hosts().size(), 6u);
  EXPECT_EQ(layout.hosts()[0].name, "manager[0]");
  EXPECT_EQ(layout.hosts()[5].name, "worker[2]");
  EXPECT_TRUE(layout.hosts()[5].workers_only);
  EXPECT_FALSE(layout.hosts()[1].workers_only);
  EXPECT_EQ(layout.hosts()[1].latency, 25e-6);
}

TEST(HostLayout, PutsNodesOnTheHostThatTheScenarioNames) {
  ClusterSpec cluster = cluster_of(3, 1);
  GroupSpec group;
  group.nodes = {{Role::kServer, 0, 0}, {Role::kWorker, 1, 2}};
  group.host = "big";
  cluster.groups = {group};
  const HostLayout layout(cluster);
  EXPECT_EQ(layout.hosts().size(), 3u);
  EXPECT_EQ(host_of(layout, cluster, worker_id(2)).name, "big");
  EXPECT_EQ(host_of(layout, cluster, worker_id(2)).nodes, 3u);
  EXPECT_EQ(host_of(layout, cluster, worker_id(2)).first_node, server_id(0));
  EXPECT_FALSE(host_of(layout, cluster, worker_id(2)).workers_only);
  EXPECT_TRUE(layout.errors().empty());
}

TEST(HostLayout, PacksSoManyNodesToAHost) {
  ClusterSpec cluster = cluster_of(10, 1);
  GroupSpec group;
  group.nodes = {{Role::kWorker, 0, 9}};
  group.nodes_per_host = 4;
  cluster.groups = {group};
  const HostLayout layout(cluster);
  ASSERT_EQ(layout.hosts().size(), 5u);
  EXPECT_EQ(layout.hosts()[2].nodes, 4u);
  EXPECT_EQ(layout.hosts()[4].nodes, 2u);
}

TEST(HostLayout, JoinsTheHostOfANodeByItsName) {
  ClusterSpec cluster = cluster_of(2, 1);
  GroupSpec group;
  group.nodes = {{Role::kServer, 0, 0}};
  group.host = "worker[1]";
  cluster.groups = {group};
  const HostLayout layout(cluster);
  EXPECT_EQ(layout.host_of(node_index(cluster, server_id(0))),
            layout.host_of(node_index(cluster, worker_id(1))));
}

TEST(HostLayout, ReportsNodesThatDisagreeAboutTheirHost) {
  ClusterSpec cluster = cluster_of(2, 1);
  GroupSpec together;
  together.nodes = {{Role::kWorker, 0, 1}};
  together.host = "box";
  GroupSpec faster;
  faster.nodes = {{Role::kWorker, 1, 1}};
  faster.flops = 1e12;
  cluster.groups = {together, faster};
  const HostLayout layout(cluster);
  ASSERT_EQ(layout.errors().size(), 1u);
  EXPECT_EQ(layout.errors()[0].message,
            "nodes worker[0] and worker[1] share the host \"box\" but differ in flops");
}

TEST(HostLayout, CopiesInsideAHostAtTenGigabytesASecond) {
  EXPECT_EQ(loopback_duration(Bytes{10'000'000}).seconds, 1e-3);
  EXPECT_EQ(loopback_duration(Bytes{0}).seconds, 0);
}

}  // namespace
}  // namespace psgrid
