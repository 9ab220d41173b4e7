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
  EXPECT_EQ(bsp->lookahead({9}), 0u);
  EXPECT_FALSE(bsp->caches());
}

// Iteration c reads every update of clocks up to c - s - 1.
TEST(Consistency, SspNeedsAllUpdatesOlderThanItsStaleness) {
  EXPECT_EQ(ssp(3)->required({3}), Clock{0});
  EXPECT_EQ(ssp(3)->required({4}), Clock{1});
  EXPECT_EQ(ssp(3)->required({10}), Clock{7});
  EXPECT_FALSE(ssp(3)->sums_iterations());
  EXPECT_EQ(ssp(3)->lookahead({9}), 0u);
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
  EXPECT_EQ(bounded_delay(2)->lookahead({9}), 2u);
  EXPECT_TRUE(bounded_delay(2)->sums_iterations());
  EXPECT_EQ(bounded_delay(0)->required({6}), Clock{6});
  EXPECT_EQ(bounded_delay(0)->lookahead({9}), 0u);
}

TEST(Consistency, BspThenAsyncChangesOver) {
  const auto both = make_consistency({.model = ConsistencyModel::kBspThenAsync, .switch_at = 5});
  EXPECT_EQ(both->required({4}), Clock{4});
  EXPECT_EQ(both->required({9}), Clock{5});
  EXPECT_TRUE(both->sums({4}));
  EXPECT_FALSE(both->sums({5}));
}

TEST(Consistency, DynamicSspIsAsStrictAsItsLeastBoundUnlessItPays) {
  const auto dynamic = make_consistency(
      {.model = ConsistencyModel::kDynamicSsp, .staleness = 2, .staleness_max = 6});
  EXPECT_EQ(dynamic->required({10}), Clock{8});
  const auto pace = dynamic->make_pace(2);
  // The slow worker takes three times as long: it ends iterations at 3, 6, 9, ...
  for (std::uint32_t clock = 1; clock <= 3; ++clock) {
    pace->on_clock(0, {clock}, {1.0 * clock});
    if (clock == 3) pace->on_clock(1, {1}, {3.0});
  }
  EXPECT_EQ(pace->required(0, {3}), Clock{1}) << "within the least bound";
  pace->on_clock(0, {4}, {4.0});
  // If it begins two more iterations it ends at 6, with the slow one; else it would wait from 4 on.
  EXPECT_EQ(pace->required(0, {4}), Clock{0});
  pace->on_clock(0, {5}, {5.0});
  EXPECT_EQ(pace->required(0, {5}), Clock{0});
  pace->on_clock(0, {6}, {6.0});
  pace->on_clock(1, {2}, {6.0});
  EXPECT_EQ(pace->required(1, {2}), Clock{0}) << "the slow one waits for nobody";
}

TEST(Consistency, QuorumsSayWhatCounts) {
  ConsistencySpec spec{.model = ConsistencyModel::kKSync, .gradients = 3};
  const auto quorum_of = [&](ConsistencyModel model) {
    spec.model = model;
    return *make_consistency(spec)->quorum();
  };
  EXPECT_TRUE(quorum_of(ConsistencyModel::kKSync).cancels);
  EXPECT_TRUE(quorum_of(ConsistencyModel::kKSync).one_each);
  EXPECT_FALSE(quorum_of(ConsistencyModel::kKBatchSync).one_each);
  EXPECT_FALSE(quorum_of(ConsistencyModel::kKAsync).fresh);
  EXPECT_FALSE(quorum_of(ConsistencyModel::kBackupWorkers).cancels);
  EXPECT_EQ(quorum_of(ConsistencyModel::kBackupWorkers).gradients, 3u);
}

TEST(Consistency, RedundancySaysWhoDoesHowMuch) {
  ConsistencySpec spec{.model = ConsistencyModel::kGradientCoding, .gradients = 6, .stragglers = 2};
  const auto redundancy_of = [&](ConsistencyModel model) {
    spec.model = model;
    return *make_consistency(spec)->redundancy();
  };
  EXPECT_EQ(redundancy_of(ConsistencyModel::kGradientCoding).workers, 8u);
  EXPECT_EQ(redundancy_of(ConsistencyModel::kGradientCoding).pushes, 1u);
  EXPECT_EQ(redundancy_of(ConsistencyModel::kGradientCoding).work, 3);
  EXPECT_EQ(redundancy_of(ConsistencyModel::kMdsCoding).work, 8.0 / 6);
  spec.redundancy = 4;
  EXPECT_EQ(redundancy_of(ConsistencyModel::kPartialGradients).workers, 6u);
  EXPECT_EQ(redundancy_of(ConsistencyModel::kPartialGradients).pushes, 4u);
  EXPECT_EQ(redundancy_of(ConsistencyModel::kPartialGradients).work, 1);
  EXPECT_FALSE(make_consistency({})->redundancy());
}

TEST(Consistency, AsyncNeedsNothing) {
  const auto async = make_consistency({.model = ConsistencyModel::kAsync});
  EXPECT_EQ(async->required({1000}), Clock{0});
  EXPECT_FALSE(async->sums_iterations());
}

}  // namespace
}  // namespace psgrid
