#pragma once

#include <cmath>

#include "model/update_rules/slice.hpp"

namespace psgrid {

// Adam (Kingma, Ba, ICLR 2015, algorithm 1), with the step scaled by the gradient's share:
//   m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;
//   w -= eta share (m / (1 - b1^step)) / (sqrt(v / (1 - b2^step)) + epsilon).
// A row that is seldom touched keeps its moments until its next gradient.
class Adam : public UpdateRule {
 public:
  explicit Adam(const OptimizerSpec& spec)
      : learning_rate_(spec.learning_rate),
        beta1_(spec.beta1),
        beta2_(spec.beta2),
        epsilon_(static_cast<float>(spec.epsilon)) {}

  std::uint32_t slots() const override { return 2; }

  void apply(std::span<float> weights, RuleState state, std::span<const float> gradient,
             float share, std::uint64_t step) const override {
    const float beta1 = static_cast<float>(beta1_), rest1 = static_cast<float>(1 - beta1_);
    const float beta2 = static_cast<float>(beta2_), rest2 = static_cast<float>(1 - beta2_);
    const float rate = static_cast<float>(learning_rate_ * share / (1 - power(beta1_, step)));
    const float correction = static_cast<float>(1 / (1 - power(beta2_, step)));
    float* mean = state.slot(0);
    float* square = state.slot(1);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const float g = gradient[i];
      mean[i] = beta1 * mean[i] + rest1 * g;
      square[i] = beta2 * square[i] + rest2 * g * g;
      weights[i] -= rate * mean[i] / (std::sqrt(square[i] * correction) + epsilon_);
    }
  }

 private:
  // By repeated squaring: the same on every machine, unlike std::pow.
  static double power(double base, std::uint64_t exponent) {
    double result = 1;
    for (; exponent > 0; exponent /= 2, base *= base)
      if (exponent % 2 == 1) result *= base;
    return result;
  }

  double learning_rate_;
  double beta1_, beta2_;
  float epsilon_;
};

}  // namespace psgrid
