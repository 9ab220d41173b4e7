#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/fault_at.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/staleness_models.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 4, kServers = 3, kIterations = 60;

RunSpec replicated(const ConsistencySpec& consistency, std::uint32_t factor) {
  return failing_counting_run(kWorkers, kServers, kIterations, consistency, factor);
}

// Every weight counts the gradients that were applied to it.
void expect_every_gradient_once(const RunSpec& spec) {
  const Simulated outcome = simulate(counting_job(spec, 8));
  ASSERT_TRUE(outcome.job_finished);
  EXPECT_EQ(outcome.evaluations.back().record.loss, kWorkers * kIterations) << "the smallest count";
  EXPECT_EQ(outcome.evaluations.back().record.metric, kWorkers * kIterations) << "the largest";
}

TEST(Failover, NothingIsLostWhenAServerCrashes) {
  for (const ConsistencySpec& model : staleness_models())
    for (std::uint32_t server = 0; server < kServers; ++server) {
      RunSpec spec = replicated(model, 2);
      spec.faults = {fault_at(0.5, FaultKind::kCrash, server_id(server))};
      expect_every_gradient_once(spec);
    }
}

// Back before it is missed, it goes on with what it had.
TEST(Failover, AServerThatReturnsWithItsMemoryNeedsNoCopy) {
  std::ptrdiff_t with_memory = 0, without = 0;
  for (const ConsistencySpec& model : staleness_models()) {
    RunSpec spec = replicated(model, 3);
    spec.faults = {fault_at(0.3, FaultKind::kCrash, server_id(1)),
                   fault_at(0.301, FaultKind::kRestart, server_id(1))};
    const auto sent = [](const Simulated& outcome, const char* type) {
      return std::count_if(outcome.messages.begin(), outcome.messages.end(),
                           [&](const MessageTrace& message) { return message.type == type; });
    };
    spec.faults.back().memory_kept = true;
    const Simulated outcome = simulate(counting_job(spec, 64));
    ASSERT_TRUE(outcome.job_finished);
    EXPECT_EQ(outcome.evaluations.back().record.loss, kWorkers * kIterations);
    with_memory += sent(outcome, "state_piece");
    spec.faults.back().memory_kept = false;
    without += sent(simulate(counting_job(spec, 64)), "state_piece");
  }
  EXPECT_EQ(with_memory, 0);
  EXPECT_GE(without, 3 * 5) << "of each shard and model";
}

// What it is told when it is back may be lost, and the head's log be shorter by the time that it
// asks again.
TEST(Failover, AServerWithItsMemoryIsBackThoughMessagesAreLost) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    RunSpec spec =
        failing_counting_run(kWorkers, kServers, 200, {.model = ConsistencyModel::kAsync}, 2);
    spec.seed = seed;
    spec.job.stop.time = Duration{60};
    spec.faults = {fault_at(0.3, FaultKind::kCrash, server_id(1)),
                   fault_at(0.7, FaultKind::kRestart, server_id(1)),
                   fault_at(0.7, FaultKind::kLink, server_id(1))};
    spec.faults[1].memory_kept = true;
    spec.faults[2].until = 1.1;
    spec.faults[2].both_ways = true;
    spec.faults[2].to = {{Role::kServer, 0, kServers - 1}};
    spec.faults[2].link.loss = 0.5;
    const Simulated outcome = simulate(counting_job(spec, 8));
    EXPECT_TRUE(outcome.job_finished);
    EXPECT_EQ(outcome.reason, StopReason::kIterations) << "seed " << seed;
  }
}

TEST(Failover, NothingIsLostWhenAServerCrashesAndReturns) {
  for (const ConsistencySpec& model : staleness_models())
    for (std::uint32_t factor : {2, 3}) {
      RunSpec spec = replicated(model, factor);
      spec.faults = {fault_at(0.3, FaultKind::kCrash, server_id(1)),
                     fault_at(0.6, FaultKind::kRestart, server_id(1)),
                     fault_at(0.9, FaultKind::kCrash, server_id(2)),
                     fault_at(0.95, FaultKind::kRestart, server_id(2))};
      expect_every_gradient_once(spec);
    }
}

// Server 1 crashes and returns.
RunSpec one_returns(const ConsistencySpec& model, std::uint32_t factor) {
  RunSpec spec = replicated(model, factor);
  spec.audited = true;
  spec.faults = {fault_at(0.3, FaultKind::kCrash, server_id(1)),
                 fault_at(0.5, FaultKind::kRestart, server_id(1))};
  return spec;
}

