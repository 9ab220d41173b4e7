#include "analysis/histogram.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.mean(), 0.0);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_TRUE(histogram.non_empty_bins().empty());
}

TEST(Histogram, CountsSmallValuesExactly) {
  Histogram histogram;
  for (std::uint32_t value : {0u, 3u, 3u, 127u}) histogram.add(value);
  EXPECT_EQ(histogram.non_empty_bins(),
            (std::vector<Histogram::Bin>{{0, 0, 1}, {3, 3, 2}, {127, 127, 1}}));
  EXPECT_EQ(histogram.sum(), 133u);
  EXPECT_DOUBLE_EQ(histogram.mean(), 133.0 / 4);
}

TEST(Histogram, KeepsMeanAndMaximumExactForLargeValues) {
  Histogram histogram;
  histogram.add(1'000'003);
  histogram.add(std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(histogram.max(), std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(histogram.sum(), 1'000'003ull + std::numeric_limits<std::uint32_t>::max());
}

TEST(Histogram, EveryValueLiesInItsBinAndBinsAreNarrow) {
  for (std::uint64_t value = 1; value < (1ull << 32); value = value * 5 / 4 + 1) {
    Histogram histogram;
    histogram.add(static_cast<std::uint32_t>(value));
    const Histogram::Bin bin = histogram.non_empty_bins().at(0);
    EXPECT_LE(bin.low, value);
    EXPECT_GE(bin.high, value);
    EXPECT_LE(bin.high - bin.low, value / 64);
  }
}

TEST(Histogram, BinsTouchWithoutGapOrOverlap) {
  Histogram histogram;
  for (std::uint32_t value = 0; value < 5000; ++value) histogram.add(value);
  const std::vector<Histogram::Bin> bins = histogram.non_empty_bins();
  for (std::size_t i = 1; i < bins.size(); ++i) EXPECT_EQ(bins[i].low, bins[i - 1].high + 1);
}

TEST(Histogram, SurvivesBeingTakenApart) {
  Histogram histogram;
  for (std::uint32_t value = 0; value < 100'000; value += 37) histogram.add(value);
  EXPECT_EQ(Histogram::from_bins(histogram.non_empty_bins(), histogram.sum(), histogram.max()),
            histogram);
}

}  // namespace
}  // namespace psgrid::analysis
