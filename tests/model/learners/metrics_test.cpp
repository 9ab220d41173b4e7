#include "model/learners/metrics.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace psgrid {
namespace {

double auc(const std::vector<float>& scores, const std::vector<float>& labels) {
  return area_under_roc(scores, labels);
}

TEST(AreaUnderRoc, KnowsPerfectAndPerverseScores) {
  EXPECT_EQ(auc({1, 2, 3, 4}, {0, 0, 1, 1}), 1);
  EXPECT_EQ(auc({4, 3, 2, 1}, {0, 0, 1, 1}), 0);
  EXPECT_EQ(auc({3, 1, 4, 2}, {0, 0, 1, 1}), 0.75);
}

TEST(AreaUnderRoc, TiesCountOneHalf) {
  EXPECT_EQ(auc({5, 5, 5, 5}, {0, 1, 0, 1}), 0.5);
  EXPECT_EQ(auc({1, 2, 2, 3}, {0, 0, 1, 1}), 0.875);
}

TEST(AreaUnderRoc, IsOneHalfWithoutBothClasses) {
  EXPECT_EQ(auc({1, 2}, {1, 1}), 0.5);
  EXPECT_EQ(auc({1, 2}, {0, 0}), 0.5);
  EXPECT_EQ(auc({}, {}), 0.5);
}

TEST(AreaUnderRoc, SurvivesADivergedModel) {
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(auc({nan, nan, nan}, {0, 1, 1}), 0.5);
  EXPECT_EQ(auc({nan, infinity, 0}, {0, 1, 1}), 1);
}

RC_GTEST_PROP(AreaUnderRocProperty, CountsPairs, ()) {
  const auto examples = *rc::gen::container<std::vector<std::pair<int, bool>>>(
      rc::gen::pair(rc::gen::inRange(0, 9), rc::gen::arbitrary<bool>()));
  std::vector<float> scores, labels;
  double won = 0, pairs = 0;
  for (const auto& [score, positive] : examples) {
    scores.push_back(static_cast<float>(score));
    labels.push_back(positive ? 1.0f : 0.0f);
    for (const auto& [other, other_positive] : examples) {
      if (!positive || other_positive) continue;
      ++pairs;
      won += score > other ? 1 : score == other ? 0.5 : 0;
    }
  }
  RC_ASSERT(auc(scores, labels) == (pairs == 0 ? 0.5 : won / pairs));
}

TEST(Softmax, GivesProbabilitiesAndTheLoss) {
  std::vector<float> scores = {1, 2, 3};
  const double loss = softmax(scores, 1);
  const double sum = std::exp(1) + std::exp(2) + std::exp(3);
  EXPECT_NEAR(scores[0], std::exp(1) / sum, 1e-7);
  EXPECT_NEAR(scores[2], std::exp(3) / sum, 1e-7);
  EXPECT_NEAR(loss, -std::log(std::exp(2) / sum), 1e-12);
}

TEST(Softmax, DoesNotOverflow) {
  std::vector<float> scores = {1000, -1000};
  EXPECT_EQ(softmax(scores, 1), 2000);
  EXPECT_EQ(scores, (std::vector<float>{1, 0}));
}

TEST(BestClass, IsTheFirstOfEquals) {
  EXPECT_EQ(best_class(std::vector<float>{1, 3, 3}), 1u);
  EXPECT_EQ(best_class(std::vector<float>{-1}), 0u);
}

}  // namespace
}  // namespace psgrid
