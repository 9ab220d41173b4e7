// Filters that change values, one by one.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/wire_sections.hpp"
#include "tests/support/filter_site.hpp"

namespace psgrid {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using testing::LoneFilter;
using testing::sent_over_wire;
using testing::values_of;

const KeySet kFour = KeySet::range(0, 4);

std::vector<float> random_values(std::size_t count, double low, double high) {
  RandomStream random(2, worker_id(0), Purpose::kTest);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(low + (high - low) * random.uniform());
  return values;
}

// --- fixed point --------------------------------------------------------------------------------

FilterSpec fixed_point(std::uint32_t bytes) {
  return {.type = FilterType::kFixedPoint, .bytes = bytes};
}

TEST(FixedPoint, TakesItsBytesAndArrivesAsItWasSent) {
  for (std::uint32_t bytes : {1u, 2u, 3u})
    for (const auto& [low, high] : {std::pair{-1.0, 1.0},
                                    {0.999, 1.0},
                                    {-1e-30, 1e30},
                                    {-3e38, 3e38},
                                    {5.0, 5.0},
                                    {-1e-40, 1e-40}}) {
      LoneFilter filter(fixed_point(bytes), 1000);
      const Section sent = filter.change(KeySet::range(0, 1000), random_values(1000, low, high));
      EXPECT_EQ(encoded_bytes(sent), 1 + 1 + 3 + 1 + 2 + 8 + bytes * 1000u);
      EXPECT_EQ(values_of(sent_over_wire(sent)), values_of(sent)) << bytes << " bytes to " << high;
    }
}

TEST(FixedPoint, ErrsByLessThanAStep) {
  for (std::uint32_t bytes : {1u, 2u, 3u}) {
    LoneFilter filter(fixed_point(bytes), 1000);
    const std::vector<float> values = random_values(1000, -1, 1);
    const std::vector<float> sent = values_of(filter.change(KeySet::range(0, 1000), values));
    const double step = 2.0 / (std::pow(256.0, bytes) - 1);
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(sent[i], values[i], step + 1e-7);
  }
}

// The mean of n draws of a value between two steps has a deviation of at most step/2/sqrt(n).
TEST(FixedPoint, IsRightInTheMean) {
  LoneFilter filter(fixed_point(1), 4);
  constexpr int kDraws = 10'000;
  double sums[4] = {};
  for (int draw = 0; draw < kDraws; ++draw) {
    const std::vector<float> sent = values_of(filter.change(kFour, {-1, 0.123f, 0.5f, 1}));
    for (std::size_t i = 0; i < 4; ++i) sums[i] += sent[i];
  }
  const double deviation = 2.0 / 255 / 2 / std::sqrt(kDraws);
  EXPECT_EQ(sums[0], -kDraws);
  EXPECT_NEAR(sums[1] / kDraws, 0.123, 4 * deviation);
  EXPECT_NEAR(sums[2] / kDraws, 0.5, 4 * deviation);
  EXPECT_EQ(sums[3], kDraws);
}

TEST(FixedPoint, LeavesAloneWhatHasNoPlaceBetweenBounds) {
  LoneFilter filter(fixed_point(1), 4);
  const Section sent = filter.change(kFour, {0, 1, std::numeric_limits<float>::infinity(), 2});
  EXPECT_FALSE(sent.form);
  EXPECT_EQ(values_of(sent).back(), 2);
}

TEST(FixedPoint, MakesPhantomsSmaller) {
  LoneFilter filter(fixed_point(2), 4);
  const Section sent = filter->change({{0}, kFour, Values::phantom(4), {}}, {});
  EXPECT_TRUE(sent.values.is_phantom());
  EXPECT_EQ(encoded_bytes(sent), 1u + 1 + 3 + 1 + 8 + 4 * 2);
  EXPECT_THAT(values_of(sent_over_wire(sent)), ElementsAre(0, 0, 0, 0));
}

// --- one bit ------------------------------------------------------------------------------------

TEST(OneBit, SendsTheMeansOfBothSigns) {
  LoneFilter filter({.type = FilterType::kOneBit}, 4);
  const Section sent = filter.change(kFour, {-1, 4, -3, 2});
  EXPECT_THAT(values_of(sent), ElementsAre(-2, 3, -2, 3));
  EXPECT_EQ(encoded_bytes(sent), 1u + 1 + 3 + 1 + 8 + 1);
  EXPECT_EQ(values_of(sent_over_wire(sent)), values_of(sent));
}

TEST(OneBit, MakesUpForItsErrorsLater) {
  LoneFilter filter({.type = FilterType::kOneBit}, 4);
  std::vector<float> sums(4);
  constexpr int kTimes = 1000;
  for (int i = 0; i < kTimes; ++i) {
    const std::vector<float> sent = values_of(filter.change(kFour, {-1, 4, -3, 2}));
    std::transform(sums.begin(), sums.end(), sent.begin(), sums.begin(), std::plus<>());
  }
  EXPECT_THAT(sums, ElementsAre(FloatNear(-1 * kTimes, 30), FloatNear(4 * kTimes, 30),
                                FloatNear(-3 * kTimes, 30), FloatNear(2 * kTimes, 30)));
}

TEST(OneBit, NeedsNoSecondSign) {
  LoneFilter filter({.type = FilterType::kOneBit}, 4);
  const Section sent = filter.change(kFour, {-1, -1, -1, -1});
  EXPECT_THAT(values_of(sent_over_wire(sent)), ElementsAre(-1, -1, -1, -1));
}

// --- random skip --------------------------------------------------------------------------------

TEST(RandomSkip, IsRightInTheMean) {
  LoneFilter filter({.type = FilterType::kRandomSkip, .probability = 0.25}, 4);
  constexpr int kDraws = 10'000;
  std::vector<double> sums(4);
  std::size_t rows = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const Section sent = filter.change(kFour, {1, 2, 3, 4});
    rows += sent.keys.size();
    std::size_t i = 0;
    for (Key key = 0; key < 4; ++key)
      if (sent.keys.contains(key)) sums[key] += sent.values.data()[i++];
  }
  EXPECT_NEAR(static_cast<double>(rows) / kDraws / 4, 0.25,
              4 * std::sqrt(0.25 * 0.75 / 4 / kDraws));
  for (Key key = 0; key < 4; ++key) {
    const double value = static_cast<double>(key) + 1;
    EXPECT_NEAR(sums[key] / kDraws, value, 4 * value * std::sqrt(3.0 / kDraws));
  }
}

