#include "model/learners/svm.hpp"

#include <gtest/gtest.h>

#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

LearnerSpec spec(double l2 = 0) { return {.type = LearnerType::kSvm, .l2 = l2, .hidden = {}}; }

Dataset two_points() {
  Dataset data;
  data.rows = 2;
  data.features = 1;
  data.classes = 2;
  data.labels = {1, 0};
  data.dense = {2, 3};
  return data;
}

TEST(Svm, AKnownExample) {
  const Dataset data = two_points();
  Svm learner(spec(), data);
  const std::vector<Section> weights = {{{0}, KeySet::range(0, 2), Values({0.125f, 0.25f})}};
  // Scores 0.5 and 0.625: the first lies 0.5 within the margin, the second 1.625 beyond it.
  const Gradient gradient = learner.gradient(data, all_rows(data), weights);
  EXPECT_DOUBLE_EQ(gradient.loss, (0.5 + 1.625) / 2);
  EXPECT_FLOAT_EQ(gradient.sections[0].values.data()[0], (-2.0f + 3) / 2);
  EXPECT_FLOAT_EQ(gradient.sections[0].values.data()[1], (-1.0f + 1) / 2);
}

TEST(Svm, WhatLiesBeyondTheMarginCostsNothing) {
  const Dataset data = two_points();
  Svm learner(spec(), data);
  const std::vector<Section> weights = {{{0}, KeySet::range(0, 2), Values({-4, 9})}};  // 1, -3
  const Gradient gradient = learner.gradient(data, all_rows(data), weights);
  EXPECT_EQ(gradient.loss, 0);
  for (float value : gradient.sections[0].values.data()) EXPECT_EQ(value, 0);
}

TEST(Svm, GradientIsTheDerivativeOfTheLoss) {
  const Dataset dense = dense_clouds(20, 11, 2);
  Svm on_dense(spec(0.1), dense);
  EXPECT_LT(gradient_error(on_dense, 0.1, dense, {3, 4, 4, 17}, random_weights(on_dense)), 5e-4);

  const Dataset sparse = sparse_bags(20, 40, 2);
  Svm on_sparse(spec(0.1), sparse);
  const std::vector<std::uint32_t> rows = {0, 5, 19};
  const std::vector<Section> weights = random_weights(on_sparse, on_sparse.keys(sparse, rows));
  EXPECT_LT(gradient_error(on_sparse, 0.1, sparse, rows, weights), 5e-4);
}

TEST(Svm, TheMetricIsTheShareOnTheRightSide) {
  const Dataset data = two_points();
  const Svm learner(spec(), data);
  EXPECT_EQ(learner.metric_name(), "accuracy");
  const auto accuracy = [&](float weight, float bias) {
    return learner.evaluate(data, {{{0}, KeySet::range(0, 2), Values({weight, bias})}}).metric;
  };
  EXPECT_EQ(accuracy(-4, 9), 1);   // scores 1, -3
  EXPECT_EQ(accuracy(4, 0), 0.5);  // 8, 12
  EXPECT_EQ(accuracy(4, -10), 0);  // -2, 2
}

}  // namespace
}  // namespace psgrid
