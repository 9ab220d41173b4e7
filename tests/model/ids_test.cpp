#include "model/ids.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

TEST(Ids, NodesPrintAsScenariosNameThem) {
  EXPECT_EQ(to_string(worker_id(3)), "worker[3]");
  EXPECT_EQ(to_string(server_id(0)), "server[0]");
  EXPECT_EQ(to_string(manager_id(4294967295u)), "manager[4294967295]");
}

TEST(Ids, NodesOrderByRoleThenRank) {
  EXPECT_LT(manager_id(9), server_id(0));
  EXPECT_LT(server_id(9), worker_id(0));
  EXPECT_LT(worker_id(1), worker_id(2));
}

}  // namespace
}  // namespace psgrid
