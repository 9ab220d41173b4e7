#pragma once

#include "model/update_rules/slice.hpp"

namespace psgrid {

// Heavy-ball momentum (Polyak 1964; the form of Sutskever et al., ICML 2013):
//   v <- mu v + share g;  w -= eta v.
// The velocity decays once per update, so W single gradients decay it faster than one mean of W;
// a constant gradient moves the weights by eta / (1 - mu) times itself per round in either case.
class Momentum : public UpdateRule {
 public:
  explicit Momentum(const OptimizerSpec& spec)
      : learning_rate_(static_cast<float>(spec.learning_rate)),
        momentum_(static_cast<float>(spec.momentum)) {}

  std::uint32_t slots() const override { return 1; }

  void apply(std::span<float> weights, RuleState state, std::span<const float> gradient,
             float share, std::uint64_t) const override {
    ValueSlice velocity = state_slice(state, 0, weights.size());
    velocity = momentum_ * velocity + share * slice(gradient);
    slice(weights) -= learning_rate_ * velocity;
  }

 private:
  float learning_rate_;
  float momentum_;
};

}  // namespace psgrid
