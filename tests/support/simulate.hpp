// Whole simulated runs inside a test, and small data to run them on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/dataset.hpp"
#include "model/job.hpp"
#include "model/run_spec.hpp"
#include "sim/simulation.hpp"
#include "tests/support/recorded.hpp"

namespace psgrid::testing {

// Recorded, and how it ended.
struct Simulated : Recorded {
  sim::SimulationEnd end = sim::SimulationEnd::kStuck;
};

// Runs a scenario with every message passed through the codec. With sharing "windowed" or "fluid"
// at most once a process, and not after `fork` siblings: call it from in_child().
Simulated simulate(const RunSpec& spec, Dataset train = {}, Dataset test = {},
                   unsigned math_threads = 0);

struct SimulateOptions {
  unsigned math_threads = 0;
  bool checked_messages = true;  // pass every message through the codec
  bool messages = true;          // record every message
};

// The same for a job that was put together by hand, perhaps with a learner of its own.
Simulated simulate(std::shared_ptr<const Job> job, const SimulateOptions& options = {});

// The same without the codec and without a record of messages: for long runs.
Simulated simulate_fast(const RunSpec& spec);

// Workers and servers behind a star of 1 Gbit/s and 50 us, analytic sharing, and a timing-only job
// of `parameters` float32 whose iterations take `compute_s` seconds. No server cost, equal ranges.
RunSpec timing_scenario(std::uint32_t workers, std::uint32_t servers, std::uint64_t parameters,
                        double compute_s, std::uint32_t iterations);

// The same cluster learning, 0.01 s an iteration.
RunSpec learning_scenario(LearnerType learner, std::uint32_t workers, std::uint32_t servers,
                          std::uint32_t iterations);

// Rows around as many random centres as there are classes; `density` below 1 makes it sparse.
Dataset synthetic_data(std::uint32_t rows, std::uint32_t features, std::uint32_t classes,
                       double density, std::uint64_t seed);

}  // namespace psgrid::testing
