#include "model/update_rule.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "model/random.hpp"
#include "model/update_rules/add.hpp"
#include "model/update_rules/block_proximal.hpp"

namespace psgrid {
namespace {

OptimizerSpec spec_of(OptimizerType type) {
  OptimizerSpec spec;
  spec.type = type;
  spec.learning_rate = 0.1;
  spec.l1 = 0.5;
  spec.l2 = 2;
  return spec;
}

constexpr OptimizerType kAllTypes[] = {OptimizerType::kSgd, OptimizerType::kMomentum,
                                       OptimizerType::kAdagrad, OptimizerType::kAdam,
                                       OptimizerType::kProximal};

// A shard: weights and the state of a rule.
struct Shard {
  Shard(const OptimizerSpec& spec, std::vector<float> start)
      : rule(make_update_rule(spec)),
        weights(std::move(start)),
        state(rule->slots() * weights.size()) {}

  void push(const std::vector<float>& gradient, float share = 1) {
    rule->apply(weights, {state.data(), weights.size()}, gradient, share, ++step);
  }

  // The same in slices that end at each of `ends`.
  void push_in_slices(const std::vector<float>& gradient, std::vector<std::size_t> ends) {
    ++step;
    std::size_t begin = 0;
    for (std::size_t end : ends) {
      rule->apply(std::span(weights).subspan(begin, end - begin),
                  {state.data() + begin, weights.size()},
                  std::span(gradient).subspan(begin, end - begin), 1, step);
      begin = end;
    }
  }

