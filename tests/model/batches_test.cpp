#include "model/batches.hpp"

#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace psgrid {
namespace {

BatchSampler sampler(DataRange range, std::uint32_t batch, std::uint64_t seed = 1) {
  return BatchSampler(range, batch, RandomStream(seed, worker_id(0), Purpose::kBatches));
}

std::vector<std::uint32_t> next(BatchSampler& batches) {
  const std::span<const std::uint32_t> rows = batches.next();
  return {rows.begin(), rows.end()};
}

RC_GTEST_PROP(DataRange, SharesCoverAllRowsEvenly, ()) {
  const auto rows = *rc::gen::inRange<std::uint32_t>(1, 200);
  const auto workers = *rc::gen::inRange<std::uint32_t>(1, rows + 1);
  std::uint32_t end = 0;
  for (std::uint32_t worker = 0; worker < workers; ++worker) {
    const DataRange range = data_range(rows, worker, workers);
    RC_ASSERT(range.begin == end);
    RC_ASSERT(range.size() == rows / workers || range.size() == rows / workers + 1);
    end = range.end;
  }
  RC_ASSERT(end == rows);
}

TEST(DataRange, WithMoreWorkersThanRowsEachGetsOne) {
  EXPECT_EQ(data_range(3, 0, 5), (DataRange{0, 1}));
  EXPECT_EQ(data_range(3, 2, 5), (DataRange{2, 3}));
  EXPECT_EQ(data_range(3, 4, 5), (DataRange{1, 2}));
}

TEST(DataRange, HoldsForTheLargestNumbers) {
  const std::uint32_t most = ~std::uint32_t{0};
  EXPECT_EQ(data_range(most, most - 1, most), (DataRange{most - 1, most}));
}

TEST(BatchesBySpeed, AreInProportionAndAsManyAsAreAskedFor) {
  const std::vector<double> speeds{1, 1, 2, 4};
  EXPECT_EQ(batches_by_speed(80, speeds), (std::vector<std::uint32_t>{10, 10, 20, 40}));
  EXPECT_EQ(batches_by_speed(4, speeds), (std::vector<std::uint32_t>{1, 1, 1, 1}));
  const std::vector<std::uint32_t> uneven = batches_by_speed(83, speeds);
  EXPECT_EQ(std::accumulate(uneven.begin(), uneven.end(), 0u), 83u);
  EXPECT_EQ(uneven[3], 42u);
}

TEST(DataRange, OfWeightsCoversAllRowsInProportion) {
  const std::vector<std::uint32_t> weights{10, 0, 20, 10};
  EXPECT_EQ(data_range(100, 0, weights), (DataRange{0, 25}));
  EXPECT_EQ(data_range(100, 2, weights), (DataRange{25, 75}));
  EXPECT_EQ(data_range(100, 3, weights), (DataRange{75, 100}));
  EXPECT_EQ(data_range(1, 0, weights).size(), 1u) << "a row for each, if the same";
}

TEST(BatchSampler, AnEpochVisitsEveryRowOnce) {
  BatchSampler batches = sampler({10, 22}, 4);
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 3; ++i) {
      const auto rows = next(batches);
      EXPECT_EQ(rows.size(), 4u);
      seen.insert(rows.begin(), rows.end());
    }
    EXPECT_EQ(seen.size(), 12u);
    EXPECT_EQ(*seen.begin(), 10u);
    EXPECT_EQ(*seen.rbegin(), 21u);
  }
}

TEST(BatchSampler, EpochsDifferInOrder) {
  BatchSampler batches = sampler({0, 100}, 100);
  const auto first = next(batches), second = next(batches);
  EXPECT_NE(first, second);
}

TEST(BatchSampler, LeavesOverDifferentRowsEachEpoch) {
  BatchSampler batches = sampler({0, 10}, 7);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 50; ++i) {
    const auto rows = next(batches);
    EXPECT_EQ(std::set<std::uint32_t>(rows.begin(), rows.end()).size(), 7u);
    seen.insert(rows.begin(), rows.end());
  }
  EXPECT_EQ(seen.size(), 10u);
}

TEST(BatchSampler, ABatchIsNeverLargerThanTheRange) {
  BatchSampler batches = sampler({5, 6}, 32);
  EXPECT_EQ(batches.batch_size(), 1u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next(batches), std::vector<std::uint32_t>{5});
}

TEST(BatchSampler, DependsOnItsSeed) {
  BatchSampler a = sampler({0, 100}, 10, 1), again = sampler({0, 100}, 10, 1),
               b = sampler({0, 100}, 10, 2);
  const auto rows = next(a);
  EXPECT_EQ(next(again), rows);
  EXPECT_NE(next(b), rows);
}

TEST(BatchSamplerDeathTest, NeedsRows) {
  EXPECT_DEATH(sampler({3, 3}, 1), "batches that are not empty");
  EXPECT_DEATH(sampler({3, 4}, 0), "batches that are not empty");
}

}  // namespace
}  // namespace psgrid
