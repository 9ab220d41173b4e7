// Server-side update rules: how a gradient changes a row of parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "model/job_spec.hpp"

namespace psgrid {

// What a rule remembers beside the weights: several arrays of floats ("slots"), each as long as
// the whole shard and zero at the start, seen through a window of the weights being updated.
struct RuleState {
  float* base = nullptr;
  std::size_t stride = 0;
  // The slot's floats for the same values as the weights.
  float* slot(std::uint32_t index) const { return base + index * stride; }
};

// A rule acts value by value, so it can be applied to any slice of a table.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;

  // Slots of state that the rule needs.
  virtual std::uint32_t slots() const = 0;

  // weights, gradient: n values each. share: the part of a full step that this gradient stands
  // for: 1 for the mean gradient of all workers, 1/W for one worker's gradient applied on its own.
  // step: this shard's number of updates including this one, from 1 (bias correction of Adam).
  virtual void apply(std::span<float> weights, RuleState state, std::span<const float> gradient,
                     float share, std::uint64_t step) const = 0;
};

std::unique_ptr<UpdateRule> make_update_rule(const OptimizerSpec& spec);

}  // namespace psgrid
