// Linear regression by least squares.
#pragma once

#include <span>
#include <string>

#include "model/learners/linear_model.hpp"

namespace psgrid {

// Labels are real numbers. Loss: (z - y)^2 / 2 of the score z, so that the derivative by z is the
// residual. The metric is the root of the mean squared residual.
class LinearRegression final : public LinearModel {
 public:
  using LinearModel::LinearModel;
  std::string metric_name() const override { return "rmse"; }

 protected:
  double loss(float score, float label) const override;
  double slope(float score, float label) const override;
  double quality(std::span<const float> scores, std::span<const float> labels) const override;
};

}  // namespace psgrid
