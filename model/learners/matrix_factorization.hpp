// Matrix factorisation of ratings by stochastic gradient descent (Koren, Bell, Volinsky, Computer
// 2009).
#pragma once

#include <string>
#include <vector>

#include "model/learner.hpp"
#include "model/learners/keyed_rows.hpp"

namespace psgrid {

// Rows of the data are ratings. Two tables, "users" and "items": a row of `rank` values p_u or q_i
// and, if asked for, a bias behind them; values start uniform in +-1/sqrt(rank). A rating is
// predicted as p_u . q_i, with biases as m + b_u + b_i + p_u . q_i, where m is the mean of the
// training data.
//
// Loss: half the squared error. The penalty l2 belongs to a rating: l2/2 (|p_u|^2 + |q_i|^2), so
// that rows shrink as often as they are used. A batch touches the rows of its users and items. As
// gradients are means over the batch and over the workers, a single rating moves its rows by
// learning_rate / (batch workers).
class MatrixFactorization final : public Learner {
 public:
  MatrixFactorization(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "rmse"; }

  // 6 rank: two each for the prediction and the two rows; 4 rank more with l2, and 5 with biases.
  double flops_per_example(const Dataset& data) const override;

 private:
  float predict(std::span<const float> user, std::span<const float> item) const;

  std::uint32_t users_, items_, rank_, width_;
  float l2_;
  float mean_ = 0;  // of the ratings; 0 without biases
};

}  // namespace psgrid
