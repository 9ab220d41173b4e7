#include "model/learners/softmax_regression.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "model/learners/logistic_regression.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

LearnerSpec spec(double l2 = 0) {
  return {.type = LearnerType::kSoftmaxRegression, .l2 = l2, .hidden = {}};
}

TEST(SoftmaxRegression, HasARowAFeatureAndOneOfBiases) {
  const SoftmaxRegression learner(spec(), dense_clouds(4, 5, 3));
  const std::vector<Table> tables = learner.tables();
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].keys, 6u);
  EXPECT_EQ(tables[0].width, 3u);
}

TEST(SoftmaxRegression, GradientIsTheDerivativeOfTheLoss) {
  const Dataset dense = dense_clouds(20, 7, 3);
  SoftmaxRegression on_dense(spec(0.1), dense);
  EXPECT_LT(gradient_error(on_dense, 0.1, dense, {3, 4, 4, 17}, random_weights(on_dense)), 5e-4);

  const Dataset sparse = sparse_bags(20, 40, 3);
  SoftmaxRegression on_sparse(spec(0.1), sparse);
  const std::vector<std::uint32_t> rows = {0, 5, 19};
  const std::vector<Section> weights = random_weights(on_sparse, on_sparse.keys(sparse, rows));
  EXPECT_LT(gradient_error(on_sparse, 0.1, sparse, rows, weights), 5e-4);
}

TEST(SoftmaxRegression, SparseAndDenseDataAgree) {
  const Dataset sparse = sparse_bags(30, 40, 3), dense = densified(sparse);
  SoftmaxRegression on_sparse(spec(), sparse), on_dense(spec(), dense);
  const std::vector<Section> weights = random_weights(on_dense);
  const std::vector<std::uint32_t> rows = {1, 2, 29};
  const std::vector<KeySet> keys = on_sparse.keys(sparse, rows);
  const Gradient a = on_sparse.gradient(sparse, rows, select(weights, keys));
  const Gradient b = on_dense.gradient(dense, rows, weights);
  EXPECT_NEAR(a.loss, b.loss, 1e-6);
  const std::vector<Section> b_selected = select(b.sections, keys);
  ASSERT_EQ(a.sections[0].keys, keys[0]);
  for (std::size_t i = 0; i < keys[0].size() * 3; ++i)
    EXPECT_NEAR(a.sections[0].values.data()[i], b_selected[0].values.data()[i], 1e-6);
  const Evaluation e = on_sparse.evaluate(sparse, weights), f = on_dense.evaluate(dense, weights);
  EXPECT_NEAR(e.loss, f.loss, 1e-6);
  EXPECT_EQ(e.metric, f.metric);
}

// With weights w and -w/2 - w/2 for two classes, the scores differ by logistic regression's.
TEST(SoftmaxRegression, OfTwoClassesIsLogisticRegression) {
  const Dataset data = dense_clouds(40, 6, 2);
  SoftmaxRegression softmax(spec(), data);
  LogisticRegression logistic({}, data);
  const std::vector<Section> weights = random_weights(logistic);
  std::vector<float> two;
  for (float w : weights[0].values.data()) two.insert(two.end(), {-w / 2, w / 2});
  const std::vector<Section> pairs = {{{0}, KeySet::range(0, 7), Values(two)}};
  const Gradient a = logistic.gradient(data, all_rows(data), weights);
  const Gradient b = softmax.gradient(data, all_rows(data), pairs);
  EXPECT_NEAR(a.loss, b.loss, 1e-5);
  for (std::size_t i = 0; i < 7; ++i)
    EXPECT_NEAR(a.sections[0].values.data()[i], b.sections[0].values.data()[2 * i + 1], 1e-5);
}

TEST(SoftmaxRegression, EvaluatesManyRows) {
  const Dataset data = dense_clouds(1000, 4, 5);
  const SoftmaxRegression learner(spec(), data);
  EXPECT_EQ(learner.metric_name(), "accuracy");
  const std::vector<Section> zeros = {{{0}, KeySet::range(0, 5), Values(std::vector<float>(25))}};
  const Evaluation evaluation = learner.evaluate(data, zeros);
  EXPECT_NEAR(evaluation.loss, std::log(5), 1e-12);
  double zeros_share = 0;  // equal scores count as class 0
  for (float label : data.labels) zeros_share += label == 0 ? 1e-3 : 0;
  EXPECT_NEAR(evaluation.metric, zeros_share, 1e-12);
}

TEST(SoftmaxRegression, CountsFourOperationsANonZeroAndClass) {
  const Dataset data = dense_clouds(4, 5, 3);
  EXPECT_EQ(SoftmaxRegression(spec(), data).flops_per_example(data), 4 * 6 * 3);
}

}  // namespace
}  // namespace psgrid
