// Barriers and their absence against closed forms, with a network that costs nothing.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "model/stragglers/straggler_set.hpp"
#include "tests/support/closed_forms.hpp"
#include "tests/support/free_network.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

StragglerSpec of_all(StragglerSpec law, std::uint32_t workers) {
  law.nodes = {{Role::kWorker, 0, workers - 1}};
  return law;
}

struct Law {
  const char* name;
  StragglerSpec spec;
  double mean;
  double (*expected_maximum)(std::uint32_t n);  // of n draws
  std::uint32_t iterations;  // at 8 workers; half as many do for the maximum of more

  friend void PrintTo(const Law& law, std::ostream* out) { *out << law.name; }
};

constexpr double kRate = 2, kParetoLight = 3, kParetoHeavy = 2.5, kProbability = 0.05, kSlow = 10;

double exponential_maximum(std::uint32_t n) { return harmonic(n) / kRate; }

const Law kLaws[] = {
    {"Exponential",
     {.nodes = {}, .model = StragglerModel::kExponential, .rate = kRate},
     1 / kRate,
     exponential_maximum,
     6000},
    {"ShiftedExponential",
     {.nodes = {}, .model = StragglerModel::kShiftedExponential, .rate = kRate},
     1 + 1 / kRate,
     [](std::uint32_t n) { return 1 + exponential_maximum(n); },
     4000},
    {"ParetoHeavy",
     {.nodes = {}, .model = StragglerModel::kPareto, .alpha = kParetoHeavy, .minimum = 1},
     kParetoHeavy / (kParetoHeavy - 1),
     [](std::uint32_t n) { return pareto_maximum(n, kParetoHeavy); },
     20000},
    {"ParetoLight",
     {.nodes = {}, .model = StragglerModel::kPareto, .alpha = kParetoLight, .minimum = 1},
     kParetoLight / (kParetoLight - 1),
     [](std::uint32_t n) { return pareto_maximum(n, kParetoLight); },
     12000},
    {"TwoPoint",
     {.nodes = {},
      .model = StragglerModel::kTwoPoint,
      .factor = kSlow,
      .probability = kProbability},
     1 + (kSlow - 1) * kProbability,
     [](std::uint32_t n) { return 1 + (kSlow - 1) * (1 - std::pow(1 - kProbability, n)); },
     20000},
};

TEST(ParetoMaximum, IsThePublishedFigure) {
  EXPECT_NEAR(pareto_maximum(8, 2.5), 3.4727, 5e-5);
  EXPECT_NEAR(pareto_maximum(32, 2.5), 5.9791, 5e-5);
}

class Barrier : public ::testing::TestWithParam<std::tuple<Law, std::uint32_t>> {};

TEST_P(Barrier, TakesTheExpectedMaximum) {
  const auto& [law, workers] = GetParam();
  const std::uint32_t iterations = workers > 8 ? law.iterations / 2 : law.iterations;
  RunSpec spec = timing_scenario(workers, 1, 1, 1, iterations);
  make_network_free(spec.cluster);
  spec.stragglers = {of_all(law.spec, workers)};
  const Simulated run = simulate_fast(spec);
  ASSERT_EQ(run.iterations.size(), std::size_t{workers} * iterations);

  // An iteration lasts from one barrier to the next, that is to the last worker's end.
  std::vector<double> ends(iterations);
  for (const auto& [time, node, done] : run.iterations)
    ends[done.iteration.value] = std::max(ends[done.iteration.value], done.end.seconds);
  const double start = run.iterations.front().record.start.seconds;
  const double mean = (ends.back() - start) / iterations;
  const double expected = law.expected_maximum(workers);
  RecordProperty("deviation_percent", std::to_string(100 * (mean / expected - 1)));
  EXPECT_NEAR(mean, expected, 0.015 * expected);

  // Each single one lasts as long as its slowest draw.
  const StragglerSet draws(spec.stragglers, spec.seed);
  for (std::uint32_t i = 0; i < iterations; ++i) {
    double slowest = 0;
    for (std::uint32_t worker = 0; worker < workers; ++worker)
      slowest = std::max(slowest, draws.factor(worker_id(worker), i, {}));
    ASSERT_NEAR(ends[i] - (i > 0 ? ends[i - 1] : start), slowest, 1e-5) << "iteration " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Laws, Barrier,
                         ::testing::Combine(::testing::ValuesIn(kLaws), ::testing::Values(8u, 32u)),
                         [](const auto& each) {
                           return std::get<0>(each.param).name +
                                  std::to_string(std::get<1>(each.param));
                         });

class AsyncRate : public ::testing::TestWithParam<Law> {};

TEST_P(AsyncRate, IsWorkersOverTheMeanTime) {
  const Law& law = GetParam();
  const std::uint32_t workers = 16;
  const double seconds = 4000 * law.mean;
  RunSpec spec = timing_scenario(workers, 1, 1, 1, 1);
  spec.job.stop = {.iterations = {}, .target_loss = {}, .time = Duration{seconds}};
  spec.consistency.model = ConsistencyModel::kAsync;
  make_network_free(spec.cluster);
  spec.stragglers = {of_all(law.spec, workers)};
  const Simulated run = simulate_fast(spec);
  ASSERT_EQ(run.reason, StopReason::kTime);
  EXPECT_NEAR(run.finished.seconds, seconds, 1e-6);
  const double expected = workers / law.mean;
  const double rate = static_cast<double>(run.applied.size()) / seconds;
  RecordProperty("deviation_percent", std::to_string(100 * (rate / expected - 1)));
  EXPECT_NEAR(rate, expected, 0.015 * expected);
}

INSTANTIATE_TEST_SUITE_P(Laws, AsyncRate, ::testing::ValuesIn(kLaws),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace psgrid::testing
