// Binary logistic regression: one weight a feature and a bias, on dense or sparse data.
#pragma once

#include <string>
#include <vector>

#include "model/learner.hpp"

namespace psgrid {

// Labels are 0 and 1. One table, "weights": key c is the weight of feature c, the last key is the
// bias, all start at zero. Loss: log(1 + exp(z)) - y z of the score z = w . x + b.
//
// On dense data a batch touches every key; on sparse data its own columns and the bias. The
// penalty l2 acts on the weights that the batch touches, so on sparse data a weight shrinks in
// proportion to how often its feature occurs.
class LogisticRegression : public Learner {
 public:
  LogisticRegression(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "auc"; }

  // 4 (n + 1), n = features, or mean non-zeros of a sparse row: a multiplication and an addition
  // per weight for the score, the same for the gradient.
  double flops_per_example(const Dataset& data) const override;

 private:
  Key bias_;         // also the number of features
  KeySet all_keys_;  // of dense data
  float l2_;
};

}  // namespace psgrid