std::vector<Chain> chains_of(const ViewInstalled& view) {
  std::vector<Chain> chains = view.chains;
  for (Chain& chain : chains) chain.since = {};
  return chains;
}

TEST(Failover, AServerThatReturnsTakesItsOldPlaces) {
  for (const ConsistencySpec& model : staleness_models())
    for (std::uint32_t factor : {2, 3})
      for (std::uint32_t managers : {1, 3}) {
        RunSpec spec = one_returns(model, factor);
        spec.cluster.managers = managers;
        const Simulated outcome = simulate(counting_job(spec, 8));
        ASSERT_TRUE(outcome.job_finished);
        const ViewInstalled& first = outcome.views.front().record;
        const ViewInstalled& last = std::max_element(outcome.views.begin(), outcome.views.end(),
                                                     [](const auto& a, const auto& b) {
                                                       return a.record.epoch < b.record.epoch;
                                                     })
                                        ->record;
        EXPECT_GT(last.epoch, first.epoch);
        EXPECT_EQ(chains_of(last), chains_of(first)) << "each server is the head of one";
        EXPECT_EQ(outcome.evaluations.back().record.loss, kWorkers * kIterations);
        EXPECT_EQ(outcome.evaluations.back().record.metric, kWorkers * kIterations);
      }
}

// When the heads of the chains that are out of order hear that they are to close them.
std::vector<Time> closed(const Simulated& outcome) {
  std::vector<Time> times;
  for (const MessageTrace& message : outcome.messages)
    if (message.type == "close_chain") times.push_back(message.delivered);
  return times;
}

TEST(Failover, ChainsAreClosedForMuchLessThanAHeartbeat) {
  const RunSpec spec = one_returns({}, 3);
  const Simulated outcome = simulate(counting_job(spec, 8));
  const std::vector<Time> times = closed(outcome);
  ASSERT_FALSE(times.empty());
  for (Time time : times) {
    const auto opened = std::find_if(outcome.views.begin(), outcome.views.end(),
                                     [&](const auto& view) { return view.time > time; });
    ASSERT_NE(opened, outcome.views.end());
    EXPECT_LT(opened->time - time, spec.detection.heartbeat * 0.1);
  }
}

// Each server in turn, at any moment until its chains are in order again.
TEST(Failover, NothingIsLostWhenAServerCrashesWhileChainsAreClosed) {
  for (const ConsistencySpec& model : staleness_models()) {
    const RunSpec spec = one_returns(model, 3);
    const Time time = closed(simulate(counting_job(spec, 8))).front();
    for (std::uint32_t server = 0; server < kServers; ++server)
      for (double after : {-0.00006, 0.00001, 0.00006, 0.00011, 0.00016, 0.00021, 0.00031}) {
        RunSpec crashing = spec;
        const double crash = time.seconds + after;
        crashing.faults.push_back(fault_at(crash, FaultKind::kCrash, server_id(server)));
        crashing.faults.push_back(fault_at(crash + 0.3, FaultKind::kRestart, server_id(server)));
        expect_every_gradient_once(crashing);
      }
  }
}

// The head of a chain that is closed hears of no other until another manager leads.
TEST(Failover, NothingIsLostWhenTheLeaderCrashesWhileChainsAreClosed) {
  for (const ConsistencySpec& model : staleness_models()) {
    RunSpec spec = one_returns(model, 2);
    spec.cluster.managers = 3;
    const Time time = closed(simulate(counting_job(spec, 8))).front();
    for (double after : {0.00001, 0.00006, 0.00011, 0.00016, 0.00021}) {
      RunSpec crashing = spec;
      crashing.faults.push_back(fault_at(time.seconds + after, FaultKind::kCrash, manager_id(0)));
      expect_every_gradient_once(crashing);
    }
  }
}

TEST(Failover, NothingIsLostWhenSumsAreReplicated) {
  for (const ConsistencySpec& model : staleness_models()) {
    RunSpec spec = replicated(model, 3);
    spec.replication.after_aggregation = true;
    spec.faults = {fault_at(0.3, FaultKind::kCrash, server_id(1)),
                   fault_at(0.6, FaultKind::kRestart, server_id(1))};
    expect_every_gradient_once(spec);
  }
}

// Three managers, the leading one of which crashes, alone or while a server is being replaced.
TEST(Failover, AnotherManagerTakesOver) {
  for (const ConsistencySpec& model : staleness_models())
    for (double server_crash : {0.2, 0.39, 0.41, 0.7}) {
      RunSpec spec = replicated(model, 2);
      spec.cluster.managers = 3;
      spec.faults = {fault_at(0.4, FaultKind::kCrash, manager_id(0)),
                     fault_at(server_crash, FaultKind::kCrash, server_id(1)),
                     fault_at(0.9, FaultKind::kRestart, server_id(1))};
      std::sort(spec.faults.begin(), spec.faults.end(),
                [](const FaultSpec& a, const FaultSpec& b) { return a.at < b.at; });
      expect_every_gradient_once(spec);
    }
}

