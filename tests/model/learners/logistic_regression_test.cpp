#include "model/learners/logistic_regression.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

LearnerSpec spec(double l2 = 0) {
  return {.type = LearnerType::kLogisticRegression, .l2 = l2, .hidden = {}};
}

TEST(LogisticRegression, HasAWeightAFeatureAndABias) {
  const LogisticRegression learner(spec(), dense_clouds(4, 5, 2));
  const std::vector<Table> tables = learner.tables();
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].name, "weights");
  EXPECT_EQ(tables[0].keys, 6u);
  EXPECT_EQ(tables[0].width, 1u);
  EXPECT_EQ(tables[0].initial.scale, 0);
}

TEST(LogisticRegression, DenseBatchesShareOneSetOfAllKeys) {
  const Dataset data = dense_clouds(4, 5, 2);
  LogisticRegression learner(spec(), data);
  const KeySet first = learner.keys(data, std::vector<std::uint32_t>{0})[0];
  EXPECT_EQ(first, KeySet::range(0, 6));
  EXPECT_TRUE(learner.keys(data, std::vector<std::uint32_t>{1, 2})[0].same_as(first));
}

TEST(LogisticRegression, AKnownExample) {
  Dataset data;
  data.rows = 1;
  data.features = 2;
  data.classes = 2;
  data.labels = {1};
  data.dense = {2, -1};
  LogisticRegression learner(spec(), data);
  const std::vector<Section> weights = {{{0}, KeySet::range(0, 3), Values({0.5f, 1, -0.25f})}};
  const Gradient gradient = learner.gradient(data, std::vector<std::uint32_t>{0}, weights);
  const double p = 1 / (1 + std::exp(0.25));  // score 1 - 1 - 0.25
  EXPECT_NEAR(gradient.loss, -std::log(p), 1e-12);
  EXPECT_NEAR(gradient.sections[0].values.data()[0], 2 * (p - 1), 1e-6);
  EXPECT_NEAR(gradient.sections[0].values.data()[1], 1 - p, 1e-6);
  EXPECT_NEAR(gradient.sections[0].values.data()[2], p - 1, 1e-6);
}

TEST(LogisticRegression, GradientIsTheDerivativeOfTheLoss) {
  const Dataset dense = dense_clouds(20, 11, 2);
  LogisticRegression on_dense(spec(0.1), dense);
  EXPECT_LT(gradient_error(on_dense, 0.1, dense, {3, 4, 4, 17}, random_weights(on_dense)), 5e-4);

  const Dataset sparse = sparse_bags(20, 40, 2);
  LogisticRegression on_sparse(spec(0.1), sparse);
  const std::vector<std::uint32_t> rows = {0, 5, 19};
  const std::vector<Section> weights = random_weights(on_sparse, on_sparse.keys(sparse, rows));
  EXPECT_LT(gradient_error(on_sparse, 0.1, sparse, rows, weights), 5e-4);
}

TEST(LogisticRegression, SparseAndDenseDataAgree) {
  const Dataset sparse = sparse_bags(30, 40, 2), dense = densified(sparse);
  LogisticRegression on_sparse(spec(), sparse), on_dense(spec(), dense);
  const std::vector<Section> weights = random_weights(on_dense);
  const std::vector<std::uint32_t> rows = {1, 2, 29};
  const std::vector<KeySet> keys = on_sparse.keys(sparse, rows);
  const Gradient a = on_sparse.gradient(sparse, rows, select(weights, keys));
  const Gradient b = on_dense.gradient(dense, rows, weights);
  EXPECT_NEAR(a.loss, b.loss, 1e-6);
  const std::vector<Section> b_selected = select(b.sections, keys);
  ASSERT_EQ(a.sections[0].keys, keys[0]);
  for (std::size_t i = 0; i < keys[0].size(); ++i)
    EXPECT_NEAR(a.sections[0].values.data()[i], b_selected[0].values.data()[i], 1e-6);
  EXPECT_NEAR(on_sparse.evaluate(sparse, weights).loss, on_dense.evaluate(dense, weights).loss,
              1e-6);
}

TEST(LogisticRegression, RegularisationSparesTheBias) {
  const Dataset data = dense_clouds(8, 3, 2);
  LogisticRegression plain(spec(0), data), penalised(spec(2), data);
  const std::vector<Section> weights = random_weights(plain);
  const Gradient a = plain.gradient(data, all_rows(data), weights);
  const Gradient b = penalised.gradient(data, all_rows(data), weights);
  for (std::size_t i = 0; i < 4; ++i) {
    const float w = weights[0].values.data()[i];
    EXPECT_NEAR(b.sections[0].values.data()[i] - a.sections[0].values.data()[i], i < 3 ? 2 * w : 0,
                1e-6);
  }
  EXPECT_EQ(a.loss, b.loss);
}

TEST(LogisticRegression, EvaluatesLossAndAuc) {
  const Dataset data = dense_clouds(50, 4, 2);
  const LogisticRegression learner(spec(), data);
  EXPECT_EQ(learner.metric_name(), "auc");
  const std::vector<Section> zeros = {{{0}, KeySet::range(0, 5), Values(std::vector<float>(5))}};
  EXPECT_NEAR(learner.evaluate(data, zeros).loss, std::log(2), 1e-12);
  EXPECT_EQ(learner.evaluate(data, zeros).metric, 0.5);
}

TEST(LogisticRegression, CountsFourOperationsANonZero) {
  const Dataset dense = dense_clouds(4, 5, 2);
  EXPECT_EQ(LogisticRegression(spec(), dense).flops_per_example(dense), 4 * 6);
  const Dataset sparse = sparse_bags(10, 40, 2);
  EXPECT_DOUBLE_EQ(LogisticRegression(spec(), sparse).flops_per_example(sparse),
                   4 * (static_cast<double>(sparse.value.size()) / 10 + 1));
}

}  // namespace
}  // namespace psgrid
