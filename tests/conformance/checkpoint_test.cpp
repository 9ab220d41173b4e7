// Checkpoints and what begins from them, on the simulator and on real processes.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/runtimes.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/staleness_models.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 4, kServers = 3, kIterations = 60;

ConsistencySpec bsp() { return {.model = ConsistencyModel::kBsp}; }

RunSpec counting(const ConsistencySpec& consistency) {
  RunSpec spec = counting_run(kWorkers, kServers, kIterations, consistency);
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.job.compute.seconds = Duration{0.005};
  spec.job.evaluate_every = 20;
  spec.stragglers.push_back({.nodes = {{Role::kWorker, 0, kWorkers - 1}},
                             .model = StragglerModel::kExponential,
                             .rate = 1});
  spec.checkpoint = CheckpointSpec{.iterations = 10};
  return spec;
}

void expect_every_gradient_once(const Outcome& outcome) {
  ASSERT_TRUE(outcome.job_finished) << outcome.failure;
  EXPECT_EQ(outcome.reason, StopReason::kIterations);
  EXPECT_EQ(outcome.evaluations.back().record.loss, kWorkers * kIterations) << "smallest count";
  EXPECT_EQ(outcome.evaluations.back().record.metric, kWorkers * kIterations) << "largest";
}

std::shared_ptr<const Job> learning_job(CheckpointPtr resumed, std::uint32_t iterations) {
  RunSpec spec = learning_scenario(LearnerType::kSoftmaxRegression, kWorkers, kServers, iterations);
  spec.job.compute.seconds = Duration{0.002};
  spec.job.evaluate_every = 10;
  spec.job.optimizer.type = OptimizerType::kAdam;
  spec.job.optimizer.learning_rate = 0.01;
  spec.checkpoint = CheckpointSpec{.iterations = 7};
  const auto job = std::make_shared<Job>(std::move(spec), synthetic_data(200, 6, 3, 1, 1),
                                         synthetic_data(50, 6, 3, 1, 2));
  job->resumed = std::move(resumed);
  return job;
}

FaultSpec cluster_restart(double at, double down_s) {
  FaultSpec fault{.at = at, .kind = FaultKind::kRestartCluster};
  if (down_s > 0) fault.until = at + down_s;
  return fault;
}

class Checkpoints : public OnRuntimes {};

TEST_P(Checkpoints, AreMadeWhenTheyAreDue) {
  for (const ConsistencySpec& model : staleness_models()) {
    const Outcome outcome = run(counting_job(counting(model), 8));
    expect_every_gradient_once(outcome);
    ASSERT_GE(outcome.checkpoints.size(), 3u);
    std::uint64_t number = 0;
    for (const CheckpointPtr& checkpoint : outcome.checkpoints) {
      EXPECT_EQ(checkpoint->number, ++number);
      EXPECT_EQ(checkpoint->shards.size(), kServers);
      if (model.model == ConsistencyModel::kBsp) {
        EXPECT_EQ(checkpoint->slowest(), Clock{static_cast<std::uint32_t>(10 * number)});
      } else {
        EXPECT_GE(checkpoint->slowest(), Clock{10});
      }
    }
  }
}

TEST_P(Checkpoints, AJobThatIsResumedEndsAsIfItHadNotBeenInterrupted) {
  const Outcome whole = run(learning_job(nullptr, 40));
  ASSERT_TRUE(whole.job_finished) << whole.failure;
  ASSERT_GE(whole.checkpoints.size(), 4u);
  for (const std::size_t from : {0, 3}) {
    const CheckpointPtr checkpoint = whole.checkpoints[from];
    EXPECT_EQ(checkpoint->slowest(), Clock{7 * static_cast<std::uint32_t>(from + 1)});
    for (const Runtime runtime : {Runtime::kSimulator, Runtime::kSockets}) {
      const Outcome resumed = run_on(runtime, learning_job(checkpoint, 40));
      ASSERT_TRUE(resumed.job_finished) << resumed.failure;
      EXPECT_EQ(resumed.iterations.size(), kWorkers * (40 - checkpoint->slowest().value));
      EXPECT_EQ(resumed.evaluations.back().record.fingerprint,
                whole.evaluations.back().record.fingerprint);
      EXPECT_EQ(resumed.evaluations.back().record.examples,
                whole.evaluations.back().record.examples);
    }
  }
}

TEST_P(Checkpoints, AJobMayBeResumedForLonger) {
  const Outcome shorter = run(learning_job(nullptr, 20)), longer = run(learning_job(nullptr, 30));
  ASSERT_TRUE(shorter.job_finished && longer.job_finished);
  const Outcome resumed = run(learning_job(shorter.checkpoints.back(), 30));
  ASSERT_TRUE(resumed.job_finished) << resumed.failure;
  EXPECT_EQ(resumed.evaluations.back().record.fingerprint,
            longer.evaluations.back().record.fingerprint);
}

TEST_P(Checkpoints, AClusterThatIsLostGoesOnFromTheLast) {
  for (const ConsistencySpec& model : staleness_models()) {
    RunSpec spec = counting(model);
    spec.faults = {cluster_restart(0.15, 0.1), cluster_restart(0.35, 0)};
    const Outcome outcome = run(counting_job(spec, 8));
    expect_every_gradient_once(outcome);
    EXPECT_LT(Time{0.35}, outcome.finished) << "a fault that came too late shows nothing";
    if (GetParam() == Runtime::kSimulator) {  // processes that are ended do not tell all they did
      EXPECT_GT(outcome.iterations.size(), kWorkers * kIterations) << "some are done again";
    }
  }
}

TEST_P(Checkpoints, AClusterThatIsLostBeforeTheFirstBeginsAnew) {
  RunSpec spec = counting(bsp());
  spec.faults = {cluster_restart(0.05, 0)};
  spec.checkpoint.reset();
  expect_every_gradient_once(run(counting_job(spec, 8)));
}

TEST_P(Checkpoints, ReplicatedShardsGoOnTogether) {
  for (const bool sums : {false, true}) {
    RunSpec spec = counting(bsp());
    spec.replication = {.factor = 2, .after_aggregation = sums};
    spec.cluster.managers = 3;
    spec.detection = {.enabled = true, .heartbeat = {0.04}, .lease = {0.2}};
    spec.client.retry = {.timeout = {0.2}, .backoff = 1, .timeout_max = {0.2}};
    spec.faults = {{.at = 0.1, .kind = FaultKind::kCrash, .nodes = {{Role::kServer, 1, 1}}},
                   {.at = 0.2, .kind = FaultKind::kCrash, .nodes = {{Role::kManager, 0, 0}}},
                   cluster_restart(0.8, 0)};
    spec.job.stop.iterations = kIterations;
    const Outcome outcome = run(counting_job(spec, 8));
    expect_every_gradient_once(outcome);
    EXPECT_GE(outcome.checkpoints.size(), 3u);
  }
}

INSTANTIATE_TEST_SUITE_P(On, Checkpoints, runtimes(), name_of_runtime);

}  // namespace
}  // namespace psgrid::testing
