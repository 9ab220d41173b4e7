#include "model/view.hpp"

#include <gtest/gtest.h>

#include "tests/support/describe.hpp"

namespace psgrid {
namespace {

ViewDescription two_tables() {
  return {.epoch = {4},
          .workers = 3,
          .homes = {1, 5},
          .chains = first_chains({1, 5}, {1, 5}, 2),
          .partition = {PartitionType::kRange, 1},
          .tables = {{10, 1}, {1, 3}}};
}

TEST(View, KnowsTheChainOfEachShard) {
  const View view(two_tables());
  EXPECT_EQ(view.epoch(), Epoch{4});
  EXPECT_EQ(view.workers(), 3u);
  EXPECT_EQ(view.shards(), 2u);
  EXPECT_EQ(view.head_of(0), server_id(1));
  EXPECT_EQ(view.tail_of(0), server_id(5));
  EXPECT_EQ(view.head_of(1), server_id(5));
  EXPECT_EQ(view.tail_of(1), server_id(1));
}

TEST(View, EachTableHasARingOfItsOwn) {
  const View view(two_tables());
  EXPECT_EQ(view.ring({0}).owned(0), KeySet::range(0, 5));
  EXPECT_EQ(view.ring({0}).owned(1), KeySet::range(5, 10));
  EXPECT_TRUE(view.ring({1}).owned(0).empty());
  EXPECT_EQ(view.ring({1}).owned(1), KeySet::range(0, 1));
}

TEST(View, SharedListsAskForEverythingAndHoldWhatEachServerOwns) {
  const View view(two_tables());
  const auto describe_all = [](const Sections& sections) {
    std::string text;
    for (const Section& section : sections) text += testing::describe(section) + " ";
    return text;
  };
  EXPECT_EQ(describe_all(view.everything()), "0:{0-10} 1:{0-1} ");
  EXPECT_EQ(describe_all(view.phantom_rows(0)), "0:{0-5}=0,0,0,0,0 ");
  EXPECT_EQ(describe_all(view.phantom_rows(1)), "0:{5-10}=0,0,0,0,0 1:{0-1}=0,0,0 ");
}

}  // namespace
}  // namespace psgrid
