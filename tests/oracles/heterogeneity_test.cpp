// Uneven machines: slow workers, shared hosts and cores, on a free network.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/free_network.hpp"
#include "tests/support/quadratic.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr double kCompute = 0.25;
constexpr std::uint32_t kIterations = 20;

RunSpec scenario(std::uint32_t workers) {
  RunSpec spec = timing_scenario(workers, 1, 1, kCompute, kIterations);
  make_network_free(spec.cluster);
  return spec;
}

GroupSpec group(NodeRange nodes) {
  return {.nodes = {nodes},
          .flops = {},
          .cores = {},
          .bandwidth = {},
          .latency = {},
          .host = {},
          .nodes_per_host = {}};
}

GroupSpec slow_workers(const RunSpec& spec, std::uint32_t first, std::uint32_t last) {
  GroupSpec slow = group({Role::kWorker, first, last});
  slow.flops = spec.cluster.host.flops / 2;
  return slow;
}

double duration(const Simulated& run) {
  EXPECT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  return run.finished.seconds;
}

TEST(Heterogeneity, ASlowWorkerSetsThePaceOfABarrier) {
  RunSpec spec = scenario(8);
  EXPECT_NEAR(duration(simulate(spec)), kIterations * kCompute, 1e-3);
  spec.cluster.groups = {slow_workers(spec, 3, 3)};
  const Simulated run = simulate(spec);
  EXPECT_NEAR(duration(run), kIterations * 2 * kCompute, 1e-3);
  for (const auto& [time, node, done] : run.iterations) {
    const bool slow = node == worker_id(3);
    EXPECT_NEAR(done.compute.seconds, slow ? 2 * kCompute : kCompute, 1e-9);
    if (done.iteration.value == 0) continue;
    EXPECT_NEAR(done.wait.seconds, slow ? 0 : kCompute, 1e-5) << to_string(node);
  }
}

TEST(Heterogeneity, FastWorkersDoMoreWhenNobodyWaits) {
  RunSpec spec = scenario(8);
  spec.cluster.groups = {slow_workers(spec, 0, 3)};
  spec.consistency.model = ConsistencyModel::kAsync;
  spec.job.stop = {.iterations = {}, .target_loss = {}, .time = Duration{100.001}};
  const Simulated run = simulate_fast(spec);
  EXPECT_EQ(run.applied.size(), 4 * 400u + 4 * 200u);
}

TEST(Heterogeneity, SlownessAndStragglersMultiply) {
  RunSpec spec = scenario(8);
  spec.cluster.groups = {slow_workers(spec, 0, 3)};
  spec.stragglers = {
      {.nodes = {{Role::kWorker, 2, 5}}, .model = StragglerModel::kPersistent, .factor = 1.5}};
  const Simulated run = simulate(spec);
  EXPECT_NEAR(duration(run), kIterations * 3 * kCompute, 1e-3);
  for (const auto& [time, node, done] : run.iterations)
    EXPECT_NEAR(done.compute.seconds,
                kCompute * (node.rank <= 3 ? 2 : 1) * (2 <= node.rank && node.rank <= 5 ? 1.5 : 1),
                1e-9);
}

TEST(Heterogeneity, WorkersOfAHostTakeTurnsAtItsCores) {
  for (const auto& [cores, rounds] : {std::pair{1u, 4}, {2u, 2}, {3u, 2}, {4u, 1}}) {
    RunSpec spec = scenario(8);
    GroupSpec packed = group({Role::kWorker, 0, 7});
    packed.nodes_per_host = 4;
    packed.cores = cores;
    spec.cluster.groups = {packed};
    EXPECT_NEAR(duration(simulate(spec)), kIterations * rounds * kCompute, 1e-3)
        << cores << " cores";
  }
}

TEST(Heterogeneity, AServerOnAWorkersHostWaitsForTheCore) {
  RunSpec spec = scenario(1);
  spec.costs.message_flops = 0.1 * spec.cluster.host.flops;
  GroupSpec worker = group({Role::kWorker, 0, 1}), server = group({Role::kServer, 0, 0});
  worker.host = server.host = "shared";
  spec.cluster.groups = {worker, server};
  // One worker: push, pull and computation follow each other on whatever cores there are.
  EXPECT_NEAR(duration(simulate(spec)), kIterations * (kCompute + 0.2), 1e-3);
  // Two: the core is never idle, as one computes or is served while the other is.
  spec.cluster.workers = 2;
  spec.consistency.model = ConsistencyModel::kAsync;
  EXPECT_NEAR(duration(simulate(spec)), kIterations * 2 * (kCompute + 0.2), 1e-3);
}

// In proportion to their speeds, all end together: after all the work over all the speed.
TEST(BatchesBySpeed, EndTogether) {
  RunSpec spec = scenario(8);
  spec.cluster.groups = {slow_workers(spec, 0, 3)};
  spec.job.batch = 120;
  spec.job.batch_by_speed = true;
  const Simulated run = simulate(spec);
  EXPECT_NEAR(duration(run), kIterations * kCompute * 8 / (4 + 4 * 0.5), 1e-3);
  for (const auto& [time, node, done] : run.iterations) {
    EXPECT_EQ(done.examples, node.rank < 4 ? 80u : 160u);
    EXPECT_NEAR(done.wait.seconds, 0, 1e-4);
  }
}

// The mean of all examples' gradients is the same, whoever has how many.
TEST(BatchesBySpeed, WeighExamplesTheSame) {
  RunSpec spec = scenario(6);
  spec.job.batch = 60;
  spec.job.optimizer.learning_rate = 0.1;
  const auto final_weight = [](const RunSpec& run) {
    return simulate(std::make_shared<const Job>(run, Dataset{}, Dataset{}, quadratic(1)))
        .evaluations.back()
        .record.metric;
  };
  const double equal = final_weight(spec);
  spec.cluster.groups = {slow_workers(spec, 1, 2)};
  EXPECT_NEAR(final_weight(spec), equal, 1e-9) << "slow workers compute the same";
  spec.job.batch_by_speed = true;
  EXPECT_NEAR(final_weight(spec), equal, 1e-6);
}

}  // namespace
}  // namespace psgrid::testing
