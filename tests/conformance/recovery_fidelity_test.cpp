// Does the simulator foretell how long real clusters take to get over failures?
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/recoveries.hpp"
#include "tests/support/runtimes.hpp"

namespace psgrid::testing {
namespace {

constexpr ConsistencySpec kBsp = {.model = ConsistencyModel::kBsp};
constexpr ConsistencySpec kSsp = {.model = ConsistencyModel::kSsp, .staleness = 2};
constexpr ConsistencySpec kAsync = {.model = ConsistencyModel::kAsync};

enum class Measure {
  kAccepting,  // until all shards of all servers that crashed accept pushes
  kStandstill  // until all servers apply gradients again
};

struct Scenario {
  std::string name;
  ConsistencySpec consistency;
  std::uint32_t factor = 2, managers = 1;
  double lease = 0.4;
  struct Crash {
    NodeId node;
    double after = 0;                 // the first crash
    std::optional<double> down = {};  // until it is started anew
  };
  std::vector<Crash> crashes;
  Measure measure = Measure::kAccepting;
  bool sums = false;
  WorkerLoss worker_loss = WorkerLoss::kWait;

  friend void PrintTo(const Scenario& each, std::ostream* out) { *out << each.name; }
};

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  const auto add = [&](Scenario scenario) { all.push_back(std::move(scenario)); };
  add({.name = "BSP, a server", .consistency = kBsp, .crashes = {{server_id(1)}}});
  add({.name = "SSP, 3 replicas, a server, back after 0.2 s",
       .consistency = kSsp,
       .factor = 3,
       .crashes = {{server_id(2), 0, 0.2}}});
  add({.name = "async, the leading manager",
       .consistency = kAsync,
       .managers = 3,
       .crashes = {{manager_id(0)}},
       .measure = Measure::kStandstill});

  add({.name = "SSP, a server", .consistency = kSsp, .crashes = {{server_id(2)}}});
  add({.name = "async, a server", .consistency = kAsync, .crashes = {{server_id(0)}}});
  add({.name = "BSP of sums, a server",
       .consistency = kBsp,
       .crashes = {{server_id(1)}},
       .sums = true});
  add({.name = "BSP, 3 replicas, a server",
       .consistency = kBsp,
       .factor = 3,
       .crashes = {{server_id(3)}}});
  add({.name = "async, 3 replicas, 2 servers",
       .consistency = kAsync,
       .factor = 3,
       .crashes = {{server_id(1)}, {server_id(2)}}});
  add({.name = "SSP, 3 replicas, a server, then another",
       .consistency = kSsp,
       .factor = 3,
       .crashes = {{server_id(1)}, {server_id(2), 0.2}}});
  add({.name = "BSP, lease 0.2, a server",
       .consistency = kBsp,
       .lease = 0.2,
       .crashes = {{server_id(2)}}});
  add({.name = "async, lease 0.2, a server, back after 0.5 s",
       .consistency = kAsync,
       .lease = 0.2,
       .crashes = {{server_id(1), 0, 0.5}}});
  add({.name = "SSP, lease 0.2, 3 replicas, a server",
       .consistency = kSsp,
       .factor = 3,
       .lease = 0.2,
       .crashes = {{server_id(0)}}});
  add({.name = "SSP, the leading manager and a server",
       .consistency = kSsp,
       .managers = 3,
       .crashes = {{manager_id(0)}, {server_id(1), 0.05}}});
  add({.name = "BSP, a worker for good",
       .consistency = kBsp,
       .crashes = {{worker_id(3)}},
       .measure = Measure::kStandstill,
       .worker_loss = WorkerLoss::kGoOn});
  return all;
}

RunSpec run_of(const Scenario& scenario) {
  RunSpec spec = counting_run(4, 4, 60, scenario.consistency);
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.cluster.managers = scenario.managers;
  spec.job.compute.seconds = Duration{0.02};
  spec.job.evaluate_every = 10;
  spec.replication = {.factor = scenario.factor, .after_aggregation = scenario.sums};
  spec.detection = {.enabled = true, .heartbeat = {scenario.lease / 4}, .lease = {scenario.lease}};
  spec.client.retry.timeout = spec.detection.lease;
  spec.worker_loss = scenario.worker_loss;
  // Between two heartbeats, not where the least delay makes a difference of a whole one.
  const double first = 6.5 * spec.detection.heartbeat.seconds;
  for (const auto& [node, after, down] : scenario.crashes) {
    const NodeSelector nodes = {{node.role, node.rank, node.rank}};
    spec.faults.push_back({.at = first + after, .kind = FaultKind::kCrash, .nodes = nodes});
    if (down)
      spec.faults.push_back(
          {.at = first + after + *down, .kind = FaultKind::kRestart, .nodes = nodes});
  }
  return spec;
}

// From the last crash on, in seconds.
double recovery_time(const Scenario& scenario, Runtime runtime) {
  const RunSpec spec = run_of(scenario);
  const Outcome outcome = run_on(runtime, counting_job(spec, 64));
  EXPECT_TRUE(outcome.job_finished) << scenario.name << ": " << outcome.failure;
  Time crashed;
  for (const auto& event : outcome.events)
    if (event.record.name == "crash") crashed = std::max(crashed, event.time);
  if (scenario.measure == Measure::kStandstill) return standstill(outcome, crashed).seconds;
  double accepting = 0;
  for (const Recovery& recovery : recoveries(spec, outcome)) {
    EXPECT_TRUE(recovery.accepting()) << scenario.name;
    if (const auto after = recovery.accepting())
      accepting = std::max(accepting, (recovery.crashed + *after - crashed).seconds);
  }
  return accepting;
}

void expect_foretold(const std::vector<Scenario>& scenarios, std::size_t times, double error_max) {
  fmt::print("{:<52} {:>9} {:>9} {:>7}\n", "crash", "simulated", "real", "error");
  for (const Scenario& scenario : scenarios) {
    const double simulated = recovery_time(scenario, Runtime::kSimulator);
    std::vector<double> real;
    for (std::size_t i = 0; i < times; ++i)
      real.push_back(recovery_time(scenario, Runtime::kSockets));
    const double median = quantile(real, 0.5);
    const double error = (simulated - median) / median;
    fmt::print("{:<52} {:>7.3f} s {:>7.3f} s {:>5.1f} %\n", scenario.name, simulated, median,
               100 * error);
    EXPECT_GT(simulated, 0.05) << scenario.name;
    EXPECT_LE(std::abs(error), error_max) << scenario.name;
  }
}

TEST(RecoveryFidelity, OfThreeScenarios) {
  auto some = scenarios();
  some.resize(3);
  expect_foretold(some, 1, 0.3);
}

TEST(RecoveryFidelityLong, OfAllScenarios) { expect_foretold(scenarios(), 3, 0.2); }

}  // namespace
}  // namespace psgrid::testing
