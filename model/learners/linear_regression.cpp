#include "model/learners/linear_regression.hpp"

#include "model/learners/metrics.hpp"

namespace psgrid {

double LinearRegression::loss(float score, float label) const {
  return 0.5 * slope(score, label) * slope(score, label);
}

double LinearRegression::slope(float score, float label) const { return double{score} - label; }

double LinearRegression::quality(std::span<const float> scores,
                                 std::span<const float> labels) const {
  return root_mean_square_error(scores, labels);
}

}  // namespace psgrid
