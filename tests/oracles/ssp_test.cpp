// Stale synchronous parallel: the bound holds in every run, waiting falls as the bound grows, and
// where workers make use of it by reading from their caches, learning suffers.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "scenarios/load_dataset.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 16;
constexpr std::uint32_t kBounds[] = {0, 1, 3, 10};

StragglerSpec of_all_workers(StragglerSpec straggler) {
  straggler.nodes = {{Role::kWorker, 0, kWorkers - 1}};
  return straggler;
}

StragglerSpec exponential() {
  return of_all_workers({.nodes = {}, .model = StragglerModel::kExponential, .rate = 1});
}

double wait_share(const Simulated& run) {
  double wait = 0, total = 0;
  for (const auto& [time, node, done] : run.iterations) {
    wait += done.wait.seconds;
    total += (done.end - done.start).seconds;
  }
  return wait / total;
}

// No worker computes iteration c before all have ended iteration c - bound - 1.
void expect_bounded(const Simulated& run, std::uint32_t bound) {
  std::map<Clock, Time> last_end;
  for (const auto& [time, node, done] : run.iterations)
    last_end[done.iteration] = std::max(last_end[done.iteration], done.end);
  std::uint32_t largest = 0;
  for (const auto& [time, node, done] : run.iterations) {
    largest = std::max(largest, done.staleness);
    if (done.iteration.value <= bound) continue;
    const double start = done.end.seconds - done.push.seconds - done.compute.seconds;
    ASSERT_GE(start, last_end.at({done.iteration.value - bound - 1}).seconds)
        << to_string(node) << " in iteration " << done.iteration.value;
  }
  EXPECT_EQ(largest, bound) << "some worker uses the bound to the full";
  for (const auto& [time, node, applied] : run.applied) ASSERT_LE(applied.staleness_clocks, bound);
}

class SspBound : public ::testing::TestWithParam<bool> {};

TEST_P(SspBound, HoldsInEveryRun) {
  const StragglerSpec stragglers[] = {
      exponential(),
      of_all_workers({.nodes = {}, .model = StragglerModel::kPareto, .alpha = 1.2, .minimum = 1}),
      of_all_workers({.nodes = {},
                      .model = StragglerModel::kBursts,
                      .factor = 8,
                      .mean_on = 0.1,
                      .mean_off = 0.4})};
  const Dataset data = synthetic_data(400, 20, 2, 0.3, 1);
  for (const StragglerSpec& straggler : stragglers) {
    for (const std::uint32_t bound : kBounds) {
      RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, kWorkers, 3, 60);
      spec.consistency = {.model = ConsistencyModel::kSsp, .staleness = bound, .cache = GetParam()};
      spec.stragglers = {straggler};
      spec.costs = {.apply_flops_per_value = 1e4, .serve_flops_per_value = 1e4};
      const Simulated run = simulate(spec, data, data);
      ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
      expect_bounded(run, bound);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Reads, SspBound, ::testing::Bool(), [](const auto& each) {
  return each.param ? "FromTheCache" : "FromTheServers";
});

TEST(Ssp, WaitsLessTheLargerTheBound) {
  double previous = 1;
  for (const std::uint32_t bound : kBounds) {
    RunSpec spec = timing_scenario(kWorkers, 2, 100, 0.01, 400);
    spec.consistency = {.model = ConsistencyModel::kSsp, .staleness = bound};
    spec.stragglers = {exponential()};
    const double share = wait_share(simulate_fast(spec));
    RecordProperty("wait_share_" + std::to_string(bound), std::to_string(share));
    EXPECT_LT(share, 0.85 * previous) << "staleness " << bound;
    previous = share;
  }
  EXPECT_LT(previous, 0.2);
}

// Spambase with steps as large as a barrier tolerates. Seeds are averaged over.
TEST(Ssp, LearnsLessPerIterationTheLargerTheBound) {
  constexpr std::uint64_t kSeeds = 3;
  double previous_loss = 0, previous_wait = 1;
  for (const std::uint32_t bound : kBounds) {
    double loss = 0, wait = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, kWorkers, 4, 100);
      spec.seed = seed;
      spec.job.learner.l2 = 1e-4;
      spec.job.data = {.file = PSGRID_SOURCE_DIR "/scenarios/data/spambase.libsvm.gz",
                       .transform = Transform::kStandardize};
      spec.job.optimizer.learning_rate = 4;
      spec.job.evaluate_every = 5;
      spec.consistency = {.model = ConsistencyModel::kSsp, .staleness = bound, .cache = true};
      spec.stragglers = {exponential()};
      auto data = scenarios::load_dataset(*spec.job.data, spec.seed);
      ASSERT_TRUE(data);
      const Simulated run = simulate(std::make_shared<const Job>(spec, data->train, data->test),
                                    {.checked_messages = false, .messages = false});
      // The mean held-out loss at the same iterations, from the first evaluation after the start.
      double sum = 0;
      for (std::size_t i = 1; i < run.evaluations.size(); ++i) {
        EXPECT_NEAR(run.evaluations[i].record.iteration, 5.0 * static_cast<double>(i), 1e-9);
        sum += run.evaluations[i].record.loss;
      }
      loss += sum / static_cast<double>(run.evaluations.size() - 1) / kSeeds;
      wait += wait_share(run) / kSeeds;
    }
    RecordProperty("loss_" + std::to_string(bound), std::to_string(loss));
    EXPECT_GT(loss, previous_loss) << "staleness " << bound;
    EXPECT_LT(wait, previous_wait) << "staleness " << bound;
    previous_loss = loss;
    previous_wait = wait;
  }
}

}  // namespace
}  // namespace psgrid::testing