// --- kkt ----------------------------------------------------------------------------------------

TEST(Kkt, SkipsWhatTheProximalStepWouldLeaveAtZero) {
  RunSpec run = testing::counting_run(1, 1, 1);
  run.job.optimizer = {.type = OptimizerType::kProximal, .l1 = 0.5};
  LoneFilter filter({.type = FilterType::kKkt, .margin = 0.1}, 4, 1, run);
  const Section weights{{0}, kFour, Values({0, 0, 1, 0}), {}};
  const Section sent = filter.change(kFour, {0.3f, 0.45f, 0.1f, -0.3f}, 0, &weights);
  EXPECT_EQ(sent.keys, KeySet::list({1, 2}));
  EXPECT_THAT(values_of(sent), ElementsAre(0.45f, 0.1f));
}

TEST(Kkt, ChangesNothingThatAServerWouldDo) {
  RunSpec run = testing::counting_run(1, 1, 1);
  run.job.optimizer = {.type = OptimizerType::kProximal, .learning_rate = 0.3, .l1 = 0.5};
  LoneFilter filter({.type = FilterType::kKkt}, 100, 1, run);
  std::vector<float> weights = random_values(100, -0.1, 0.1), skipped;
  for (std::size_t i = 0; i < 100; i += 2) weights[i] = 0;
  skipped = weights;
  const std::vector<float> gradient = random_values(100, -1, 1);
  const auto rule = make_update_rule(run.job.optimizer);
  rule->apply(weights, {}, gradient, 0.25f, 1);
  const Section held{{0}, KeySet::range(0, 100), Values(skipped), {}};
  const Section sent = filter.change(KeySet::range(0, 100), gradient, 0, &held);
  EXPECT_LT(sent.keys.size(), 90u);
  std::size_t i = 0;
  for (Key key = 0; key < 100; ++key)
    if (sent.keys.contains(key))
      rule->apply({&skipped[key], 1}, {}, {&sent.values.data()[i++], 1}, 0.25f, 1);
  EXPECT_EQ(skipped, weights);
}

// --- significantly modified ---------------------------------------------------------------------

