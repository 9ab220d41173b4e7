// Updates of the first gradients to come, against closed forms (Dutta et al., AISTATS 2018); the
// network costs nothing.
#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/closed_forms.hpp"
#include "tests/support/free_network.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 8;

struct Measured {
  double update_s = 0;
  double staleness = 0;  // in updates
  double dropped = 0;    // of all gradients that came
};

Measured measure(ConsistencyModel model, std::uint32_t gradients, const StragglerSpec& law,
                 double seconds = 20000) {
  RunSpec spec = timing_scenario(kWorkers, 1, 1, 1, 1);
  spec.job.stop = {.iterations = {}, .target_loss = {}, .time = Duration{seconds}};
  spec.consistency.model = model;
  spec.consistency.gradients = gradients;
  make_network_free(spec.cluster);
  spec.stragglers = {law};
  spec.stragglers[0].nodes = {{Role::kWorker, 0, kWorkers - 1}};
  const Simulated run = simulate_fast(spec);
  EXPECT_EQ(run.reason, StopReason::kTime);
  EXPECT_EQ(run.applied.size() % gradients, 0u);
  Measured measured;
  const auto applied = static_cast<double>(run.applied.size());
  measured.update_s = seconds / (applied / gradients);
  for (const auto& [time, node, gradient] : run.applied)
    measured.staleness += gradient.staleness_updates / applied;
  const auto dropped = static_cast<double>(run.dropped.size());
  measured.dropped = dropped / (applied + dropped);
  return measured;
}

const StragglerSpec kExponential{.nodes = {}, .model = StragglerModel::kExponential, .rate = 1};

class OfTheFirst : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  const std::uint32_t k = GetParam();
};

// Everybody begins anew with each update, so it takes the k-th smallest of fresh draws.
TEST_P(OfTheFirst, KSyncTakesTheOrderStatistic) {
  const Measured exponential = measure(ConsistencyModel::kKSync, k, kExponential);
  const double expected = harmonic(kWorkers) - harmonic(kWorkers - k);
  EXPECT_NEAR(exponential.update_s, expected, 0.02 * expected);
  EXPECT_EQ(exponential.staleness, 0);
  EXPECT_EQ(exponential.dropped, 0);  // what could be dropped was given up

  const Measured pareto =
      measure(ConsistencyModel::kKSync, k,
              {.nodes = {}, .model = StragglerModel::kPareto, .alpha = 2.5, .minimum = 1});
  const double of_pareto = pareto_order_statistic(kWorkers, k, 2.5);
  EXPECT_NEAR(pareto.update_s, of_pareto, 0.02 * of_pareto);
}

TEST_P(OfTheFirst, KBatchSyncTakesTheSumOfSteps) {
  const Measured measured = measure(ConsistencyModel::kKBatchSync, k, kExponential);
  const double expected = static_cast<double>(k) / kWorkers;
  EXPECT_NEAR(measured.update_s, expected, 0.02 * expected);
  EXPECT_EQ(measured.staleness, 0);
}

// With memoryless times it makes no difference whether the others begin anew.
TEST_P(OfTheFirst, KAsyncTakesAsLongAsKSync) {
  const Measured measured = measure(ConsistencyModel::kKAsync, k, kExponential);
  const double expected = harmonic(kWorkers) - harmonic(kWorkers - k);
  EXPECT_NEAR(measured.update_s, expected, 0.02 * expected);
  const double staleness = static_cast<double>(kWorkers) / k - 1;
  EXPECT_NEAR(measured.staleness, staleness, 0.02 * staleness + 1e-9);
  EXPECT_EQ(measured.dropped, 0);
}

TEST_P(OfTheFirst, KBatchAsyncWastesNoTime) {
  for (const StragglerSpec& law :
       {kExponential,
        StragglerSpec{.nodes = {}, .model = StragglerModel::kUniform, .min = 0.5, .max = 1.5}}) {
    const Measured measured = measure(ConsistencyModel::kKBatchAsync, k, law);
    const double expected = static_cast<double>(k) / kWorkers;
    EXPECT_NEAR(measured.update_s, expected, 0.02 * expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Gradients, OfTheFirst, ::testing::Values(1u, 3u, 6u, 8u),
                         ::testing::PrintToStringParamName());

// A gradient that comes too late is dropped, and its worker goes on with the newest parameters: it
// is busy with the old ones meanwhile, so this takes longer than K-sync.
TEST(BackupWorkers, DropLateGradients) {
  const Measured two_spare = measure(ConsistencyModel::kBackupWorkers, kWorkers - 2, kExponential);
  EXPECT_EQ(two_spare.staleness, 0);
  EXPECT_GT(two_spare.dropped, 0.02);
  EXPECT_GT(two_spare.update_s, harmonic(kWorkers) - harmonic(2));
  EXPECT_LT(two_spare.update_s, harmonic(kWorkers));
  const Measured none = measure(ConsistencyModel::kBackupWorkers, kWorkers, kExponential);
  EXPECT_NEAR(none.update_s, harmonic(kWorkers), 0.02 * harmonic(kWorkers));
  EXPECT_EQ(none.dropped, 0);
}

// Several servers choose their gradients each for themselves; nobody waits for ever.
TEST(OfTheFirst, SeveralServersDoNotWaitForEachOther) {
  for (ConsistencyModel model :
       {ConsistencyModel::kKSync, ConsistencyModel::kKBatchSync, ConsistencyModel::kKAsync,
        ConsistencyModel::kKBatchAsync, ConsistencyModel::kBackupWorkers})
    for (std::uint32_t gradients : {1u, 3u, 5u, 7u, 8u}) {
      RunSpec spec = timing_scenario(kWorkers, 5, 1000, 1e-4, 200);
      spec.consistency.model = model;
      spec.consistency.gradients = gradients;
      spec.stragglers = {kExponential};
      spec.stragglers[0].nodes = {{Role::kWorker, 0, kWorkers - 1}};
      const Simulated run = simulate_fast(spec);
      EXPECT_EQ(run.end, sim::SimulationEnd::kJobFinished) << name_of(model) << " of " << gradients;
    }
}

}  // namespace
}  // namespace psgrid::testing
