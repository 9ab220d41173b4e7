// Server-side update rules: how a gradient changes a row of parameters.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "model/job_spec.hpp"

namespace psgrid {

// A rule acts value by value, so it can be applied to any slice of a table. It keeps
// `state_per_value()` floats of state beside each parameter, zero at the start.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;

  virtual std::uint32_t state_per_value() const = 0;

  // weights, gradient: n values; state: state_per_value() blocks of n values, block by block.
  // share: the part of a full step that this gradient stands for: 1 for the mean gradient of all
  // workers, 1/W for one worker's gradient applied on its own. step: this shard's number of
  // updates including this one, from 1 (bias correction of Adam).
  virtual void apply(std::span<float> weights, std::span<float> state,
                     std::span<const float> gradient, float share, std::uint64_t step) const = 0;
};

std::unique_ptr<UpdateRule> make_update_rule(const OptimizerSpec& spec);

}  // namespace psgrid
