#include "model/learners/svm.hpp"

#include <algorithm>
#include <cstddef>

namespace psgrid {

namespace {
double sign(float label) { return label > 0.5f ? 1 : -1; }
}  // namespace

double Svm::loss(float score, float label) const { return std::max(0.0, 1 - sign(label) * score); }

double Svm::slope(float score, float label) const {
  const double y = sign(label);
  return y * score < 1 ? -y : 0;
}

double Svm::quality(std::span<const float> scores, std::span<const float> labels) const {
  std::size_t right = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) right += (scores[i] > 0) == (labels[i] > 0.5f);
  return static_cast<double>(right) / static_cast<double>(std::max<std::size_t>(scores.size(), 1));
}

}  // namespace psgrid
