#include "model/learners/matrix_factorization.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "model/synthetic.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

LearnerSpec spec(std::uint32_t rank, bool biases = false, double l2 = 0) {
  return {.type = LearnerType::kMatrixFactorization, .l2 = l2, .rank = rank, .biases = biases};
}

Dataset ratings(std::uint32_t users, std::uint32_t items, std::uint32_t rows,
                std::uint32_t rank = 2, double noise = 0.1) {
  return make_synthetic({.type = SyntheticType::kRatings,
                         .rows = rows,
                         .noise = noise,
                         .users = users,
                         .items = items,
                         .rank = rank},
                        1);
}

// User 0 rates items 0 and 1, user 1 item 1.
Dataset three_ratings() {
  Dataset data;
  data.rows = 3;
  data.users = 2;
  data.features = 4;
  data.labels = {5, 3, 1};
  data.row_begin = {0, 2, 4, 6};
  data.column = {0, 2, 0, 3, 1, 3};
  data.value = {1, 1, 1, 1, 1, 1};
  return data;
}

TEST(MatrixFactorization, HasARowAUserAndOneAnItem) {
  const MatrixFactorization learner(spec(3, true), three_ratings());
  const std::vector<Table> tables = learner.tables();
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0].name, "users");
  EXPECT_EQ(tables[1].name, "items");
  EXPECT_EQ(tables[0].keys, 2u);
  EXPECT_EQ(tables[1].keys, 2u);
  EXPECT_EQ(tables[0].width, 4u) << "three values and a bias";
}

TEST(MatrixFactorization, TouchesTheUsersAndItemsOfTheBatch) {
  const Dataset data = three_ratings();
  MatrixFactorization learner(spec(2), data);
  const std::vector<KeySet> keys = learner.keys(data, std::vector<std::uint32_t>{1, 2});
  EXPECT_EQ(keys[0], KeySet::list({0, 1}));
  EXPECT_EQ(keys[1], KeySet::list({1}));
}

TEST(MatrixFactorization, AKnownExample) {
  const Dataset data = three_ratings();
  MatrixFactorization learner(spec(2), data);
  const std::vector<std::uint32_t> rows = {1};
  const std::vector<Section> weights = {{{0}, KeySet::list({0}), Values({1, 2})},
                                        {{1}, KeySet::list({1}), Values({3, -1})}};
  const Gradient gradient = learner.gradient(data, rows, weights);  // predicts 1 instead of 3
  EXPECT_DOUBLE_EQ(gradient.loss, 2);
  EXPECT_EQ(gradient.sections[0].values.data()[0], -2 * 3);
  EXPECT_EQ(gradient.sections[0].values.data()[1], -2 * -1);
  EXPECT_EQ(gradient.sections[1].values.data()[0], -2 * 1);
  EXPECT_EQ(gradient.sections[1].values.data()[1], -2 * 2);
}

TEST(MatrixFactorization, BiasesAreAddedToTheMean) {
  const Dataset data = three_ratings();
  MatrixFactorization learner(spec(1, true), data);
  const std::vector<Section> weights = {{{0}, KeySet::range(0, 2), Values({1, 0.5f, 0, 0})},
                                        {{1}, KeySet::range(0, 2), Values({2, -1, 0, 0})}};
  // User 0, item 0: 3 + 0.5 - 1 + 2.
  const Gradient gradient = learner.gradient(data, std::vector<std::uint32_t>{0}, weights);
  EXPECT_DOUBLE_EQ(gradient.loss, 0.5 * 0.5 * 0.5);
  EXPECT_FLOAT_EQ(gradient.sections[0].values.data()[1], -0.5f);
  EXPECT_FLOAT_EQ(gradient.sections[1].values.data()[1], -0.5f);
}

TEST(MatrixFactorization, GradientIsTheDerivativeOfTheLoss) {
  const Dataset data = ratings(9, 8, 30);
  for (bool biases : {false, true}) {
    MatrixFactorization learner(spec(3, biases), data);
    const std::vector<std::uint32_t> rows = {0, 3, 3, 17, 29};
    const std::vector<Section> weights = random_weights(learner, learner.keys(data, rows));
    EXPECT_LT(gradient_error(learner, 0, data, rows, weights), 2e-3);
  }
}

TEST(MatrixFactorization, ARatingShrinksItsRowsButNotTheirBiases) {
  const Dataset data = three_ratings();
  MatrixFactorization plain(spec(2, true), data), penalised(spec(2, true, 0.5), data);
  const std::vector<Section> weights = random_weights(plain);
  const Gradient a = plain.gradient(data, all_rows(data), weights);
  const Gradient b = penalised.gradient(data, all_rows(data), weights);
  const float times[2][2] = {{2, 1}, {1, 2}};  // that each user and item is rated
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t i = 0; i < 6; ++i) {
      const float w = weights[t].values.data()[i];
      const float expected = i % 3 == 2 ? 0 : 0.5f * w * times[t][i / 3] / 3;
      EXPECT_NEAR(b.sections[t].values.data()[i] - a.sections[t].values.data()[i], expected, 1e-6);
    }
  EXPECT_EQ(a.loss, b.loss);
}

TEST(MatrixFactorization, EvaluatesTheError) {
  const Dataset data = three_ratings();
  const MatrixFactorization learner(spec(1), data);
  const std::vector<Section> zeros = {{{0}, KeySet::range(0, 2), Values({0, 0})},
                                      {{1}, KeySet::range(0, 2), Values({0, 0})}};
  EXPECT_EQ(learner.metric_name(), "rmse");
  EXPECT_NEAR(learner.evaluate(data, zeros).metric, std::sqrt(35.0 / 3), 1e-6);
  EXPECT_NEAR(learner.evaluate(data, zeros).loss, 35.0 / 6, 1e-6);
}

TEST(MatrixFactorization, CountsItsOperations) {
  const Dataset data = three_ratings();
  EXPECT_EQ(MatrixFactorization(spec(7), data).flops_per_example(data), 42);
  EXPECT_EQ(MatrixFactorization(spec(7, true, 1), data).flops_per_example(data), 75);
}

// Twice as many ratings as numbers in the true factors: what is left is near the noise.
TEST(MatrixFactorization, RecoversALowRankMatrix) {
  Dataset data = ratings(60, 40, 2000, 3, 0.1), test;
  Dataset train = data;
  test = data;
  train.rows = 1600;
  test.rows = 400;
  test.labels.erase(test.labels.begin(), test.labels.begin() + 1600);
  test.column.erase(test.column.begin(), test.column.begin() + 3200);
  test.value.erase(test.value.begin(), test.value.begin() + 3200);
  test.row_begin.resize(401);
  RunSpec run;
  run.cluster.workers = 4;
  run.job.learner = spec(3, false, 0.01);
  run.job.batch = 20;
  run.job.optimizer.learning_rate = 4;  // 0.05 a rating
  run.job.stop.iterations = 2000;
  const SerialResult result = train_serially(run, train, test);
  EXPECT_GT(result.evaluations.front().metric, 0.9);
  EXPECT_LT(result.evaluations.back().metric, 0.2);
}

}  // namespace
}  // namespace psgrid
