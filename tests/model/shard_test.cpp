#include "model/shard.hpp"

#include <gtest/gtest.h>

#include "model/initial_values.hpp"

namespace psgrid {
namespace {

const Table kTable{.name = "w", .id = {0}, .keys = 100, .width = 2, .initial = {}};

std::unique_ptr<UpdateRule> rule(OptimizerType type) {
  OptimizerSpec spec;
  spec.type = type;
  spec.learning_rate = 1;
  spec.momentum = 0.5;
  return make_update_rule(spec);
}

KeySet owned() { return KeySet::ranges({{10, 14}, {20, 22}}); }

Section gradient(KeySet keys, std::vector<float> values) {
  return {{0}, std::move(keys), Values(std::move(values))};
}

std::vector<float> values_of(const Values& values) {
  return {values.data().begin(), values.data().end()};
}

TEST(ShardLayout, LaysRowsOfOwnedRangesEndToEnd) {
  const ShardLayout layout(owned(), 3);
  EXPECT_EQ(layout.rows(), 6u);
  EXPECT_EQ(layout.values(), 18u);
  EXPECT_EQ(layout.row_of(10, 4), 0u);
  EXPECT_EQ(layout.row_of(13, 1), 3u);
  EXPECT_EQ(layout.row_of(20, 2), 4u);
  EXPECT_EQ(layout.row_of(21, 1), 5u);
}

TEST(ShardLayoutDeathTest, KnowsOnlyItsOwnKeys) {
  const ShardLayout layout(owned(), 3);
  EXPECT_DEATH(layout.row_of(9, 1), "keys that this shard holds");
  EXPECT_DEATH(layout.row_of(13, 2), "keys that this shard holds");
  EXPECT_DEATH(layout.row_of(22, 1), "keys that this shard holds");
}

TEST(Shard, StartsWithTheTablesInitialValues) {
  Table table = kTable;
  table.initial.scale = 0.5;
  const auto sgd = rule(OptimizerType::kSgd);
  const Shard shard(table, owned(), *sgd, 7, false);
  std::vector<float> expected(2);
  initial_row(7, table, 20, expected);
  EXPECT_NE(expected, std::vector<float>(2));
  EXPECT_EQ(values_of(shard.read(KeySet::range(20, 21))), expected);
}

TEST(Shard, AppliesAndReadsRowsInKeyOrder) {
  const auto sgd = rule(OptimizerType::kSgd);
  Shard shard(kTable, owned(), *sgd, 1, false);
  shard.apply(gradient(KeySet::list({11, 13, 20}), {1, 2, 3, 4, 5, 6}), 1, 1);
  shard.apply(gradient(KeySet::ranges({{13, 14}, {20, 21}}), {10, 20, 30, 40}), 0.5f, 2);
  EXPECT_EQ(values_of(shard.read(KeySet::ranges({{10, 12}, {13, 14}, {20, 22}}))),
            (std::vector<float>{0, 0, -1, -2, -8, -14, -20, -26, 0, 0}));
  EXPECT_EQ(values_of(shard.read(KeySet::list({20}))), (std::vector<float>{-20, -26}));
}

TEST(Shard, KeepsTheRulesStateByKey) {
  const auto momentum = rule(OptimizerType::kMomentum);
  Shard shard(kTable, owned(), *momentum, 1, false);
  shard.apply(gradient(KeySet::list({20}), {1, 1}), 1, 1);
  shard.apply(gradient(KeySet::list({10, 20}), {1, 1, 1, 1}), 1, 2);
  // Key 10 has seen one gradient; the velocity of key 20 is 0.5 * 1 + 1 by now.
  EXPECT_EQ(values_of(shard.read(KeySet::list({10, 20}))),
            (std::vector<float>{-1, -1, -2.5, -2.5}));
}

TEST(Shard, APhantomHoldsNothing) {
  const auto sgd = rule(OptimizerType::kSgd);
  Shard shard(kTable, owned(), *sgd, 1, true);
  shard.apply({{0}, KeySet::range(10, 12), Values::phantom(4)}, 1, 1);
  const Values values = shard.read(KeySet::range(10, 12));
  EXPECT_TRUE(values.is_phantom());
  EXPECT_EQ(values.size(), 4u);
}

TEST(ShardDeathTest, RefusesGradientsOfAnotherShape) {
  const auto sgd = rule(OptimizerType::kSgd);
  Shard shard(kTable, owned(), *sgd, 1, false);
  EXPECT_DEATH(shard.apply(gradient(KeySet::range(10, 12), {1, 2}), 1, 1), "a row for each key");
}

}  // namespace
}  // namespace psgrid
