#pragma once

#include "model/check.hpp"
#include "model/update_rule.hpp"

namespace psgrid {

// The proximal step of Li et al. (NIPS 2014, section 3) for the penalty l1 |w|: a push has two
// numbers for each weight, the derivative g and an upper bound u of the curvature. With their sums
// over the workers, and the step's length t:
//   w <- soft(w - t g / u, t l1 / u),  soft(x, a) = sign(x) max(|x| - a, 0).
// A weight without curvature stays.
class BlockProximal : public UpdateRule {
 public:
  BlockProximal(double step, double l1) : step_(step), l1_(l1) {}

  std::uint32_t slots() const override { return 0; }
  std::uint32_t pushed_per_weight() const override { return 2; }
  bool sums() const override { return true; }

  void apply(std::span<float> weights, RuleState, std::span<const float> pushed, float,
             std::uint64_t) const override {
    PSGRID_CHECK(pushed.size() == 2 * weights.size(), "a derivative and a curvature a weight");
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double derivative = pushed[2 * i], curvature = pushed[2 * i + 1];
      if (curvature <= 0) continue;
      const double step = step_ / curvature;
      const double place = weights[i] - step * derivative, threshold = step * l1_;
      weights[i] = static_cast<float>(place > threshold    ? place - threshold
                                      : place < -threshold ? place + threshold
                                                           : 0);
    }
  }

 private:
  double step_, l1_;
};

}  // namespace psgrid