// All leases have ended with that of the old leader: the new one waits for answers only.
TEST(Failover, AServerLostWithTheLeaderIsNoticedWithoutASecondLease) {
  RunSpec spec = replicated({.model = ConsistencyModel::kSsp, .staleness = 2}, 2);
  spec.cluster.managers = 3;
  spec.faults = {fault_at(0.4, FaultKind::kCrash, manager_id(0)),
                 fault_at(0.4, FaultKind::kCrash, server_id(1))};
  const Simulated outcome = simulate(counting_job(spec, 8));
  ASSERT_TRUE(outcome.job_finished);
  const auto lost = std::find_if(outcome.events.begin(), outcome.events.end(),
                                 [](const auto& event) { return event.record.name == "lost"; });
  ASSERT_NE(lost, outcome.events.end());
  EXPECT_EQ(lost->record.detail, "server[1]");
  const DetectionSpec& detection = spec.detection;
  EXPECT_LT(lost->time.seconds,
            0.4 + detection.lease.seconds + 3.2 * detection.heartbeat.seconds + 0.005);
}

// One that stands still between the votes and the first answer to them finds that out.
TEST(Failover, AManagerThatWasElectedLongAgoLeadsNoMore) {
  for (double at = 0.5; at < 0.56; at += 0.002) {
    RunSpec spec = replicated({}, 2);
    spec.cluster.managers = 3;
    spec.cluster.network.latency = 0.005;
    spec.faults = {fault_at(0.4, FaultKind::kPause, manager_id(0)),
                   fault_at(at, FaultKind::kPause, manager_id(1)),
                   fault_at(0.8, FaultKind::kCrash, server_id(1))};
    spec.faults[0].until = 0.7;
    spec.faults[1].until = 1.3;
    const Simulated outcome = simulate(counting_job(spec, 8));
    ASSERT_TRUE(outcome.job_finished);
    std::uint32_t newest = 0;
    for (const auto& each : outcome.events) {
      const std::string& detail = each.record.detail;
      const auto place = detail.find("epoch ");
      if (each.node.role != Role::kManager || place == std::string::npos) continue;
      const auto epoch = static_cast<std::uint32_t>(std::stoul(detail.substr(place + 6)));
      const bool leads = each.record.name == "leader";
      EXPECT_TRUE(!leads || epoch >= newest) << to_string(each.node) << ", paused at " << at;
      newest = std::max(newest, epoch);
    }
    EXPECT_GT(newest, 1u) << "the others replaced a server meanwhile";
  }
}

TEST(Failover, ManagersMayComeAndGoOneAfterTheOther) {
  RunSpec spec = replicated({.model = ConsistencyModel::kSsp, .staleness = 2}, 2);
  spec.cluster.managers = 3;
  spec.faults = {fault_at(0.3, FaultKind::kCrash, manager_id(0)),
                 fault_at(0.5, FaultKind::kRestart, manager_id(0)),
                 fault_at(0.8, FaultKind::kCrash, manager_id(1)),
                 fault_at(1.0, FaultKind::kRestart, manager_id(1)),
                 fault_at(1.3, FaultKind::kCrash, manager_id(2))};
  expect_every_gradient_once(spec);
}

// It hears what came meanwhile before it judges who is gone.
TEST(Failover, AManagerThatStoodStillTakesNobodyForGone) {
  for (double pause : {0.05, 0.11, 0.2, 0.31})
    for (double at : {0.4, 0.405, 0.41, 0.415}) {
      RunSpec spec = replicated({.model = ConsistencyModel::kSsp, .staleness = 2}, 2);
      spec.worker_loss = WorkerLoss::kGoOn;
      spec.faults = {fault_at(at, FaultKind::kPause, manager_id(0))};
      spec.faults.back().until = at + pause;
      const Simulated outcome = simulate(counting_job(spec, 8));
      ASSERT_TRUE(outcome.job_finished);
      for (const auto& event : outcome.events)
        EXPECT_NE(event.record.name, "lost") << event.record.detail << ", paused at " << at;
    }
}

