// Distributed training without the distribution: what a parameter server under BSP must compute.
//
// A plain loop over iterations and workers, sharing with the server only the learners, the update
// rules, the batch samplers and the initial values. Equal results are equal bit for bit.
#pragma once

#include <vector>

#include "model/dataset.hpp"
#include "model/learner.hpp"
#include "model/run_spec.hpp"

namespace psgrid {

struct SerialResult {
  std::vector<std::vector<float>> tables;  // all values of each table, rows in key order
  std::vector<Evaluation> evaluations;     // after each iteration
};

// Runs job.stop.iterations iterations of cluster.workers workers. In each, every worker computes a
// gradient of its next batch at the same weights; the gradients are summed in the order of the
// ranks (and divided by their number, unless the rule takes sums), and one full step is applied to
// the keys that any touched.
SerialResult train_serially(const RunSpec& spec, const Dataset& train, const Dataset& test);

}  // namespace psgrid
