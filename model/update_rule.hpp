// Server-side update rules: how a gradient changes a row of parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

  // Numbers that a push has for each weight, one after the other; more than 1 if the rule needs
  // more than a gradient.
  virtual std::uint32_t pushed_per_weight() const { return 1; }

  // True if what the workers push in an iteration is added up, false if its mean is taken. Then
  // `share` is always 1.
  virtual bool sums() const { return false; }

  // How far one worker's push of 1 lowers a weight, if that is known beforehand and depends on
  // nothing else: what a worker's cache needs to add its own pushes itself.
  virtual std::optional<float> own_step(std::uint32_t /*workers*/) const { return {}; }

  // weights: n values, gradient: n times pushed_per_weight(). share: the part of a full step that
  // this gradient stands for: 1 for the mean gradient of all workers, 1/W for one worker's gradient
  // applied on its own. step: this shard's number of updates including this one, from 1 (bias
  // correction of Adam).
  virtual void apply(std::span<float> weights, RuleState state, std::span<const float> gradient,
                     float share, std::uint64_t step) const = 0;
};

std::unique_ptr<UpdateRule> make_update_rule(const OptimizerSpec& spec);

}  // namespace psgrid
