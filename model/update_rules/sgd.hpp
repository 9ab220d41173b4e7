#pragma once

#include "model/update_rules/slice.hpp"

namespace psgrid {

// Stochastic gradient descent: w -= eta share g.
class Sgd : public UpdateRule {
 public:
  explicit Sgd(const OptimizerSpec& spec) : learning_rate_(spec.learning_rate) {}

  std::uint32_t slots() const override { return 0; }

  std::optional<float> own_step(std::uint32_t workers) const override {
    return static_cast<float>(learning_rate_) / static_cast<float>(workers);
  }

  void apply(std::span<float> weights, RuleState, std::span<const float> gradient, float share,
             std::uint64_t) const override {
    const float step = static_cast<float>(learning_rate_ * share);
    slice(weights) -= step * slice(gradient);
  }

 private:
  double learning_rate_;
};

}  // namespace psgrid
