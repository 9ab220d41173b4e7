// How often to make a checkpoint, against closed forms: Young (A first order approximation to the
// optimum checkpoint interval, CACM 1974) and Daly (A higher order estimate of the optimum
// checkpoint interval for restart dumps, FGCS 2006, equation 20).
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "model/random.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr double kCost = 4;  // seconds to write a checkpoint; and to read it
constexpr double kMeanBetweenFailures = 400;
constexpr std::uint32_t kIterations = 20'000;  // of a second each
constexpr std::uint32_t kParameters = 10'000;
constexpr int kSeeds = 8;

// The cluster is lost at exponential times, the same for every interval.
std::vector<FaultSpec> failures(std::uint64_t seed) {
  RandomStream random(seed, manager_id(0), Purpose::kTest);
  std::vector<FaultSpec> faults;
  for (double at = 0;;) {
    at += random.exponential(1 / kMeanBetweenFailures);
    if (at > 3.0 * kIterations) return faults;
    faults.push_back({.at = at, .kind = FaultKind::kRestartCluster});
  }
}

double time_to_finish(std::uint32_t interval, std::uint64_t seed) {
  RunSpec spec = timing_scenario(1, 1, kParameters, 1, kIterations);
  // Not free, so that requests wait while the processor writes.
  spec.costs.message_flops = 1;
  spec.checkpoint =
      CheckpointSpec{.iterations = interval, .bandwidth = kParameters * sizeof(float) / kCost};
  spec.faults = failures(seed);
  const Simulated run = simulate_fast(spec);
  EXPECT_TRUE(run.job_finished);
  return run.finished.seconds;
}

double mean_time(std::uint32_t interval) {
  double sum = 0;
  for (int seed = 1; seed <= kSeeds; ++seed)
    sum += time_to_finish(interval, static_cast<std::uint64_t>(seed));
  return sum / kSeeds;
}

// To write a checkpoint after every `interval` seconds of work, and to read it after a failure.
double expected_time(double interval) {
  return kMeanBetweenFailures * std::exp(kCost / kMeanBetweenFailures) *
         (std::exp((interval + kCost) / kMeanBetweenFailures) - 1) * kIterations / interval;
}

TEST(CheckpointInterval, TimeToFinishIsDalysAndLeastNearYoungs) {
  const double best = std::sqrt(2 * kCost * kMeanBetweenFailures);
  std::vector<double> means;
  for (const double factor : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    const auto interval = static_cast<std::uint32_t>(std::lround(best * factor));
    means.push_back(mean_time(interval));
    EXPECT_NEAR(means.back() / expected_time(interval), 1, 0.02) << interval << " s";
    RecordProperty("ratio_at_" + std::to_string(interval) + "_s",
                   std::to_string(means.back() / expected_time(interval)));
  }
  EXPECT_EQ(std::min_element(means.begin(), means.end()) - means.begin(), 2)
      << "Young: " << best << " s";
}

// Without failures a checkpoint costs what it takes to write, and nothing else.
TEST(CheckpointInterval, WithoutFailuresEachCostsItsWriting) {
  const auto finished = [](std::optional<CheckpointSpec> checkpoint) {
    RunSpec spec = timing_scenario(1, 1, kParameters, 1, 100);
    spec.costs.message_flops = 1;
    spec.checkpoint = checkpoint;
    return simulate_fast(spec).finished.seconds;
  };
  const double bandwidth = kParameters * sizeof(float) / kCost;
  const double none = finished({});
  // After iterations 30, 60 and 90.
  EXPECT_NEAR(finished(CheckpointSpec{.iterations = 30, .bandwidth = bandwidth}) - none, 3 * kCost,
              0.01 * kCost);
  // Begun by time: after 20 seconds of work, and again 20 s after the end of the last.
  EXPECT_NEAR(finished(CheckpointSpec{.every = {20}, .bandwidth = bandwidth}) - none, 4 * kCost,
              0.01 * kCost + kCost);
}

}  // namespace
}  // namespace psgrid::testing