// The head cannot hear that its entries are stable, though workers do.
TEST(Failover, ReplicasKeepNoMoreEntriesThanTheyMay) {
  RunSpec spec = replicated({.model = ConsistencyModel::kAsync}, 2);
  spec.audited = true;
  spec.faults = {fault_at(0.2, FaultKind::kLink, server_id(1))};
  spec.faults.back().to = {{Role::kServer, 0, 0}};
  spec.faults.back().until = 1.2;
  spec.faults.back().link.down = true;
  const Simulated outcome = simulate(counting_job(spec, 8));
  ASSERT_TRUE(outcome.job_finished);
  std::uint64_t most = 0;
  for (const auto& high : outcome.high_waters) {
    EXPECT_LE(high.record.reached, high.record.limit);
    most = std::max(most, high.record.reached);
  }
  EXPECT_GT(most, 40u) << "the link was down long enough to matter";
}

TEST(Failover, AJobGoesOnWithoutAWorker) {
  for (const ConsistencySpec& model : staleness_models())
    for (bool sums : {false, true}) {
      RunSpec spec = replicated(model, 2);
      spec.worker_loss = WorkerLoss::kGoOn;
      spec.replication.after_aggregation = sums;
      spec.faults = {fault_at(0.4, FaultKind::kCrash, worker_id(2))};
      const Simulated outcome = simulate(counting_job(spec, 8));
      ASSERT_TRUE(outcome.job_finished);
      EXPECT_LT(outcome.finished, Time{4});
    }
}

std::set<std::uint32_t> workers_after(const Simulated& outcome, Time time) {
  std::set<std::uint32_t> workers;
  for (const auto& each : outcome.iterations)
    if (each.time > time) workers.insert(each.node.rank);
  return workers;
}

// It stood still, or was started anew; and once more, and while another manager takes over.
TEST(Failover, AWorkerThatWasTakenForGoneComesBack) {
  constexpr std::uint32_t kLong = 150;
  for (const ConsistencySpec& model : staleness_models())
    for (bool sums : {false, true})
      for (bool crashes : {false, true})
        for (std::uint32_t managers : {1, 3}) {
          RunSpec spec = failing_counting_run(kWorkers, kServers, kLong, model, 2);
          spec.cluster.managers = managers;
          spec.worker_loss = WorkerLoss::kGoOn;
          spec.replication.after_aggregation = sums;
          for (double at : {0.4, 1.2}) {
            spec.faults.push_back(
                fault_at(at, crashes ? FaultKind::kCrash : FaultKind::kPause, worker_id(2)));
            spec.faults.back().until = at + 0.4;
            if (crashes)
              spec.faults.push_back(fault_at(at + 0.4, FaultKind::kRestart, worker_id(2)));
          }
          if (managers == 3)
            spec.faults.push_back(fault_at(1.61, FaultKind::kCrash, manager_id(0)));
          const Simulated outcome = simulate(counting_job(spec, 8));
          ASSERT_TRUE(outcome.job_finished);
          EXPECT_EQ(outcome.reason, StopReason::kIterations);
          EXPECT_EQ(workers_after(outcome, Time{2.2}), (std::set<std::uint32_t>{0, 1, 2, 3}))
              << "managers: " << managers << ", crashes: " << crashes << ", sums: " << sums;
          if (model.model != ConsistencyModel::kAsync || crashes) continue;
          EXPECT_EQ(outcome.evaluations.back().record.loss,
                    outcome.evaluations.back().record.metric);
        }
}

// Worker 2 stands still for so long, or hears nobody, that it is taken for gone, and is back at
// 0.8.
RunSpec one_is_missed(const ConsistencySpec& model, FaultKind how) {
  RunSpec spec = failing_counting_run(kWorkers, kServers, 100, model, 2);
  spec.job.stop.time = Duration{60};
  spec.worker_loss = WorkerLoss::kGoOn;
  spec.faults = {fault_at(0.4, how, worker_id(2))};
  spec.faults.back().until = 0.8;
  spec.faults.back().both_ways = spec.faults.back().link.down = how == FaultKind::kLink;
  return spec;
}

void expect_that_all_work(const RunSpec& spec) {
  const Simulated outcome = simulate(counting_job(spec, 8));
  ASSERT_TRUE(outcome.job_finished);
  EXPECT_EQ(outcome.reason, StopReason::kIterations);
  const auto is_loss = [](const auto& each) { return each.record.name == "lost"; };
  EXPECT_EQ(std::ranges::count_if(outcome.events, is_loss), 1);
  EXPECT_EQ(workers_after(outcome, Time{1.2}), (std::set<std::uint32_t>{0, 1, 2, 3}))
      << "until " << outcome.finished.seconds;
}

