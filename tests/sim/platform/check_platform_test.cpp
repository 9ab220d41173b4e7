#include "sim/platform/check_platform.hpp"

#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace psgrid::sim {
namespace {

// One cluster for each topology, all of them valid: 4 workers, 1 server, 1 manager.
ClusterSpec valid(Topology topology) {
  ClusterSpec cluster;
  cluster.workers = 4;
  NetworkSpec& network = cluster.network;
  network.topology = topology;
  network.racks = 2;
  network.down = {4, 2};
  network.up = {1, 2};
  network.links = {1, 1};
  network.dimensions = {2, 3};
  network.groups = 3;
  network.chassis = network.routers = 1;
  network.nodes_per_router = 2;
  network.vertices = {"left", "right"};
  network.edges = {{"left", "right", 1e6, 1e-3}};
  network.attach = {{"left", {{Role::kWorker, 0, 3}}},
                    {"right", {{Role::kServer, 0, 0}, {Role::kManager, 0, 0}}}};
  return cluster;
}

TEST(CheckPlatform, FindsNothingWrongWithValidClusters) {
  for (const Topology topology : {Topology::kStar, Topology::kRacks, Topology::kFatTree,
                                  Topology::kTorus, Topology::kDragonfly, Topology::kGraph})
    EXPECT_TRUE(check_platform(valid(topology)).empty()) << static_cast<int>(topology);
}

struct Mistake {
  const char* name;
  Topology topology;
  std::function<void(ClusterSpec&)> make;
  const char* pointer;
  const char* message;
};

class CheckPlatformMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(CheckPlatformMistake, IsTheOnlyErrorReported) {
  ClusterSpec cluster = valid(GetParam().topology);
  GetParam().make(cluster);
  const std::vector<PlatformError> errors = check_platform(cluster);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].pointer, GetParam().pointer);
  EXPECT_EQ(errors[0].message, GetParam().message);
}

GroupSpec all_workers() {
  GroupSpec group;
  group.nodes = {{Role::kWorker, 0, 3}};
  return group;
}

const Mistake kMistakes[] = {
    {"MoreRacksThanHosts", Topology::kRacks, [](ClusterSpec& c) { c.network.racks = 7; },
     "/network/racks", "there are 7 racks for only 6 hosts"},
    {"NoRacks", Topology::kRacks, [](ClusterSpec& c) { c.network.racks = 0; }, "/network/racks",
     "racks needs at least one rack"},
    {"FatTreeTooSmall", Topology::kFatTree,
     [](ClusterSpec& c) {
       c.network.down = {5, 1};
     },
     "/network/down", "this makes 5 places for hosts, but there are 6 hosts"},
    {"FatTreeLevels", Topology::kFatTree, [](ClusterSpec& c) { c.network.up = {1}; }, "/network/up",
     "expected one number for each of the 2 levels that down has, found 1"},
    {"FatTreeZero", Topology::kFatTree,
     [](ClusterSpec& c) {
       c.network.links = {1, 0};
     },
     "/network/links", "every number must be positive"},
    {"FasterThanTheFabric", Topology::kFatTree,
     [](ClusterSpec& c) {
       GroupSpec group;
       group.nodes = {{Role::kServer, 0, 0}};
       group.bandwidth = 1e9;
       c.groups = {group};
     },
     "/groups",
     "the fabric carries the link of server[0] too, so its bandwidth cannot exceed the network's; "
     "raise the network's and lower that of other nodes"},
    {"TorusTooSmall", Topology::kTorus, [](ClusterSpec& c) { c.network.dimensions = {5}; },
     "/network/dimensions", "this makes 5 places for hosts, but there are 6 hosts"},
    {"TorusWithoutExtent", Topology::kTorus,
     [](ClusterSpec& c) {
       c.network.dimensions = {9, 0};
     },
     "/network/dimensions", "every number must be positive"},
    {"TorusTooLarge", Topology::kTorus,
     [](ClusterSpec& c) { c.network.dimensions = {4096, 4096, 4096, 4096, 4096, 4096}; },
     "/network/dimensions", "this makes more than 16777216 places for hosts"},
    {"DragonflyTooSmall", Topology::kDragonfly, [](ClusterSpec& c) { c.network.groups = 2; },
     "/network", "this makes 4 places for hosts, but there are 6 hosts"},
    {"DragonflyTooLarge", Topology::kDragonfly, [](ClusterSpec& c) { c.network.groups = 5000; },
     "/network", "this makes 12497500 links between routers; at most 1048576 are supported"},
    {"VertexTwice", Topology::kGraph, [](ClusterSpec& c) { c.network.vertices.push_back("left"); },
     "/network/vertices/2", "the vertex \"left\" is listed twice"},
    {"UnknownEnd", Topology::kGraph,
     [](ClusterSpec& c) {
       c.network.edges.push_back({"left", "up", 1, 0});
     },
     "/network/edges/1/b", "there is no vertex \"up\""},
    {"SelfEdge", Topology::kGraph,
     [](ClusterSpec& c) {
       c.network.edges.push_back({"left", "left", 1, 0});
     },
     "/network/edges/1", "this edge joins the vertex \"left\" to itself"},
    {"EdgeTwice", Topology::kGraph,
     [](ClusterSpec& c) {
       c.network.edges.push_back({"right", "left", 1, 0});
     },
     "/network/edges/1",
     "edge 0 joins \"right\" and \"left\" too; write one edge with the sum of the bandwidths"},
    {"NoBandwidth", Topology::kGraph, [](ClusterSpec& c) { c.network.edges[0].bandwidth = 0; },
     "/network/edges/0/bandwidth", "an edge needs a positive bandwidth"},
    {"UnattachedNode", Topology::kGraph,
     [](ClusterSpec& c) {
       c.network.attach[0].second = {{Role::kWorker, 0, 2}};
     },
     "/network/attach", "worker[3] is attached to no vertex"},
    {"AttachedTwice", Topology::kGraph,
     [](ClusterSpec& c) {
       c.network.attach[1].second.push_back({Role::kWorker, 1, 1});
     },
     "/network/attach/right",
     "worker[1] is attached here, but its host \"worker[1]\" is attached to \"left\" already"},
    {"AttachedNowhere", Topology::kGraph,
     [](ClusterSpec& c) {
       c.network.attach.push_back({"a/b", {}});
     },
     "/network/attach/a~1b", "there is no vertex \"a/b\""},
    {"Unconnected", Topology::kGraph, [](ClusterSpec& c) { c.network.edges.clear(); },
     "/network/edges", "no path of edges joins \"right\" to \"left\", and both have nodes"},
    {"UselessVertex", Topology::kGraph,
     [](ClusterSpec& c) { c.network.vertices.push_back("attic"); }, "/network/vertices/2",
     "the vertex \"attic\" is joined to no vertex that has nodes"},
    {"DisagreeingHardware", Topology::kStar,
     [](ClusterSpec& c) {
       GroupSpec group = all_workers();
       group.host = "box";
       GroupSpec odd;
       odd.nodes = {{Role::kWorker, 2, 2}};
       odd.cores = 8;
       c.groups = {group, odd};
     },
     "/groups", "nodes worker[0] and worker[2] share the host \"box\" but differ in cores"},
};

INSTANTIATE_TEST_SUITE_P(All, CheckPlatformMistake, ::testing::ValuesIn(kMistakes),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace psgrid::sim