TEST(SignificantlyModified, HoldsRowsBackUntilTheyMatter) {
  LoneFilter filter({.type = FilterType::kSignificantlyModified, .threshold = 1}, 4, 1);
  EXPECT_EQ(filter.change(kFour, {0.6f, 2, 0, -0.6f}).keys, KeySet::list({1}));
  const Section sent = filter.change(kFour, {0.6f, 0.5f, 0.9f, -0.6f});
  EXPECT_EQ(sent.keys, KeySet::list({0, 3}));
  EXPECT_THAT(values_of(sent), ElementsAre(1.2f, -1.2f));
  EXPECT_TRUE(filter.change(kFour, {0.6f, 0.25f, 0, -0.6f}).keys.empty());
}

TEST(SignificantlyModified, MeasuresAgainstTheWeight) {
  RunSpec run = testing::counting_run(1, 1, 1);
  run.job.optimizer.learning_rate = 0.5;
  LoneFilter filter(
      {.type = FilterType::kSignificantlyModified, .threshold = 0.1, .relative = true}, 4, 1, run);
  const Section weights{{0}, kFour, Values({10, 1, 0, 0}), {}};
  EXPECT_EQ(filter.change(kFour, {1, 1, 0.01f, 0}, 0, &weights).keys, KeySet::list({1, 2}));
}

// --- top k --------------------------------------------------------------------------------------

FilterSpec top_k(double ratio) { return {.type = FilterType::kTopK, .ratio = ratio}; }

TEST(TopK, SendsTheLargestAndKeepsTheRest) {
  LoneFilter filter(top_k(0.5), 4);
  Section sent = filter.change(kFour, {1, -4, 2, 3});
  EXPECT_EQ(sent.keys, KeySet::list({1, 3}));
  EXPECT_THAT(values_of(sent), ElementsAre(-4, 3));
  sent = filter.change(kFour, {1, 1, 1.5f, 0});
  EXPECT_EQ(sent.keys, KeySet::list({0, 2}));
  EXPECT_THAT(values_of(sent), ElementsAre(2, 3.5f));
}

TEST(TopK, SendsWhatWaitedThoughThisGradientDoesNotTouchIt) {
  LoneFilter filter(top_k(0.5), 10);
  filter.change(kFour, {9, 8, 7, 6});
  EXPECT_EQ(filter.change(KeySet::list({8, 9}), {1, 2}).keys, KeySet::list({2}));
}

TEST(TopK, GoesByTheNormOfRows) {
  LoneFilter filter(top_k(0.25), 4, 2);
  const Section sent = filter.change(kFour, {3, 3, 4, 0, 0, 0, 0, 0});
  EXPECT_EQ(sent.keys, KeySet::list({0}));
  EXPECT_THAT(values_of(sent), ElementsAre(3, 3));
}

// Lin et al., section 3.2: both the momentum and what it has accumulated to are cleared.
TEST(TopK, AccumulatesMomentum) {
  FilterSpec spec = top_k(0.25);
  spec.momentum = 0.5;
  LoneFilter filter(spec, 4);
  EXPECT_THAT(values_of(filter.change(kFour, {8, 1, 0, 0})), ElementsAre(8));
  EXPECT_THAT(values_of(filter.change(kFour, {0, 1, 0, 0})), ElementsAre(2.5f));
  EXPECT_THAT(values_of(filter.change(kFour, {0, 1, 0, 0})), ElementsAre(1));
}

TEST(TopK, WarmsUp) {
  FilterSpec spec = top_k(0.01);
  spec.warm_up = 1;
  LoneFilter filter(spec, 100);
  EXPECT_EQ(filter.change(KeySet::range(0, 100), random_values(100, 1, 2), 0).keys.size(), 10u);
  EXPECT_EQ(filter.change(KeySet::range(0, 100), random_values(100, 1, 2), 1).keys.size(), 1u);
}

TEST(TopK, SpreadsItsShareOfAPhantom) {
  LoneFilter filter(top_k(0.1), 1000);
  const Section phantom{{0}, KeySet::range(0, 1000), Values::phantom(1000), {}};
  const Section sent = filter->change(phantom, {});
  ASSERT_EQ(sent.keys.size(), 100u);
  EXPECT_EQ(sent.values.size(), 100u);
  EXPECT_TRUE(sent.values.is_phantom());
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(sent.keys.as_list()[i] / 10, i);
  EXPECT_TRUE(filter->change(phantom, {{5}, nullptr, 0})
                  .keys.same_as(filter->change(phantom, {{6}, nullptr, 0}).keys));
}

}  // namespace
}  // namespace psgrid
