// No learning: transfers and durations of a model of a given size, without its numbers.
#pragma once

#include <string>
#include <vector>

#include "model/learner.hpp"

namespace psgrid {

// One table, "parameters", with one float32 a key. Every batch touches all keys; gradients are
// phantom values.
class NoLearner : public Learner {
 public:
  explicit NoLearner(const LearnerSpec& spec);

  std::vector<Table> tables() const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "none"; }

  // 4 a parameter, as for a linear model that uses each parameter once.
  double flops_per_example(const Dataset& data) const override;

  bool timing_only() const override { return true; }

 private:
  KeySet all_keys_;
};

}  // namespace psgrid
