#pragma once

#include "model/update_rules/slice.hpp"

namespace psgrid {

// What is pushed are increments: w += d. Sums of integers are exact up to 2^24.
class Add : public UpdateRule {
 public:
  std::uint32_t slots() const override { return 0; }
  bool sums() const override { return true; }
  std::optional<float> own_step(std::uint32_t) const override { return -1.0f; }

  void apply(std::span<float> weights, RuleState, std::span<const float> increments, float,
             std::uint64_t) const override {
    slice(weights) += slice(increments);
  }
};

}  // namespace psgrid
