// Slices of weights, gradients and state as Eigen arrays.
//
// Expressions over them act element by element, so a result depends on neither the length of the
// slice nor its alignment. The one exception: never take Eigen's sqrt of floats, whose packet form
// starts from the processor's approximation of 1/sqrt(x) and differs between makers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <Eigen/Core>

#include "model/update_rule.hpp"

namespace psgrid {

using ValueSlice = Eigen::Map<Eigen::ArrayXf>;
using ConstValueSlice = Eigen::Map<const Eigen::ArrayXf>;

inline ValueSlice slice(std::span<float> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

inline ConstValueSlice slice(std::span<const float> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

// The state of slot `index` for the `size` values of a slice of weights.
inline ValueSlice state_slice(RuleState state, std::uint32_t index, std::size_t size) {
  return slice(std::span<float>(state.slot(index), size));
}

}  // namespace psgrid