TEST(Failover, AWorkerThatWasCutOffComesBack) {
  for (const ConsistencySpec& model : staleness_models())
    expect_that_all_work(one_is_missed(model, FaultKind::kLink));
}

TEST(Failover, AWorkerOfAnyKindComesBack) {
  for (const ConsistencySpec& model : std::vector<ConsistencySpec>{
           {.model = ConsistencyModel::kKSync, .gradients = 2},
           {.model = ConsistencyModel::kKBatchAsync, .gradients = 2},
           {.model = ConsistencyModel::kBackupWorkers, .gradients = 3},
           {.model = ConsistencyModel::kDynamicSsp, .staleness = 1, .staleness_max = 4},
           {.model = ConsistencyModel::kSsp, .staleness = 2, .cache = true, .eager = true},
           {.model = ConsistencyModel::kBspThenAsync, .switch_at = 50},
           {.model = ConsistencyModel::kRoundRobin}}) {
    SCOPED_TRACE(static_cast<int>(model.model));
    expect_that_all_work(one_is_missed(model, FaultKind::kPause));
  }
}

TEST(Failover, AWorkerThatHelpsOthersComesBack) {
  for (FaultKind how : {FaultKind::kPause, FaultKind::kLink}) {
    RunSpec spec = one_is_missed({.model = ConsistencyModel::kSsp, .staleness = 2}, how);
    spec.job.batch = 8;
    spec.job.work_stealing = WorkStealingSpec{.pieces = 8, .partners = 3};
    expect_that_all_work(spec);
  }
}

// What it pushed before takes effect, or would, only after it is back.
TEST(Failover, AWorkerComesBackToServersThatHaveMuchToDo) {
  for (const ConsistencySpec& model : staleness_models())
    for (bool sums : {false, true}) {
      RunSpec spec = one_is_missed(model, FaultKind::kPause);
      spec.replication.after_aggregation = sums;
      spec.faults.back().until = 0.55;
      spec.costs.message_flops = 0.06 * spec.cluster.host.flops;
      spec.client.outstanding_pushes = 4;
      spec.job.stop.iterations = 40;
      expect_that_all_work(spec);
    }
}

// The others are beyond where it begins by the time that all managers know.
TEST(Failover, AWorkerComesBackWhileOthersHurryOn) {
  for (const ConsistencySpec& model : staleness_models())
    for (bool sums : {false, true}) {
      RunSpec spec = one_is_missed(model, FaultKind::kPause);
      spec.replication.after_aggregation = sums;
      spec.cluster.managers = 3;
      spec.job.compute.seconds = Duration{0.001};
      spec.job.stop.iterations = 1500;
      FaultSpec slow = fault_at(0, FaultKind::kLink, manager_id(0));
      slow.to = {{Role::kManager, 1, 2}};
      slow.both_ways = true;
      slow.link.delay = 0.015;
      spec.faults.push_back(slow);
      SCOPED_TRACE(::testing::Message()
                   << "model " << static_cast<int>(model.model) << ", sums: " << sums);
      expect_that_all_work(spec);
    }
}

// Where all wait for it, it is not expelled.
TEST(Failover, AWorkerThatIsWaitedForGoesOnWhereItWas) {
  for (const ConsistencySpec& model : staleness_models())
    for (FaultKind how : {FaultKind::kPause, FaultKind::kLink}) {
      RunSpec spec = one_is_missed(model, how);
      spec.job.stop.iterations = kIterations;
      spec.worker_loss = WorkerLoss::kWait;
      expect_every_gradient_once(spec);
    }
}

TEST(Failover, AWorkerThatReturnsGoesOnWhereItWas) {
  for (const ConsistencySpec& model : staleness_models()) {
    RunSpec spec = replicated(model, 2);
    spec.faults = {fault_at(0.4, FaultKind::kCrash, worker_id(2)),
                   fault_at(0.5, FaultKind::kRestart, worker_id(2))};
    expect_every_gradient_once(spec);
  }
}

TEST(Failover, AShardOfWhichNothingIsLeftEndsTheJob) {
  RunSpec spec = replicated({}, 2);
  spec.faults = {fault_at(0.4, FaultKind::kCrash, server_id(1)),
                 fault_at(0.4, FaultKind::kCrash, server_id(2)),
                 fault_at(0.8, FaultKind::kRestart, server_id(1)),
                 fault_at(0.8, FaultKind::kRestart, server_id(2))};
  const Simulated outcome = simulate(counting_job(spec, 8));
  ASSERT_TRUE(outcome.job_finished);
  EXPECT_EQ(outcome.reason, StopReason::kLost);
}

}  // namespace
}  // namespace psgrid::testing
