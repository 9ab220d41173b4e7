#include "model/cluster_spec.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace psgrid {
namespace {

GroupSpec group(NodeSelector nodes) {
  GroupSpec spec;
  spec.nodes = std::move(nodes);
  return spec;
}

GroupSpec group_of_workers(std::uint32_t first, std::uint32_t last) {
  return group({{Role::kWorker, first, last}});
}

TEST(HardwareOf, WithoutGroupsIsThatOfTheCluster) {
  ClusterSpec cluster;
  cluster.host = {.flops = 5e9, .cores = 4};
  cluster.network.bandwidth = 1e6;
  cluster.network.latency = 1e-3;
  const Hardware hardware = hardware_of(cluster, server_id(0));
  EXPECT_EQ(hardware.flops, 5e9);
  EXPECT_EQ(hardware.cores, 4u);
  EXPECT_EQ(hardware.bandwidth, 1e6);
  EXPECT_EQ(hardware.latency, 0.5e-3);  // half of the way between two hosts
  EXPECT_EQ(hardware.host, "");
}

TEST(HardwareOf, LaterGroupsWinSettingBySetting) {
  ClusterSpec cluster;
  cluster.workers = 4;
  GroupSpec slow = group_of_workers(0, 2);
  slow.flops = 1e9;
  slow.cores = 2;
  GroupSpec slower = group_of_workers(2, 3);
  slower.flops = 0.5e9;
  slower.latency = 7.0;
  cluster.groups = {slow, slower};
  EXPECT_EQ(hardware_of(cluster, worker_id(1)).flops, 1e9);
  EXPECT_EQ(hardware_of(cluster, worker_id(2)).flops, 0.5e9);
  EXPECT_EQ(hardware_of(cluster, worker_id(2)).cores, 2u);
  EXPECT_EQ(hardware_of(cluster, worker_id(2)).latency, 7.0);  // not halved: its own link's
  EXPECT_EQ(hardware_of(cluster, worker_id(3)).cores, cluster.host.cores);
  EXPECT_EQ(hardware_of(cluster, server_id(0)).flops, cluster.host.flops);
}

TEST(HardwareOf, NodesShareANamedHost) {
  ClusterSpec cluster;
  cluster.workers = 3;
  GroupSpec shared = group_of_workers(0, 1);
  shared.host = "big";
  cluster.groups = {shared};
  EXPECT_EQ(hardware_of(cluster, worker_id(0)).host, "big");
  EXPECT_EQ(hardware_of(cluster, worker_id(1)).host, "big");
  EXPECT_EQ(hardware_of(cluster, worker_id(2)).host, "");
}

TEST(HardwareOf, PacksNodesOntoHostsInNodeOrder) {
  ClusterSpec cluster;
  cluster.servers = 3;
  cluster.workers = 6;
  // Out of order and overlapping: servers 1 and 2, then workers 0 to 4.
  GroupSpec packed = group({{Role::kWorker, 2, 4}, {Role::kServer, 1, 9}, {Role::kWorker, 0, 3}});
  packed.nodes_per_host = 2;
  cluster.groups = {group({}), packed};
  EXPECT_EQ(hardware_of(cluster, server_id(0)).host, "");
  EXPECT_EQ(hardware_of(cluster, server_id(1)).host, "group1-host0");
  EXPECT_EQ(hardware_of(cluster, server_id(2)).host, "group1-host0");
  EXPECT_EQ(hardware_of(cluster, worker_id(0)).host, "group1-host1");
  EXPECT_EQ(hardware_of(cluster, worker_id(1)).host, "group1-host1");
  EXPECT_EQ(hardware_of(cluster, worker_id(2)).host, "group1-host2");
  EXPECT_EQ(hardware_of(cluster, worker_id(3)).host, "group1-host2");
  EXPECT_EQ(hardware_of(cluster, worker_id(4)).host, "group1-host3");
  EXPECT_EQ(hardware_of(cluster, worker_id(5)).host, "");
}

TEST(NodeIndex, CountsManagersServersWorkers) {
  ClusterSpec cluster;
  cluster.managers = 2;
  cluster.servers = 3;
  cluster.workers = 4;
  EXPECT_EQ(node_index(cluster, manager_id(1)), 1u);
  EXPECT_EQ(node_index(cluster, server_id(0)), 2u);
  EXPECT_EQ(node_index(cluster, worker_id(3)), 8u);
  for (std::uint32_t index = 0; index < cluster.nodes(); ++index)
    EXPECT_EQ(node_index(cluster, node_at(cluster, index)), index);
}

}  // namespace
}  // namespace psgrid
