// Nothing is lost and nothing doubled, on the simulator and on real processes, when servers,
// workers and managers crash, return or stand still.
#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/fault_at.hpp"
#include "tests/support/runtimes.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 4, kServers = 3;

RunSpec replicated(const ConsistencySpec& consistency, std::uint32_t factor,
                   std::uint32_t iterations = 60) {
  RunSpec spec = counting_run(kWorkers, kServers, iterations, consistency);
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.job.compute.seconds = Duration{0.005};
  spec.job.evaluate_every = 10;
  spec.stragglers.push_back({.nodes = {{Role::kWorker, 0, kWorkers - 1}},
                             .model = StragglerModel::kExponential,
                             .rate = 1});
  spec.replication.factor = factor;
  spec.detection = {.enabled = true, .heartbeat = {0.04}, .lease = {0.2}};
  spec.client.retry = {.timeout = {0.2}, .backoff = 1, .timeout_max = {0.2}};
  return spec;
}

ConsistencySpec bsp() { return {.model = ConsistencyModel::kBsp}; }
ConsistencySpec ssp() { return {.model = ConsistencyModel::kSsp, .staleness = 2}; }
ConsistencySpec cached() {
  return {.model = ConsistencyModel::kSsp, .staleness = 2, .cache = true};
}
ConsistencySpec bounded_delay() { return {.model = ConsistencyModel::kBoundedDelay, .delay = 2}; }
ConsistencySpec async() { return {.model = ConsistencyModel::kAsync}; }

FaultSpec crash(double at, NodeId node) { return fault_at(at, FaultKind::kCrash, node); }
FaultSpec restart(double at, NodeId node) { return fault_at(at, FaultKind::kRestart, node); }
FaultSpec pause(double at, double until, NodeId node) {
  FaultSpec pause = fault_at(at, FaultKind::kPause, node);
  pause.until = until;
  return pause;
}

constexpr double kForEver = std::numeric_limits<double>::infinity();

std::size_t count(const Outcome& outcome, const std::string& event) {
  return static_cast<std::size_t>(
      std::count_if(outcome.events.begin(), outcome.events.end(),
                    [&](const auto& each) { return each.record.name == event; }));
}

class Failover : public OnRuntimes {
 protected:
  // Every weight counts the gradients that were applied to it.
  static Outcome expect_every_gradient_once(RunSpec spec, std::vector<FaultSpec> faults) {
    std::stable_sort(faults.begin(), faults.end(),
                     [](const FaultSpec& a, const FaultSpec& b) { return a.at < b.at; });
    spec.faults = std::move(faults);
    Outcome outcome = run(counting_job(spec, 8));
    EXPECT_TRUE(outcome.job_finished) << outcome.failure;
    if (!outcome.job_finished) return outcome;
    const auto every_gradient = kWorkers * *spec.job.stop.iterations;
    EXPECT_EQ(outcome.reason, StopReason::kIterations);
    EXPECT_EQ(outcome.evaluations.back().record.loss, every_gradient) << "the smallest count";
    EXPECT_EQ(outcome.evaluations.back().record.metric, every_gradient) << "the largest";
    for (const FaultSpec& fault : spec.faults)
      EXPECT_LT(Time{fault.at}, outcome.finished) << "a fault that came too late shows nothing";
    return outcome;
  }
};

// Of two replicas on each of three servers, every server has the head of one shard and the tail of
// another.
TEST_P(Failover, NothingIsLostWhenAServerCrashes) {
  std::uint32_t victim = 0;
  for (const ConsistencySpec& model : {bsp(), ssp(), cached(), bounded_delay(), async()}) {
    const NodeId server = server_id(victim++ % kServers);
    const Outcome outcome = expect_every_gradient_once(replicated(model, 2), {crash(0.1, server)});
    EXPECT_GE(count(outcome, "lost"), 1u);
    EXPECT_GE(count(outcome, "accepting"), 2u) << "two shards were " << to_string(server) << "'s";
  }
}

TEST_P(Failover, NothingIsLostWhenServersCrashAndReturn) {
  std::uint32_t factor = 2;
  for (const ConsistencySpec& model : {bsp(), ssp(), async()}) {
    expect_every_gradient_once(replicated(model, factor, 120),
                               {crash(0.1, server_id(1)), restart(0.25, server_id(1)),
                                crash(0.6, server_id(2)), restart(0.62, server_id(2))});
    factor = 5 - factor;
  }
}

FaultSpec return_of(double at, NodeId node) {
  FaultSpec fault = restart(at, node);
  fault.memory_kept = true;
  return fault;
}

// Before anybody has noticed, and long after: then others have its place.
TEST_P(Failover, NothingIsLostWhenServersReturnWithTheirMemory) {
  for (const ConsistencySpec& model : {bsp(), ssp(), cached(), bounded_delay(), async()})
    for (const std::uint32_t factor : {2, 3})
      expect_every_gradient_once(replicated(model, factor, 120),
                                 {crash(0.1, server_id(1)), return_of(0.15, server_id(1)),
                                  crash(0.4, server_id(2)), return_of(0.75, server_id(2))});
}

