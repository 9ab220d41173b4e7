#include "model/initial_values.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace psgrid {
namespace {

std::vector<float> row(std::uint64_t seed, std::uint16_t table, Key key, double scale = 0.5,
                       std::uint32_t width = 3) {
  const Table spec{.name = "t", .id = {table}, .keys = 0, .width = width, .initial = {scale}};
  std::vector<float> values(width, 9.0f);
  initial_row(seed, spec, key, values);
  return values;
}

TEST(InitialRow, IsZeroWithoutAScale) { EXPECT_EQ(row(1, 0, 5, 0.0), std::vector<float>(3, 0.0f)); }

TEST(InitialRow, DependsOnSeedTableAndKeyOnly) {
  const std::vector<float> values = row(1, 0, 5);
  EXPECT_EQ(row(1, 0, 5), values);
  EXPECT_NE(row(2, 0, 5), values);
  EXPECT_NE(row(1, 1, 5), values);
  EXPECT_NE(row(1, 0, 6), values);
  EXPECT_NE(row(1, 0, (Key{1} << 32) + 5), values);
}

TEST(InitialRow, RowsOfNeighboursDoNotOverlap) {
  EXPECT_NE(row(1, 0, 5).back(), row(1, 0, 6).front());
  EXPECT_NE(row(1, 0, 5)[1], row(1, 0, 6)[0]);
}

TEST(InitialRow, IsUniformWithinTheScale) {
  double sum = 0, squares = 0;
  const int n = 10000;
  for (Key key = 0; key < n; ++key) {
    const float value = row(1, 0, key, 2.0, 1)[0];
    ASSERT_LE(std::abs(value), 2.0f);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(4.0 / 3 / n));
  EXPECT_NEAR(squares / n, 4.0 / 3, 5 * std::sqrt(64.0 / 45 / n));
}

TEST(InitialRow, ReachesTheLargestKey) { EXPECT_NE(row(1, 0, ~Key{0}), row(1, 0, 0)); }

}  // namespace
}  // namespace psgrid
