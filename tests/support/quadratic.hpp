// The simplest learner that learns: loss curvature/2 |w - 1|^2, from w = 0. It needs no data.
#pragma once

#include <memory>
#include <vector>

#include "model/job.hpp"

namespace psgrid::testing {

// The first weight that each gradient was computed at, by learner (in the order in which they were
// made; learners that never computed one have an empty list) and by call.
using WeightsRead = std::vector<std::shared_ptr<std::vector<float>>>;

// The metric is the first weight. Keeps what the learners read in `read`, if it is there.
LearnerFactory quadratic(float curvature, std::shared_ptr<WeightsRead> read = nullptr);

// The derivative of the loss at w, as a learner computes it.
inline float quadratic_gradient(float curvature, float w) { return curvature * (w - 1); }

}  // namespace psgrid::testing