// Nobody else has its shard, or the sums of others.
TEST_P(Failover, AShardReturnsWithTheMemoryOfItsOnlyServer) {
  for (const ConsistencySpec& model : {bsp(), async()})
    expect_every_gradient_once(replicated(model, 1, 80),
                               {crash(0.1, server_id(1)), return_of(0.13, server_id(1)),
                                crash(0.3, server_id(0)), return_of(0.6, server_id(0))});
}

TEST_P(Failover, TheWholeClusterReturnsWithItsMemory) {
  for (const ConsistencySpec& model : {bsp(), async()}) {
    RunSpec spec = replicated(model, 2, 80);
    std::vector<FaultSpec> faults;
    for (std::uint32_t server = 0; server < kServers; ++server) {
      faults.push_back(crash(0.2, server_id(server)));
      faults.push_back(return_of(0.3, server_id(server)));
    }
    faults.push_back(crash(0.2, manager_id(0)));
    faults.push_back(return_of(0.25, manager_id(0)));
    for (std::uint32_t worker = 0; worker < kWorkers; ++worker) {
      faults.push_back(crash(0.2, worker_id(worker)));
      faults.push_back(return_of(0.3, worker_id(worker)));
    }
    expect_every_gradient_once(spec, std::move(faults));
  }
}

TEST_P(Failover, MostManagersReturnWithTheirMemory) {
  RunSpec spec = replicated(ssp(), 2, 100);
  spec.cluster.managers = 3;
  expect_every_gradient_once(
      spec, {crash(0.1, manager_id(0)), crash(0.1, manager_id(1)), return_of(0.2, manager_id(1)),
             crash(0.25, server_id(1)), return_of(0.3, manager_id(0))});
}

TEST_P(Failover, NothingIsLostWhenSumsAreReplicated) {
  for (const ConsistencySpec& model : {bsp(), bounded_delay()}) {
    RunSpec spec = replicated(model, 3);
    spec.replication.after_aggregation = true;
    expect_every_gradient_once(spec, {crash(0.1, server_id(1)), restart(0.3, server_id(1))});
  }
}

// It wakes after another has taken its place.
TEST_P(Failover, NothingIsLostWhenAServerStandsStillForLongerThanItsLease) {
  for (const ConsistencySpec& model : {bsp(), async()}) {
    const Outcome outcome =
        expect_every_gradient_once(replicated(model, 2, 100), {pause(0.1, 0.5, server_id(1))});
    EXPECT_GE(count(outcome, "lost"), 1u);
  }
}

// For much longer than it takes to notice; they still have all that they had.
TEST_P(Failover, NothingIsLostWhenAllServersStandStill) {
  for (const std::uint32_t factor : {1, 2}) {
    std::vector<FaultSpec> faults;
    for (std::uint32_t server = 0; server < kServers; ++server)
      faults.push_back(pause(0.1, 3, server_id(server)));
    expect_every_gradient_once(replicated(bsp(), factor), std::move(faults));
  }
}

TEST_P(Failover, NothingIsLostWhenTheManagerHearsNoServer) {
  FaultSpec down = fault_at(0.1, FaultKind::kLink, manager_id(0));
  down.to = {{Role::kServer, 0, kServers - 1}};
  down.both_ways = down.link.down = true;
  down.until = 3;
  expect_every_gradient_once(replicated(bsp(), 2), {down});
}

TEST_P(Failover, AShardWhoseServersNeverReturnEndsTheJob) {
  RunSpec spec = replicated(bsp(), 2);
  spec.faults = {crash(0.1, server_id(1)), pause(0.1, kForEver, server_id(2))};
  const Outcome outcome = run(counting_job(spec, 8));
  ASSERT_TRUE(outcome.job_finished) << outcome.failure;
  EXPECT_EQ(outcome.reason, StopReason::kLost);
}

TEST_P(Failover, AnotherManagerTakesOver) {
  std::size_t model = 0;
  for (double server_crash : {0.05, 0.19, 0.21}) {
    RunSpec spec = replicated(std::vector{bsp(), ssp(), async()}[model++], 2, 100);
    spec.cluster.managers = 3;
    const Outcome outcome = expect_every_gradient_once(
        spec,
        {crash(0.2, manager_id(0)), crash(server_crash, server_id(1)), restart(0.7, server_id(1))});
    EXPECT_GE(count(outcome, "leader"), 1u);
  }
}

TEST_P(Failover, ManagersMayComeAndGoOneAfterTheOther) {
  RunSpec spec = replicated(ssp(), 2, 250);
  spec.cluster.managers = 3;
  expect_every_gradient_once(
      spec, {crash(0.1, manager_id(0)), restart(0.2, manager_id(0)), crash(0.7, manager_id(1)),
             restart(0.8, manager_id(1)), crash(1.3, manager_id(2))});
}

