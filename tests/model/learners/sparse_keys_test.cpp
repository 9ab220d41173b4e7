#include "model/learners/sparse_keys.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

std::vector<Key> list_of(const KeySet& keys) {
  return {keys.as_list().begin(), keys.as_list().end()};
}

TEST(ColumnsAndBias, WithoutColumnsThereIsStillTheBias) {
  Dataset data;
  data.rows = 1;
  data.features = 64;
  data.row_begin = {0, 0};
  EXPECT_EQ(list_of(columns_and_bias(data, std::vector<std::uint32_t>{0}, 64)),
            std::vector<Key>{64});
}

RC_GTEST_PROP(ColumnsAndBiasProperty, IsTheUnionOfTheRows, ()) {
  const auto features = *rc::gen::inRange<std::uint32_t>(8, 300);
  const Dataset data = sparse_bags(20, features, 2, *rc::gen::arbitrary<std::uint64_t>());
  const auto rows = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0u, 20u));
  std::set<Key> expected = {features};
  for (std::uint32_t row : rows)
    for (std::uint32_t column : data.columns_of(row)) expected.insert(column);
  RC_ASSERT(list_of(columns_and_bias(data, rows, features)) ==
            std::vector<Key>(expected.begin(), expected.end()));
}

TEST(KeyPositions, NumberTheKeysInOrder) {
  {
    const KeyPositions positions(KeySet::list({3, 7, 8, 20}), 21);
    EXPECT_EQ(positions[3], 0u);
    EXPECT_EQ(positions[8], 2u);
    EXPECT_EQ(positions[20], 3u);
  }
  const KeyPositions positions(KeySet::ranges({{0, 2}, {7, 9}}), 9);  // after another on its thread
  EXPECT_EQ(positions[1], 1u);
  EXPECT_EQ(positions[7], 2u);
  EXPECT_EQ(positions[8], 3u);
}

TEST(KeyPositionsDeathTest, RefusesKeysBeyondTheTable) {
  EXPECT_DEATH(KeyPositions(KeySet::list({3, 7}), 7), "keys of the table");
}

}  // namespace
}  // namespace psgrid
