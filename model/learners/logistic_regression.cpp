#include "model/learners/logistic_regression.hpp"

#include "model/learners/metrics.hpp"
#include "model/portable_math.hpp"

namespace psgrid {

double LogisticRegression::loss(float score, float label) const {
  return softplus(score) - double{label} * score;
}

double LogisticRegression::slope(float score, float label) const { return sigmoid(score) - label; }

double LogisticRegression::quality(std::span<const float> scores,
                                   std::span<const float> labels) const {
  return area_under_roc(scores, labels);
}

}  // namespace psgrid
