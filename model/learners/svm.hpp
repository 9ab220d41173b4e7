// Linear support vector machine.
#pragma once

#include <span>
#include <string>

#include "model/learners/linear_model.hpp"

namespace psgrid {

// Labels are 0 and 1, which stand for y = -1 and +1. Loss: the hinge max(0, 1 - y z) of the score
// z, whose slope where it bends is taken as 0.
class Svm final : public LinearModel {
 public:
  using LinearModel::LinearModel;
  std::string metric_name() const override { return "accuracy"; }

 protected:
  double loss(float score, float label) const override;
  double slope(float score, float label) const override;
  double quality(std::span<const float> scores, std::span<const float> labels) const override;
};

}  // namespace psgrid
