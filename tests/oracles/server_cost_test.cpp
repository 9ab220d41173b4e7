// Servers as queues: what applying, serving and handling messages costs, on a free network.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/free_network.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr double kFlops = 1e9;
constexpr std::uint64_t kParameters = 1000;

// Seconds of a whole push and a whole pull at one server, and of any message.
struct Cost {
  double apply = 0, serve = 0, message = 0;
};

RunSpec scenario(std::uint32_t workers, std::uint32_t servers, const Cost& cost, double compute_s,
                 std::uint32_t iterations) {
  RunSpec spec = timing_scenario(workers, servers, kParameters, compute_s, iterations);
  make_network_free(spec.cluster);
  spec.cluster.host.flops = kFlops;
  spec.costs = {.apply_flops_per_value = cost.apply * kFlops / kParameters,
                .serve_flops_per_value = cost.serve * kFlops / kParameters,
                .message_flops = cost.message * kFlops};
  return spec;
}

// Updates per second at each server when nobody waits.
double async_rate(RunSpec spec) {
  constexpr double kSeconds = 4;
  spec.job.stop = {.iterations = {}, .target_loss = {}, .time = Duration{kSeconds}};
  spec.consistency.model = ConsistencyModel::kAsync;
  const Simulated run = simulate_fast(spec);
  return static_cast<double>(run.applied.size()) / spec.cluster.servers / kSeconds;
}

// Seconds from barrier to barrier, once the first is over.
double barrier_interval(const RunSpec& spec) {
  const Simulated run = simulate(spec);
  double first = 0, last = 0;
  for (const auto& [time, node, done] : run.iterations) {
    if (done.iteration == Clock{0}) first = std::max(first, done.end.seconds);
    last = std::max(last, done.end.seconds);
  }
  return (last - first) / (*spec.job.stop.iterations - 1);
}

constexpr Cost kCosts{.apply = 2e-3, .serve = 1e-3, .message = 0.5e-3};

TEST(ServerCost, BoundsTheRateOfABusyServer) {
  const double expected = 1 / (kCosts.apply + kCosts.serve + 2 * kCosts.message);
  EXPECT_NEAR(async_rate(scenario(16, 1, kCosts, 1e-3, 1)), expected, 0.01 * expected);
}

TEST(ServerCost, IsSharedByServersExceptWhatEachMessageCosts) {
  const double expected = 1 / ((kCosts.apply + kCosts.serve) / 4 + 2 * kCosts.message);
  EXPECT_NEAR(async_rate(scenario(16, 4, kCosts, 1e-3, 1)), expected, 0.01 * expected);
}

TEST(ServerCost, IsSharedByCores) {
  RunSpec spec = scenario(32, 1, kCosts, 1e-3, 1);
  spec.cluster.groups = {{.nodes = {{Role::kServer, 0, 0}},
                          .flops = {},
                          .cores = 4,
                          .bandwidth = {},
                          .latency = {},
                          .host = {},
                          .nodes_per_host = {}}};
  const double expected = 4 / (kCosts.apply + kCosts.serve + 2 * kCosts.message);
  EXPECT_NEAR(async_rate(spec), expected, 0.01 * expected);
}

TEST(ServerCost, IsDividedByTheServersSpeed) {
  RunSpec spec = scenario(32, 1, kCosts, 1e-3, 1);
  spec.cluster.groups = {{.nodes = {{Role::kServer, 0, 0}},
                          .flops = 3 * kFlops,
                          .cores = {},
                          .bandwidth = {},
                          .latency = {},
                          .host = {},
                          .nodes_per_host = {}}};
  const double expected = 3 / (kCosts.apply + kCosts.serve + 2 * kCosts.message);
  EXPECT_NEAR(async_rate(spec), expected, 0.01 * expected);
}

TEST(ServerCost, OfMessagesAloneBoundsTheRate) {
  EXPECT_NEAR(async_rate(scenario(16, 1, {.apply = 0, .serve = 0, .message = 1e-3}, 1e-3, 1)), 500,
              5);
}

TEST(ServerCost, DoesNotBoundTheRateOfAnIdleServer) {
  // A worker alone waits for its own push to be applied, then for its pull to be served.
  const double expected = 1 / (20e-3 + kCosts.apply + kCosts.serve + 2 * kCosts.message);
  EXPECT_NEAR(async_rate(scenario(1, 1, kCosts, 20e-3, 1)), expected, 0.02 * expected);
}

// Under BSP pulls leave the server one by one, and the pushes return in the same rhythm: a
// pipeline of two stages with the computation between them.
TEST(ServerCost, AddsUpAtABarrier) {
  constexpr std::uint32_t kWorkers = 10;
  constexpr double kCompute = 0.1;
  for (const Cost& cost : {kCosts, Cost{.apply = 1e-3, .serve = 3e-3, .message = 0},
                           Cost{.apply = 1e-3, .serve = 0, .message = 0}}) {
    const double pull = cost.serve + cost.message, push = cost.apply + cost.message;
    const double expected = pull + kCompute + push + (kWorkers - 1) * std::max(pull, push);
    EXPECT_NEAR(barrier_interval(scenario(kWorkers, 1, cost, kCompute, 20)), expected,
                1e-3 * expected);
  }
}

TEST(ServerCost, IsCountedAsBusyTime) {
  const Simulated run = simulate(scenario(4, 2, kCosts, 0.05, 25));
  for (const NodeTotals& totals : run.totals) {
    if (totals.node.role != Role::kServer) continue;
    const double expected = 4 * 25 * ((kCosts.apply + kCosts.serve) / 2 + 2 * kCosts.message);
    EXPECT_NEAR(totals.busy.seconds, expected, 1e-6);
  }
}

}  // namespace
}  // namespace psgrid::testing
