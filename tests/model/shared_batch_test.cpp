#include "model/shared_batch.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

SharedBatch batch_of(std::vector<std::uint32_t> examples) {
  std::vector<SharedBatch::Piece> pieces;
  for (std::uint32_t count : examples) pieces.push_back({.examples = count, .keys = {}});
  return SharedBatch({3}, std::move(pieces));
}

std::vector<Section> gradient(Key key, float value) {
  return {{{0}, KeySet::range(key, key + 1), Values({value})}};
}

TEST(SharedBatch, OthersTakeFromTheEndAndNeverTheFirst) {
  SharedBatch batch = batch_of({1, 1, 1});
  EXPECT_EQ(batch.next(), 0u);
  EXPECT_EQ(batch.lend(), 2u);
  EXPECT_EQ(batch.lend(), 1u);
  EXPECT_EQ(batch.lend(), std::nullopt);
  EXPECT_EQ(batch.next(), 0u);
}

TEST(SharedBatch, WhatIsLentAndNotAnsweredIsDoneLast) {
  SharedBatch batch = batch_of({1, 1, 1});
  EXPECT_EQ(batch.lend(), 2u);
  batch.begin(0);
  EXPECT_TRUE(batch.take(0, gradient(0, 1)));
  EXPECT_EQ(batch.next(), 1u);
  batch.begin(1);
  EXPECT_EQ(batch.lend(), std::nullopt);
  EXPECT_TRUE(batch.take(1, gradient(0, 1)));
  EXPECT_EQ(batch.next(), 2u);
  EXPECT_TRUE(batch.take(2, gradient(0, 1)));
  EXPECT_FALSE(batch.take(2, gradient(0, 9))) << "once";
  EXPECT_FALSE(batch.take(3, gradient(0, 9))) << "no such piece";
  EXPECT_EQ(batch.next(), std::nullopt);
}

TEST(SharedBatch, TheMeanIsOverExamples) {
  SharedBatch batch = batch_of({3, 1});
  batch.take(1, gradient(7, 8));
  batch.take(0, gradient(5, 4));
  const std::vector<Section> mean = batch.mean({KeySet::list({5, 7})});
  ASSERT_EQ(mean.size(), 1u);
  const std::span<const float> values = mean[0].values.data();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{3, 2}));
}

}  // namespace
}  // namespace psgrid
