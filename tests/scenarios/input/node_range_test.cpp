#include "scenarios/input/node_range.hpp"

#include <gtest/gtest.h>

namespace psgrid::scenarios {
namespace {

TEST(NodeRange, ReadsOneSomeAndAll) {
  const auto one = parse_node_range("server[2]");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->role, Role::kServer);
  EXPECT_EQ(one->first, 2u);
  EXPECT_EQ(one->last, 2u);
  const auto some = parse_node_range("worker[0-7]");
  ASSERT_TRUE(some);
  EXPECT_EQ(some->first, 0u);
  EXPECT_EQ(some->last, 7u);
  const auto all = parse_node_range("manager[*]");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->role, Role::kManager);
  EXPECT_EQ(all->last, kEveryRank);
}

TEST(NodeRange, RefusesEverythingElse) {
  for (const char* text : {"", "worker", "worker[]", "worker[-]", "worker[1-]", "worker[-1]",
                           "worker[2-1]", "workers[1]", "Worker[1]", "worker[1] ", "worker[ 1]",
                           "worker[1,2]", "worker[99999999999]", "worker[4294967295]", "[1]"})
    EXPECT_FALSE(parse_node_range(text)) << text;
}

TEST(NodeRange, WritesTheShortestText) {
  ClusterSpec cluster;
  cluster.workers = 8;
  EXPECT_EQ(node_range_text({Role::kWorker, 0, 7}, cluster), "worker[*]");
  EXPECT_EQ(node_range_text({Role::kWorker, 0, 6}, cluster), "worker[0-6]");
  EXPECT_EQ(node_range_text({Role::kWorker, 3, 3}, cluster), "worker[3]");
  EXPECT_EQ(node_range_text({Role::kServer, 0, 0}, cluster), "server[*]");
}

}  // namespace
}  // namespace psgrid::scenarios
