#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "model/membership.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/fault_at.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/staleness_models.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 4, kServers = 4, kIterations = 60;

RunSpec elastic(const ConsistencySpec& consistency, std::uint32_t factor) {
  RunSpec spec = failing_counting_run(kWorkers, kServers, kIterations, consistency, factor);
  spec.partition.shards_per_server = 4;
  return spec;
}

std::size_t count(const Simulated& outcome, const std::string& event) {
  return static_cast<std::size_t>(
      std::count_if(outcome.events.begin(), outcome.events.end(),
                    [&](const auto& each) { return each.record.name == event; }));
}

// Every weight counts the gradients that were applied to it.
void expect_every_gradient_once(const Simulated& outcome) {
  ASSERT_TRUE(outcome.job_finished);
  EXPECT_EQ(outcome.evaluations.back().record.loss, kWorkers * kIterations) << "the smallest count";
  EXPECT_EQ(outcome.evaluations.back().record.metric, kWorkers * kIterations) << "the largest";
}

TEST(Elasticity, ServersJoinUnderLoad) {
  for (const ConsistencySpec& model : staleness_models())
    for (std::uint32_t factor : {1, 2}) {
      RunSpec spec = elastic(model, factor);
      spec.faults = {fault_at(0.4, FaultKind::kJoin, server_id(3)),
                     fault_at(0.5, FaultKind::kJoin, server_id(1))};
      const Simulated outcome = simulate(counting_job(spec, 64));
      expect_every_gradient_once(outcome);
      const auto holder =
          std::find_if(outcome.totals.begin(), outcome.totals.end(),
                       [](const NodeTotals& total) { return total.node == server_id(3); });
      EXPECT_GT(holder->received.count, 20'000u) << "it takes its part of the work";
    }
}

TEST(Elasticity, ServersLeaveUnderLoad) {
  for (const ConsistencySpec& model : staleness_models())
    for (std::uint32_t factor : {1, 2}) {
      RunSpec spec = elastic(model, factor);
      spec.faults = {fault_at(0.4, FaultKind::kLeave, server_id(2)),
                     fault_at(0.45, FaultKind::kLeave, server_id(0))};
      const Simulated outcome = simulate(counting_job(spec, 64));
      expect_every_gradient_once(outcome);
      EXPECT_GE(count(outcome, "left"), 2u);
    }
}

TEST(Elasticity, AServerJoinsWhileAnotherIsReplaced) {
  for (const ConsistencySpec& model : staleness_models()) {
    RunSpec spec = elastic(model, 2);
    spec.faults = {fault_at(0.3, FaultKind::kCrash, server_id(0)),
                   fault_at(0.4, FaultKind::kJoin, server_id(3)),
                   fault_at(0.7, FaultKind::kRestart, server_id(0))};
    expect_every_gradient_once(simulate(counting_job(spec, 64)));
  }
}

TEST(Elasticity, WorkersComeAndGo) {
  for (const ConsistencySpec& model : staleness_models())
    for (bool sums : {false, true}) {
      RunSpec spec = elastic(model, 2);
      spec.replication.after_aggregation = sums;
      spec.faults = {fault_at(0.3, FaultKind::kLeave, worker_id(0)),
                     fault_at(0.4, FaultKind::kJoin, worker_id(3))};
      spec.job.stop.time = Duration{20};
      const Simulated outcome = simulate(counting_job(spec, 64));
      ASSERT_TRUE(outcome.job_finished);
      EXPECT_LT(outcome.finished, Time{6});
      std::set<std::uint32_t> iterated;
      for (const auto& each : outcome.iterations)
        if (each.time > Time{1}) iterated.insert(each.node.rank);
      EXPECT_EQ(iterated, (std::set<std::uint32_t>{1, 2, 3}));
      if (sums || model.model != ConsistencyModel::kAsync) continue;
      EXPECT_EQ(outcome.evaluations.back().record.loss, outcome.evaluations.back().record.metric);
    }
}

// n -> n + 1 servers: the ideal is 1 in n + 1 shards.
TEST(Elasticity, AJoinMovesNoMoreThanItsShare) {
  for (std::uint32_t servers : {1, 2, 4, 7, 16})
    for (std::uint32_t shards_each : {4, 8}) {
      Membership membership({.factor = 1}, WorkerLoss::kWait);
      for (std::uint32_t rank = 0; rank < servers; ++rank) membership.hear(server_id(rank), {}, {});
      const View view(membership.first(1, {PartitionType::kRange, 1, shards_each},
                                       {{.keys = 1000, .width = 1}}));
      membership.hear(server_id(servers), {}, {});
      const std::vector<std::uint32_t> homes = membership.next_homes(view);
      std::size_t moved = 0;
      for (std::size_t shard = 0; shard < homes.size(); ++shard) {
        if (homes[shard] == view.description().homes[shard]) continue;
        EXPECT_EQ(homes[shard], servers) << "only to the one that joins";
        ++moved;
      }
      EXPECT_EQ(moved, servers * shards_each / (servers + 1)) << "its share, rounded down";
    }
}

}  // namespace
}  // namespace psgrid::testing
