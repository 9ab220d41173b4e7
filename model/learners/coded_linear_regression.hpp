// Linear regression by descent along the full gradient, a product of a matrix with the weights:
// each worker holds a coded block of the matrix's rows, and multiplies that (Lee et al., IEEE
// Trans. Inf. Theory 64(3), 2018).
#pragma once

#include <string>
#include <vector>

#include "model/codes/mds_code.hpp"
#include "model/learners/linear_regression.hpp"

namespace psgrid {

// With A the examples, each with a 1 for the bias, and y the labels, the gradient of the mean loss
// is (A'A + l2) w / n - A'y / n; the matrix is made when a worker takes its share.
//
// One table: key r has weights r, h + r, 2 h + r, ..., one of each of the k blocks of h rows, where
// the last are padded with zeros. A push has one value for each key.
class CodedLinearRegression final : public Learner {
 public:
  CodedLinearRegression(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  void take_share(const Dataset& data, const Share& share) override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return plain_.metric_name(); }

  // An iteration of all workers multiplies the whole matrix: 2 for each of its numbers.
  double flops_per_example(const Dataset& data) const override;

 private:
  std::vector<double> in_order(const Section& weights) const;

  LinearRegression plain_;
  double l2_;
  MdsCode code_;
  std::uint32_t weights_, height_;      // of the matrix and of a block
  std::vector<double> block_, offset_;  // coded; height_ rows
};

}  // namespace psgrid
