// Multi-class (softmax) regression on dense or sparse data.
#pragma once

#include <string>
#include <vector>

#include "model/learner.hpp"

namespace psgrid {

// Labels are 0, ..., classes - 1. One table, "weights": key c is the row of feature c, with a
// weight a class; the last key is the row of biases; all start at zero. Loss: cross-entropy of the
// softmax of the scores. Keys and l2 as in LogisticRegression.
class SoftmaxRegression : public Learner {
 public:
  SoftmaxRegression(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "accuracy"; }

  // 4 (n + 1) classes, n = features, or mean non-zeros of a sparse row.
  double flops_per_example(const Dataset& data) const override;

 private:
  Key bias_;  // also the number of features
  std::uint32_t classes_;
  KeySet all_keys_;  // of dense data
  float l2_;
};

}  // namespace psgrid
