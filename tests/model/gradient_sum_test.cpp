#include "model/gradient_sum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/describe.hpp"

namespace psgrid {
namespace {

class GradientSums : public ::testing::Test {
 protected:
  GradientSums() {
    for (std::uint16_t table = 0; table < 2; ++table)
      shards_.emplace_back(Table{.name = "", .id = {table}, .keys = 8, .width = 1, .initial = {}},
                           KeySet::ranges({{0, 3}, {5, 8}}), *rule_, 1, false);
  }

  static Sections gradient(std::uint16_t table, KeySet keys, std::vector<float> values) {
    return {{{table}, std::move(keys), Values(std::move(values))}};
  }
  static std::string describe(const std::vector<Section>& sections) {
    std::string text;
    for (const Section& section : sections) text += testing::describe(section) + " ";
    return text;
  }

  std::unique_ptr<UpdateRule> rule_ = make_update_rule({});
  std::vector<Shard> shards_;
};

TEST_F(GradientSums, HoldTheKeysThatAnyoneTouched) {
  GradientSum sum(shards_);
  sum.add(0, gradient(0, KeySet::list({1, 6}), {1, 2}));
  sum.close(0);
  sum.add(1, gradient(0, KeySet::list({2, 6}), {4, 8}));
  sum.close(1);
  EXPECT_EQ(describe(std::move(sum).take_scaled(2, 0.5f)), "0:{1-3,6-7}=0.5,2,5 ");
}

TEST_F(GradientSums, KeepTablesApart) {
  GradientSum sum(shards_);
  sum.add(0, gradient(1, KeySet::list({1}), {1}));
  sum.add(0, gradient(0, KeySet::list({7}), {2}));
  sum.close(0);
  EXPECT_EQ(describe(std::move(sum).take_scaled(1, 1)), "0:{7-8}=2 1:{1-2}=1 ");
}

TEST_F(GradientSums, AreEmptyWhereNobodyPushed) {
  GradientSum sum(shards_);
  sum.close(0);
  EXPECT_EQ(describe(std::move(sum).take_scaled(1, 1)), "");
}

TEST_F(GradientSums, AddWhatAWorkerPushesInParts) {
  GradientSum sum(shards_);
  sum.add(0, gradient(0, KeySet::list({1}), {1}));
  sum.add(0, gradient(0, KeySet::list({1, 2}), {1, 1}));
  sum.close(0);
  EXPECT_EQ(describe(std::move(sum).take_scaled(1, 1)), "0:{1-3}=2,1 ");
}

// (a + b) + c of numbers whose rounded sum depends on the order.
TEST_F(GradientSums, AreTheSameInWhicheverOrderGradientsArrive) {
  const std::vector<float> values = {1e8f, 1.0f, -1e8f, 3.0f};
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  do {
    GradientSum sum(shards_);
    for (std::uint32_t worker : order) {
      sum.add(worker, gradient(0, KeySet::list({0}), {values[worker]}));
      sum.close(worker);
    }
    const float expected = ((values[0] + values[1]) + values[2]) + values[3];
    const auto result = std::move(sum).take_scaled(4, 1);
    ASSERT_EQ(result.front().values.data()[0], expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(GradientSums, TheFirstGradientStartsTheSum) {
  GradientSum sum(shards_);
  sum.add(0, gradient(0, KeySet::list({0}), {-0.0f}));
  sum.close(0);
  const auto result = std::move(sum).take_scaled(1, 1);
  EXPECT_TRUE(std::signbit(result.front().values.data()[0]));  // not 0 + -0
}

using GradientSumsDeathTest = GradientSums;

TEST_F(GradientSumsDeathTest, NeedEveryWorkerOnce) {
  GradientSum sum(shards_);
  sum.close(1);
  EXPECT_DEATH(std::move(sum).take_scaled(2, 1), "the gradients of all workers");
  sum.close(0);
  EXPECT_DEATH(sum.close(0), "not closed yet");
  EXPECT_DEATH(sum.add(0, gradient(0, KeySet::list({1}), {1})), "already summed");
}

TEST_F(GradientSumsDeathTest, NeedARowForEachKey) {
  GradientSum sum(shards_);
  sum.add(0, gradient(0, KeySet::range(0, 3), {1}));
  EXPECT_DEATH(sum.close(0), "a row for each key");

  GradientSum of_phantoms(shards_);
  of_phantoms.add(0, {{{0}, KeySet::range(0, 3), Values::phantom(3)}});
  EXPECT_DEATH(of_phantoms.close(0), "a row for each key");
}

}  // namespace
}  // namespace psgrid
