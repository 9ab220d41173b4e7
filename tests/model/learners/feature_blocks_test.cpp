#include "model/learners/feature_blocks.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

// Rows {0: 1, 5: 2}, {1: -3}, {0: 4, 1: 5}.
Dataset three_rows() {
  Dataset data;
  data.rows = 3;
  data.features = 6;
  data.row_begin = {0, 2, 3, 5};
  data.column = {0, 5, 1, 0, 1};
  data.value = {1, 2, -3, 4, 5};
  data.labels = {0, 1, 0};
  return data;
}

TEST(FeatureBlocks, AreColumnsInOrder) {
  const FeatureBlocks blocks(three_rows(), 0, 3, 2);
  ASSERT_EQ(blocks.columns(), 3u);
  EXPECT_EQ(blocks.feature(2), 5u);
  EXPECT_EQ(blocks.all(), KeySet::list({0, 1, 5}));
  EXPECT_EQ(blocks.of_block(0), KeySet::list({0, 1}));
  EXPECT_EQ(blocks.of_block(1), KeySet::list({5}));
  EXPECT_EQ(blocks.block(1), (std::pair<std::uint32_t, std::uint32_t>{2, 3}));
  ASSERT_EQ(blocks.entries(1).size(), 2u);
  EXPECT_EQ(blocks.entries(1)[0].row, 1u);
  EXPECT_EQ(blocks.entries(1)[0].value, -3);
  EXPECT_EQ(blocks.entries(1)[1].row, 2u);
}

TEST(FeatureBlocks, OfSomeRowsHaveTheirColumnsOnly) {
  const FeatureBlocks blocks(three_rows(), 1, 1, 3);
  EXPECT_EQ(blocks.all(), KeySet::list({1}));
  EXPECT_TRUE(blocks.of_block(2).empty());
  EXPECT_EQ(blocks.entries(0)[0].row, 0u) << "the first of the rows";
}

TEST(FeatureBlocks, BoundTheCurvatureByTheRestOfTheBlock) {
  const FeatureBlocks together(three_rows(), 0, 3, 2);
  EXPECT_FLOAT_EQ(together.curvature(0), (1 * 1 + 4 * 9) / 4.0f);
  EXPECT_FLOAT_EQ(together.curvature(1), (3 * 3 + 5 * 9) / 4.0f);
  EXPECT_FLOAT_EQ(together.curvature(2), 2 * 2 / 4.0f);
  const FeatureBlocks apart(three_rows(), 0, 3, 6);
  EXPECT_FLOAT_EQ(apart.curvature(0), (1 + 16) / 4.0f);
}

TEST(FeatureBlocks, AreTheSameOfDenseData) {
  const FeatureBlocks sparse(three_rows(), 0, 3, 2), dense(densified(three_rows()), 0, 3, 2);
  EXPECT_EQ(dense.all(), sparse.all());
  for (std::uint32_t column = 0; column < 3; ++column)
    EXPECT_EQ(dense.curvature(column), sparse.curvature(column));
}

}  // namespace
}  // namespace psgrid