TEST_P(Failover, AManagerThatStandsStillForLongerThanItsLeaseLeadsNoMore) {
  RunSpec spec = replicated(async(), 2, 200);
  spec.cluster.managers = 3;
  const Outcome outcome =
      expect_every_gradient_once(spec, {pause(0.1, 0.7, manager_id(0)), crash(0.4, server_id(1))});
  EXPECT_GE(count(outcome, "leader"), 1u);
}

TEST_P(Failover, AWorkerThatReturnsGoesOnWhereItWas) {
  for (const ConsistencySpec& model : {bsp(), cached(), async()})
    expect_every_gradient_once(replicated(model, 2),
                               {crash(0.1, worker_id(2)), restart(0.15, worker_id(2))});
}

// Only the first time does a node wait for the moment at which it is to join.
TEST_P(Failover, NodesThatJoinedReturn) {
  const NodeId worker = worker_id(3), server = server_id(2);
  for (const ConsistencySpec& model : {bsp(), async()}) {
    RunSpec spec = replicated(model, 2, 150);
    spec.job.stop.time = Duration{20};
    spec.audited = true;
    spec.faults = {
        fault_at(0.05, FaultKind::kJoin, worker), crash(0.15, worker), restart(0.2, worker),
        fault_at(0.25, FaultKind::kJoin, server), crash(0.5, server),  restart(0.55, server)};
    const Outcome outcome = run(counting_job(spec, 8));
    ASSERT_TRUE(outcome.job_finished) << outcome.failure;
    EXPECT_EQ(outcome.reason, StopReason::kIterations);
    const auto back = [](const auto& records, NodeId node, double after) {
      return std::any_of(records.begin(), records.end(), [&](const auto& each) {
        return each.node == node && each.time > Time{after};
      });
    };
    EXPECT_TRUE(back(outcome.iterations, worker, 0.2));
    EXPECT_TRUE(back(outcome.views, server, 0.55));
  }
}

TEST_P(Failover, AJobGoesOnWithoutAWorker) {
  for (const ConsistencySpec& model : {bsp(), async()}) {
    RunSpec spec = replicated(model, 2);
    spec.worker_loss = WorkerLoss::kGoOn;
    spec.faults = {crash(0.1, worker_id(2))};
    const Outcome outcome = run(counting_job(spec, 8));
    ASSERT_TRUE(outcome.job_finished) << outcome.failure;
    EXPECT_EQ(outcome.reason, StopReason::kIterations);
    EXPECT_EQ(count(outcome, "lost"), 1u);
    // The others' gradients, and what it had pushed by then.
    const std::uint32_t iterations = *spec.job.stop.iterations;
    EXPECT_GE(outcome.evaluations.back().record.loss, (kWorkers - 1) * iterations);
    EXPECT_LE(outcome.evaluations.back().record.metric, kWorkers * iterations);
  }
}

// It stood still, or was started anew after others had gone on without it.
TEST_P(Failover, AWorkerThatWasTakenForGoneComesBack) {
  for (const ConsistencySpec& model : {bsp(), ssp(), async()})
    for (bool crashes : {false, true}) {
      RunSpec spec = replicated(model, 2, 200);
      spec.worker_loss = WorkerLoss::kGoOn;
      if (crashes)
        spec.faults = {crash(0.1, worker_id(2)), restart(0.5, worker_id(2))};
      else
        spec.faults = {pause(0.1, 0.5, worker_id(2))};
      const Outcome outcome = run(counting_job(spec, 8));
      ASSERT_TRUE(outcome.job_finished) << outcome.failure;
      EXPECT_EQ(outcome.reason, StopReason::kIterations);
      EXPECT_GE(count(outcome, "lost"), 1u);
      const bool is_back = std::ranges::any_of(outcome.iterations, [](const auto& each) {
        return each.node == worker_id(2) && each.time > Time{0.5};
      });
      EXPECT_TRUE(is_back) << "crashes: " << crashes;
    }
}

// Nobody goes on without it.
TEST_P(Failover, AWorkerThatStandsStillIsWaitedFor) {
  for (const ConsistencySpec& model : {bsp(), ssp(), async()})
    expect_every_gradient_once(replicated(model, 2), {pause(0.1, 0.5, worker_id(2))});
}

TEST_P(Failover, AShardOfWhichNothingIsLeftEndsTheJob) {
  RunSpec spec = replicated(ssp(), 2);
  spec.faults = {crash(0.1, server_id(1)), crash(0.1, server_id(2)), restart(0.2, server_id(1)),
                 restart(0.2, server_id(2))};
  const Outcome outcome = run(counting_job(spec, 8));
  ASSERT_TRUE(outcome.job_finished) << outcome.failure;
  EXPECT_EQ(outcome.reason, StopReason::kLost);
}

INSTANTIATE_TEST_SUITE_P(On, Failover, runtimes(), name_of_runtime);

}  // namespace
}  // namespace psgrid::testing
