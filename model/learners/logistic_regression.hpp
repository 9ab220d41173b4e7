// Binary logistic regression.
#pragma once

#include <span>
#include <string>

#include "model/learners/linear_model.hpp"

namespace psgrid {

// Labels are 0 and 1. Loss: log(1 + exp(z)) - y z of the score z.
class LogisticRegression final : public LinearModel {
 public:
  using LinearModel::LinearModel;
  std::string metric_name() const override { return "auc"; }

 protected:
  double loss(float score, float label) const override;
  double slope(float score, float label) const override;
  double quality(std::span<const float> scores, std::span<const float> labels) const override;
};

}  // namespace psgrid
