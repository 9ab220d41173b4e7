#include "model/learners/linear_regression.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

LearnerSpec spec(double l2 = 0) {
  return {.type = LearnerType::kLinearRegression, .l2 = l2, .hidden = {}};
}

TEST(LinearRegression, AKnownExample) {
  Dataset data;
  data.rows = 2;
  data.features = 1;
  data.labels = {1, 5};
  data.dense = {2, 3};
  LinearRegression learner(spec(), data);
  const std::vector<Section> weights = {{{0}, KeySet::range(0, 2), Values({2, -1})}};
  // Predictions 3 and 5: residuals 2 and 0.
  const Gradient gradient = learner.gradient(data, all_rows(data), weights);
  EXPECT_DOUBLE_EQ(gradient.loss, (4.0 / 2 + 0) / 2);
  EXPECT_FLOAT_EQ(gradient.sections[0].values.data()[0], 2.0f * 2 / 2);
  EXPECT_FLOAT_EQ(gradient.sections[0].values.data()[1], 2.0f / 2);
  EXPECT_EQ(learner.metric_name(), "rmse");
  EXPECT_DOUBLE_EQ(learner.evaluate(data, weights).loss, 1);
  EXPECT_DOUBLE_EQ(learner.evaluate(data, weights).metric, std::sqrt(2));
}

TEST(LinearRegression, GradientIsTheDerivativeOfTheLoss) {
  const Dataset dense = dense_clouds(20, 11, 4);
  LinearRegression on_dense(spec(0.1), dense);
  EXPECT_LT(gradient_error(on_dense, 0.1, dense, {3, 4, 4, 17}, random_weights(on_dense)), 2e-2);

  const Dataset sparse = sparse_bags(20, 40, 4);
  LinearRegression on_sparse(spec(0.1), sparse);
  const std::vector<std::uint32_t> rows = {0, 5, 19};
  const std::vector<Section> weights = random_weights(on_sparse, on_sparse.keys(sparse, rows));
  EXPECT_LT(gradient_error(on_sparse, 0.1, sparse, rows, weights), 1e-3);
}

}  // namespace
}  // namespace psgrid
