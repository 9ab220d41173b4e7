#include "model/consistency.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

std::unique_ptr<Consistency> ssp(std::uint32_t staleness, bool cache = false) {
  return make_consistency(
      {.model = ConsistencyModel::kSsp, .staleness = staleness, .cache = cache});
}

std::unique_ptr<Consistency> bounded_delay(std::uint32_t delay) {
  return make_consistency({.model = ConsistencyModel::kBoundedDelay, .delay = delay});
}

TEST(Consistency, BspNeedsEveryEarlierIterationOfEverybody) {
  const auto bsp = make_consistency({.model = ConsistencyModel::kBsp});
  EXPECT_EQ(bsp->required({0}), Clock{0});
  EXPECT_EQ(bsp->required({7}), Clock{7});
  EXPECT_TRUE(bsp->sums_iterations());
  EXPECT_EQ(bsp->lookahead(), 0u);
  EXPECT_FALSE(bsp->caches());
}

// Iteration c reads every update of clocks up to c - s - 1.
TEST(Consistency, SspNeedsAllUpdatesOlderThanItsStaleness) {
  EXPECT_EQ(ssp(3)->required({3}), Clock{0});
  EXPECT_EQ(ssp(3)->required({4}), Clock{1});
  EXPECT_EQ(ssp(3)->required({10}), Clock{7});
  EXPECT_FALSE(ssp(3)->sums_iterations());
  EXPECT_EQ(ssp(3)->lookahead(), 0u);
  EXPECT_FALSE(ssp(3)->caches());
  EXPECT_TRUE(ssp(3, true)->caches());
}

TEST(Consistency, SspWithoutStalenessIsBsp) {
  for (std::uint32_t iteration = 0; iteration < 5; ++iteration)
    EXPECT_EQ(ssp(0)->required({iteration}), Clock{iteration});
  EXPECT_TRUE(ssp(0)->sums_iterations());
}

// Iteration t starts once t - delay - 1 is finished everywhere: t - delay iterations are.
TEST(Consistency, BoundedDelayReadsAheadAsFarAsItsDelay) {
  EXPECT_EQ(bounded_delay(2)->required({2}), Clock{0});
  EXPECT_EQ(bounded_delay(2)->required({3}), Clock{1});
  EXPECT_EQ(bounded_delay(2)->lookahead(), 2u);
  EXPECT_TRUE(bounded_delay(2)->sums_iterations());
  EXPECT_EQ(bounded_delay(0)->required({6}), Clock{6});
  EXPECT_EQ(bounded_delay(0)->lookahead(), 0u);
}

TEST(Consistency, AsyncNeedsNothing) {
  const auto async = make_consistency({.model = ConsistencyModel::kAsync});
  EXPECT_EQ(async->required({1000}), Clock{0});
  EXPECT_FALSE(async->sums_iterations());
}

}  // namespace
}  // namespace psgrid
