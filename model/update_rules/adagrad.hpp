#pragma once

#include <cmath>

#include "model/update_rules/slice.hpp"

namespace psgrid {

// AdaGrad (Duchi, Hazan, Singer, JMLR 2011), diagonal form:
//   s <- s + share g^2;  w -= eta share g / (sqrt(s) + epsilon).
// A full round of gradients adds their mean square to s, whether they come one by one or as a mean.
class Adagrad : public UpdateRule {
 public:
  explicit Adagrad(const OptimizerSpec& spec)
      : learning_rate_(spec.learning_rate), epsilon_(static_cast<float>(spec.epsilon)) {}

  std::uint32_t slots() const override { return 1; }

  void apply(std::span<float> weights, RuleState state, std::span<const float> gradient,
             float share, std::uint64_t) const override {
    const float step = static_cast<float>(learning_rate_ * share);
    float* sum = state.slot(0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const float g = gradient[i];
      sum[i] += share * g * g;
      weights[i] -= step * g / (std::sqrt(sum[i]) + epsilon_);
    }
  }

 private:
  double learning_rate_;
  float epsilon_;
};

}  // namespace psgrid