  std::unique_ptr<UpdateRule> rule;
  std::vector<float> weights;
  std::vector<float> state;
  std::uint64_t step = 0;
};

TEST(UpdateRule, SgdStepsAgainstTheGradient) {
  Shard shard(spec_of(OptimizerType::kSgd), {1, 2});
  shard.push({10, -10});
  EXPECT_FLOAT_EQ(shard.weights[0], 0);
  EXPECT_FLOAT_EQ(shard.weights[1], 3);
  shard.push({10, 0}, 0.25f);
  EXPECT_FLOAT_EQ(shard.weights[0], -0.25f);
}

TEST(UpdateRule, MomentumKeepsAVelocity) {
  Shard shard(spec_of(OptimizerType::kMomentum), {0});
  shard.push({1});  // v = 1
  EXPECT_FLOAT_EQ(shard.weights[0], -0.1f);
  shard.push({1});  // v = 1.9
  EXPECT_FLOAT_EQ(shard.weights[0], -0.29f);
  shard.push({0});  // v = 1.71
  EXPECT_FLOAT_EQ(shard.weights[0], -0.461f);
}

TEST(UpdateRule, AConstantGradientMovesMomentumEquallyFarInPartsOrWhole) {
  Shard whole(spec_of(OptimizerType::kMomentum), {0}),
      parts(spec_of(OptimizerType::kMomentum), {0});
  for (int i = 0; i < 200; ++i) whole.push({1});
  for (int i = 0; i < 800; ++i) parts.push({1}, 0.25f);
  const float whole_before = whole.weights[0], parts_before = parts.weights[0];
  whole.push({1});
  for (int i = 0; i < 4; ++i) parts.push({1}, 0.25f);
  EXPECT_NEAR(whole.weights[0] - whole_before, -1.0, 1e-3);  // 0.1 / (1 - 0.9)
  EXPECT_NEAR(parts.weights[0] - parts_before, -1.0, 1e-3);
}

TEST(UpdateRule, AdagradDividesByTheNormOfPastGradients) {
  Shard shard(spec_of(OptimizerType::kAdagrad), {0});
  shard.push({3});
  EXPECT_FLOAT_EQ(shard.weights[0], -0.1f);
  shard.push({4});  // sqrt(9 + 16)
  EXPECT_FLOAT_EQ(shard.weights[0], -0.1f - 0.1f * 4 / 5);
}

TEST(UpdateRule, AdagradSumsTheSameSquaresInPartsOrWhole) {
  Shard whole(spec_of(OptimizerType::kAdagrad), {0}), parts(spec_of(OptimizerType::kAdagrad), {0});
  whole.push({2});
  for (int i = 0; i < 4; ++i) parts.push({2}, 0.25f);
  EXPECT_FLOAT_EQ(parts.state[0], whole.state[0]);
}

TEST(UpdateRule, AdamFollowsThePaper) {
  OptimizerSpec spec = spec_of(OptimizerType::kAdam);
  Shard shard(spec, {1});
  double w = 1, m = 0, v = 0;
  for (int t = 1; t <= 50; ++t) {
    const double g = std::sin(t);
    m = spec.beta1 * m + (1 - spec.beta1) * g;
    v = spec.beta2 * v + (1 - spec.beta2) * g * g;
    w -= spec.learning_rate * (m / (1 - std::pow(spec.beta1, t))) /
         (std::sqrt(v / (1 - std::pow(spec.beta2, t))) + spec.epsilon);
    shard.push({static_cast<float>(g)});
    ASSERT_NEAR(shard.weights[0], w, 1e-5) << "step " << t;
  }
}

TEST(UpdateRule, AdamsFirstStepIsTheLearningRateWhateverTheGradient) {
  Shard shard(spec_of(OptimizerType::kAdam), {0, 0, 0});
  shard.push({1e-3f, -5, 1e6f});
  EXPECT_NEAR(shard.weights[0], -0.1, 1e-5);
  EXPECT_NEAR(shard.weights[1], 0.1, 1e-5);
  EXPECT_NEAR(shard.weights[2], -0.1, 1e-5);
}

TEST(UpdateRule, ProximalShrinksTowardsZeroAndStaysThere) {
  Shard shard(spec_of(OptimizerType::kProximal), {1, -1, 0.04f, -0.04f});
  shard.push({0, 0, 0, 0});  // threshold 0.05, shrinkage 1.2
  EXPECT_FLOAT_EQ(shard.weights[0], 0.95f / 1.2f);
  EXPECT_FLOAT_EQ(shard.weights[1], -0.95f / 1.2f);
  EXPECT_EQ(shard.weights[2], 0);
  EXPECT_EQ(shard.weights[3], 0);
}

// w* of min over w of (w - u)^2 / (2 t) + l1 |w| + l2 w^2 / 2, which the step must find.
TEST(UpdateRule, ProximalMinimisesItsObjective) {
  const OptimizerSpec spec = spec_of(OptimizerType::kProximal);
  for (float gradient : {-20.0f, -3.0f, 0.0f, 0.6f, 40.0f}) {
    for (float share : {1.0f, 0.125f}) {
      Shard shard(spec, {0.3f});
      shard.push({gradient}, share);
      const double t = spec.learning_rate * share, u = 0.3 - t * gradient;
      const auto objective = [&](double w) {
        return (w - u) * (w - u) / (2 * t) + spec.l1 * std::abs(w) + spec.l2 * w * w / 2;
      };
      const double found = objective(shard.weights[0]);
      for (double step : {-1e-3, 1e-3}) EXPECT_LT(found, objective(shard.weights[0] + step));
    }
  }
}

TEST(UpdateRule, ProximalWithoutPenaltiesIsSgd) {
  OptimizerSpec spec = spec_of(OptimizerType::kProximal);
  spec.l1 = spec.l2 = 0;
  Shard proximal(spec, {1, -2}), sgd(spec_of(OptimizerType::kSgd), {1, -2});
  proximal.push({0.5f, 3}, 0.5f);
  sgd.push({0.5f, 3}, 0.5f);
  EXPECT_EQ(proximal.weights, sgd.weights);
}

class EveryUpdateRule : public testing::TestWithParam<OptimizerType> {
 protected:
  std::vector<float> noise(std::size_t n) {
    std::vector<float> values(n);
    for (float& value : values) value = static_cast<float>(random_.normal());
    return values;
  }
  RandomStream random_{1, worker_id(0), Purpose::kTest};
};

// Slices shift the values against 16-byte boundaries; no bit may change.
TEST_P(EveryUpdateRule, GivesTheSameBitsInAnySlices) {
  const std::vector<float> start = noise(37);
  Shard whole(spec_of(GetParam()), start), sliced(spec_of(GetParam()), start);
  for (int i = 0; i < 20; ++i) {
    const std::vector<float> gradient = noise(37);
    whole.push(gradient);
    sliced.push_in_slices(gradient, {1, 2, 5, 5, 18, 31, 37});
  }
  EXPECT_EQ(whole.weights, sliced.weights);
  EXPECT_EQ(whole.state, sliced.state);
  EXPECT_NE(whole.weights, start);
}

TEST_P(EveryUpdateRule, FindsTheMinimumOfAParabola) {
  OptimizerSpec spec = spec_of(GetParam());
  spec.l1 = spec.l2 = 0;
  Shard shard(spec, {4, -3});
  for (int i = 0; i < 5000; ++i) shard.push({shard.weights[0] - 1, 2 * (shard.weights[1] - 2)});
  EXPECT_NEAR(shard.weights[0], 1, 1e-2);
  EXPECT_NEAR(shard.weights[1], 2, 1e-2);
}

TEST_P(EveryUpdateRule, DivergesAlikeInAnySlices) {
  const float nan = std::nanf("");
  const std::vector<float> start(9, 1.0f);
  Shard whole(spec_of(GetParam()), start), sliced(spec_of(GetParam()), start);
  const std::vector<float> gradient(9, nan);
  whole.push(gradient);
  sliced.push_in_slices(gradient, {1, 3, 9});
  const auto is_nan = [](float x) { return std::isnan(x); };
  EXPECT_TRUE(std::all_of(whole.weights.begin(), whole.weights.end(), is_nan));
  EXPECT_TRUE(std::all_of(sliced.weights.begin(), sliced.weights.end(), is_nan));
}

INSTANTIATE_TEST_SUITE_P(All, EveryUpdateRule, testing::ValuesIn(kAllTypes));

TEST(UpdateRule, IncrementsAreAddedAsTheyAre) {
  const Add rule;
  std::vector<float> weights(9, 16'000'000);
  rule.apply(weights, {}, std::vector<float>(9, 777'216), 0.25f, 7);
  rule.apply(std::span(weights).first(4), {}, std::vector<float>(4, -5), 0.25f, 8);
  EXPECT_EQ(weights.front(), 16'777'211);
  EXPECT_EQ(weights.back(), 16'777'216);
}

// The least of  g d + u d^2 / (2 step) + l1 |w + d|.
TEST(UpdateRule, BlockProximalMinimisesItsModelOfTheLoss) {
  constexpr double kStep = 0.5, kL1 = 0.3;
  const BlockProximal rule(kStep, kL1);
  for (float w : {0.0f, 0.2f, -1.5f})
    for (float g : {0.0f, 0.1f, -0.31f, 2.0f}) {
      constexpr double kCurvature = 0.8;
      std::vector<float> weights = {w};
      rule.apply(weights, {}, std::vector<float>{g, kCurvature}, 1, 1);
      const auto model = [&](double place) {
        const double d = place - w;
        return g * d + kCurvature * d * d / (2 * kStep) + kL1 * std::abs(place);
      };
      for (double off : {-1e-3, 1e-3})
        EXPECT_LE(model(weights[0]), model(weights[0] + off) + 1e-7) << w << " " << g;
    }
}

TEST(UpdateRule, BlockProximalLeavesWeightsWithoutDataAlone) {
  std::vector<float> weights = {2, 2};
  BlockProximal(1, 0.5).apply(weights, {}, std::vector<float>{0, 0, 1, 1}, 1, 1);
  EXPECT_EQ(weights, (std::vector<float>{2, 0.5f}));
}

}  // namespace
}  // namespace psgrid
