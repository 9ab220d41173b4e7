#include "model/shared_list.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

std::vector<int> items(const SharedList<int>& list) { return {list.begin(), list.end()}; }

TEST(SharedList, HoldsItsItemsInOrder) {
  SharedList<int> list{1, 2};
  list.push_back(3);
  EXPECT_EQ(items(list), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(list.front(), 1);
  EXPECT_EQ(list[1], 2);
  EXPECT_EQ(list.back(), 3);
}

TEST(SharedList, IsEmptyAtFirst) {
  for (const SharedList<int>& list : {SharedList<int>(), SharedList<int>(std::vector<int>())}) {
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.begin(), list.end());
  }
}

TEST(SharedList, CopiesShareUntilOneChanges) {
  SharedList<int> list{1};
  SharedList<int> copy = list;
  EXPECT_TRUE(copy.same_as(list));
  EXPECT_EQ(copy.begin(), list.begin());
  copy.push_back(2);
  EXPECT_FALSE(copy.same_as(list));
  EXPECT_EQ(items(list), std::vector<int>{1});
  EXPECT_EQ(items(copy), (std::vector<int>{1, 2}));
}

}  // namespace
}  // namespace psgrid
