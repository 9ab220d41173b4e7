// How fast this machine is at what the simulator charges for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/learner.hpp"

namespace psgrid::real {

struct Calibration {
  struct LearnerSpeed {
    std::string learner;
    double flops_per_s = 0;  // by the learner's own count of operations
  };
  double latency_s = 0;          // of a small message, one way
  double bandwidth = 0;          // bytes per second, of large pushes
  double message_s = 0;          // a server's time for one small push, its answer included
  double apply_s_per_value = 0;  // SGD, of a long range
  double serve_s_per_value = 0;  // likewise
  std::vector<LearnerSpeed> learners;
};

// Takes some seconds and both ends of a connection: best on an otherwise idle machine. on_step is
// told what is measured next. Throws std::runtime_error.
Calibration calibrate(const std::function<void(const std::string& what)>& on_step);

}  // namespace psgrid::real
