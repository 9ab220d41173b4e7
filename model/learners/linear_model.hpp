// Learners whose prediction is a score w . x + b: one weight a feature and a bias, on dense or
// sparse data. What a score costs is up to the learner.
#pragma once

#include <span>
#include <vector>

#include "model/learner.hpp"

namespace psgrid {

// One table, "weights": key c is the weight of feature c, the last key is the bias, all start at
// zero.
//
// On dense data a batch touches every key; on sparse data its own columns and the bias. The
// penalty l2 acts on the weights that the batch touches, so on sparse data a weight shrinks in
// proportion to how often its feature occurs.
class LinearModel : public Learner {
 public:
  LinearModel(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;

  // 4 (n + 1), n = features, or mean non-zeros of a sparse row: a multiplication and an addition
  // per weight for the score, the same for the gradient.
  double flops_per_example(const Dataset& data) const override;

 protected:
  // Of one example, and its derivative by the score.
  virtual double loss(float score, float label) const = 0;
  virtual double slope(float score, float label) const = 0;

  // The metric of held-out examples.
  virtual double quality(std::span<const float> scores, std::span<const float> labels) const = 0;

 private:
  template <class Rows>
  std::vector<float> mean_gradient(const Dataset& data, const Rows& examples,
                                   std::span<const std::uint32_t> rows,
                                   std::span<const float> weights, double* loss) const;
  template <class Rows>
  Evaluation evaluate_rows(const Dataset& data, const Rows& examples,
                           std::span<const float> weights) const;

  Key bias_;         // also the number of features
  KeySet all_keys_;  // of dense data
  float l2_;
};

}  // namespace psgrid
