// How stale gradients are when nobody waits, against closed forms; the network costs nothing.
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/free_network.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kIterations = 4000;

std::vector<std::uint32_t> async_staleness(std::uint32_t workers, StragglerSpec law) {
  RunSpec spec = timing_scenario(workers, 1, 1, 1, 1);
  spec.job.stop = {.iterations = {}, .target_loss = {}, .time = Duration{kIterations}};
  spec.consistency.model = ConsistencyModel::kAsync;
  make_network_free(spec.cluster);
  law.nodes = {{Role::kWorker, 0, workers - 1}};
  spec.stragglers = {law};
  const Simulated run = simulate_fast(spec);

  std::vector<std::uint32_t> staleness;
  // The first iterations still remember that all began at once.
  for (const auto& [time, node, applied] : run.applied)
    if (applied.iteration.value >= 10) staleness.push_back(applied.staleness_updates);
  return staleness;
}

double mean_of(const std::vector<std::uint32_t>& values) {
  double sum = 0;
  for (std::uint32_t value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

class AsyncStaleness : public ::testing::TestWithParam<std::uint32_t> {};

// Between a worker's pull and its push each of the others is as likely as it to push next.
TEST_P(AsyncStaleness, IsGeometricWithExponentialTimes) {
  const std::uint32_t workers = GetParam();
  const std::vector<std::uint32_t> staleness =
      async_staleness(workers, {.nodes = {}, .model = StragglerModel::kExponential, .rate = 1});
  const auto n = static_cast<double>(staleness.size());
  ASSERT_GT(n, 0.98 * workers * (kIterations - 10));
  EXPECT_NEAR(mean_of(staleness), workers - 1, 0.01 * (workers - 1));

  std::map<std::uint32_t, double> counts;
  for (std::uint32_t value : staleness) ++counts[value];
  const double fresh = 1.0 / workers;
  EXPECT_NEAR(counts[0] / n, fresh, 4 * std::sqrt(fresh * (1 - fresh) / n));

  // Pearson's chi-square over all values that are expected 50 times, and the rest as one more.
  double chi_square = 0, rest = n, rest_count = n;
  std::uint32_t bins = 1;
  for (std::uint32_t value = 0;; ++value, ++bins) {
    const double expected = n * fresh * std::pow(1 - fresh, value);
    if (expected < 50) break;
    chi_square += (counts[value] - expected) * (counts[value] - expected) / expected;
    rest -= expected;
    rest_count -= counts[value];
  }
  chi_square += (rest_count - rest) * (rest_count - rest) / rest;
  const double freedom = bins - 1;
  RecordProperty("chi_square_per_degree", std::to_string(chi_square / freedom));
  EXPECT_LT(chi_square, freedom + 3.1 * std::sqrt(2 * freedom)) << "exceeded once in 1,000 runs";
}

// One update of its own for each of the others', whatever the law.
TEST_P(AsyncStaleness, IsOneUpdateOfEachOtherWorkerInTheMean) {
  const StragglerSpec laws[] = {
      {.nodes = {}, .model = StragglerModel::kShiftedExponential, .rate = 2},
      {.nodes = {}, .model = StragglerModel::kPareto, .alpha = 2.5, .minimum = 1},
      {.nodes = {}, .model = StragglerModel::kTwoPoint, .factor = 10, .probability = 0.1},
      {.nodes = {}, .model = StragglerModel::kUniform, .min = 0.5, .max = 1.5}};
  const double expected = GetParam() - 1;
  for (const StragglerSpec& law : laws)
    EXPECT_NEAR(mean_of(async_staleness(GetParam(), law)), expected, 0.005 * expected)
        << "law " << &law - laws;
}

INSTANTIATE_TEST_SUITE_P(Workers, AsyncStaleness, ::testing::Values(4u, 16u),
                         ::testing::PrintToStringParamName());

// Under BSP every gradient is fresh, in a summed update as in its own.
TEST(BspStaleness, IsZero) {
  RunSpec spec = timing_scenario(8, 2, 100, 1, 50);
  spec.stragglers = {
      {.nodes = {{Role::kWorker, 0, 7}}, .model = StragglerModel::kExponential, .rate = 1}};
  const Simulated run = simulate(spec);
  ASSERT_EQ(run.applied.size(), 2u * 8 * 50);
  for (const auto& [time, node, applied] : run.applied) {
    EXPECT_EQ(applied.staleness_updates, 0u);
    EXPECT_EQ(applied.staleness_clocks, 0u);
  }
}

// Under bounded delay a gradient lags exactly tau updates, once the first tau are over.
TEST(BoundedDelayStaleness, IsTheDelay) {
  RunSpec spec = timing_scenario(6, 1, 1, 1, 60);
  spec.consistency = {.model = ConsistencyModel::kBoundedDelay, .delay = 3};
  spec.stragglers = {
      {.nodes = {{Role::kWorker, 0, 5}}, .model = StragglerModel::kExponential, .rate = 1}};
  const Simulated run = simulate(spec);
  ASSERT_EQ(run.applied.size(), 6u * 60);
  for (const auto& [time, node, applied] : run.applied) {
    EXPECT_EQ(applied.staleness_updates, std::min(applied.iteration.value, 3u));
    EXPECT_EQ(applied.staleness_clocks, std::min(applied.iteration.value, 3u));
  }
}

}  // namespace
}  // namespace psgrid::testing
