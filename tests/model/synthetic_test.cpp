#include "model/synthetic.hpp"

#include <cmath>
#include <set>
#include <utility>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "tests/support/serial_reference.hpp"

namespace psgrid {
namespace {

SyntheticSpec linear(std::uint32_t rows, std::uint32_t features, double noise) {
  return {.type = SyntheticType::kLinear, .rows = rows, .features = features, .noise = noise};
}

// The weights, then the bias.
Eigen::VectorXd least_squares(const Dataset& data) {
  Eigen::MatrixXd inputs(data.rows, data.features + 1);
  Eigen::VectorXd labels(data.rows);
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    for (std::uint32_t f = 0; f < data.features; ++f) inputs(row, f) = data.dense_row(row)[f];
    inputs(row, data.features) = 1;
    labels(row) = data.labels[row];
  }
  return inputs.colPivHouseholderQr().solve(labels);
}

TEST(SyntheticLinear, WithoutNoiseItsTruthFitsExactly) {
  const SyntheticSpec spec = linear(50, 4, 0);
  const Dataset data = make_synthetic(spec, 3);
  const LinearTruth truth = linear_truth(spec, 3);
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    double label = truth.bias;
    for (std::uint32_t f = 0; f < 4; ++f) label += truth.weights[f] * data.dense_row(row)[f];
    EXPECT_NEAR(data.labels[row], label, 1e-5);
  }
}

TEST(SyntheticLinear, NoiseHasTheDeviationAskedFor) {
  const SyntheticSpec spec = linear(20'000, 3, 0.5);
  const Dataset data = make_synthetic(spec, 3);
  const Eigen::VectorXd fitted = least_squares(data);
  double squares = 0;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    double residual = data.labels[row] - fitted[3];
    for (std::uint32_t f = 0; f < 3; ++f) residual -= fitted[f] * data.dense_row(row)[f];
    squares += residual * residual;
  }
  EXPECT_NEAR(std::sqrt(squares / data.rows), 0.5, 0.01);
  const LinearTruth truth = linear_truth(spec, 3);
  for (std::uint32_t f = 0; f < 3; ++f) EXPECT_NEAR(fitted[f], truth.weights[f], 0.02);
}

TEST(SyntheticLinear, TheTruthDoesNotDependOnTheNumberOfRows) {
  EXPECT_EQ(linear_truth(linear(5, 4, 0), 9).weights, linear_truth(linear(50, 4, 1), 9).weights);
  EXPECT_NE(linear_truth(linear(5, 4, 0), 9).weights, linear_truth(linear(5, 4, 0), 8).weights);
}

// Full-batch descent of four workers ends at the least-squares solution.
TEST(SyntheticLinear, TrainingReachesTheLeastSquaresSolution) {
  const Dataset data = make_synthetic(linear(400, 6, 0.3), 5);
  RunSpec spec;
  spec.cluster.workers = 4;
  spec.job.learner.type = LearnerType::kLinearRegression;
  spec.job.batch = 100;
  spec.job.optimizer.learning_rate = 0.5;
  spec.job.stop.iterations = 100;
  const std::vector<float> weights = train_serially(spec, data, data).tables[0];
  const Eigen::VectorXd best = least_squares(data);
  for (Eigen::Index i = 0; i < best.size(); ++i)
    EXPECT_NEAR(weights[static_cast<std::size_t>(i)], best[i], 1e-5);
}

SyntheticSpec ratings(std::uint32_t rows, double noise) {
  return {.type = SyntheticType::kRatings,
          .rows = rows,
          .noise = noise,
          .users = 40,
          .items = 30,
          .rank = 2};
}

TEST(SyntheticRatings, AreDifferentPairsOfAUserAndAnItem) {
  const Dataset data = make_synthetic(ratings(600, 0), 3);
  EXPECT_EQ(data.users, 40u);
  EXPECT_EQ(data.features, 70u);
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    ASSERT_EQ(data.columns_of(row).size(), 2u);
    EXPECT_LT(data.columns_of(row)[0], 40u);
    EXPECT_GE(data.columns_of(row)[1], 40u);
    EXPECT_LT(data.columns_of(row)[1], 70u);
    pairs.emplace(data.columns_of(row)[0], data.columns_of(row)[1]);
  }
  EXPECT_EQ(pairs.size(), 600u);
}

TEST(SyntheticRatings, WithoutNoiseHaveTheRankAskedFor) {
  const Dataset data = make_synthetic(ratings(1200, 0), 3);  // every pair
  Eigen::MatrixXd matrix(40, 30);
  double squares = 0;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    matrix(data.columns_of(row)[0], data.columns_of(row)[1] - 40) = data.labels[row];
    squares += data.labels[row] * data.labels[row];
  }
  const Eigen::VectorXd values = matrix.jacobiSvd().singularValues();
  EXPECT_GT(values[1], 5);
  EXPECT_LT(values[2], 1e-4);
  EXPECT_NEAR(squares / data.rows, 1, 0.5);
}

}  // namespace
}  // namespace psgrid
