#pragma once

#include "model/update_rules/slice.hpp"

namespace psgrid {

// Proximal gradient descent for the penalty l1 |w| + l2/2 w^2 (Parikh, Boyd, "Proximal algorithms",
// 2014, section 6.5; Li et al., OSDI 2014, section 5.1). With t = eta share:
//   u = w - t g;  w <- soft(u, t l1) / (1 + t l2),  soft(u, a) = sign(u) max(|u| - a, 0).
// Only rows that receive a gradient shrink.
class Proximal : public UpdateRule {
 public:
  explicit Proximal(const OptimizerSpec& spec)
      : learning_rate_(spec.learning_rate), l1_(spec.l1), l2_(spec.l2) {}

  std::uint32_t slots() const override { return 0; }

  void apply(std::span<float> weights, RuleState, std::span<const float> gradient, float share,
             std::uint64_t) const override {
    const double step = learning_rate_ * share;
    const float step32 = static_cast<float>(step);
    const float threshold = static_cast<float>(step * l1_);
    const float shrink = static_cast<float>(1 / (1 + step * l2_));
    ValueSlice w = slice(weights);
    w -= step32 * slice(gradient);
    w = ((w - threshold).max(0.0f) + (w + threshold).min(0.0f)) * shrink;
  }

 private:
  double learning_rate_;
  double l1_, l2_;
};

}  // namespace psgrid
