// Generated data sets whose truth is known. They depend on the specification and the seed alone.
#pragma once

#include <cstdint>
#include <vector>

#include "model/dataset.hpp"
#include "model/job_spec.hpp"

namespace psgrid {

// What SyntheticType::kLinear is drawn from: y = w . x + b + noise e.
struct LinearTruth {
  std::vector<float> weights;
  float bias = 0;
};
LinearTruth linear_truth(const SyntheticSpec& spec, std::uint64_t seed);

// SyntheticType::kRatings: of different pairs of a user and an item, p_u . q_i + noise e, where p
// and q are standard normal, divided by rank^(1/4): true ratings have variance 1.
Dataset make_synthetic(const SyntheticSpec& spec, std::uint64_t seed);

}  // namespace psgrid
