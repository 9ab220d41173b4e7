// Whole clusters of real processes on this machine.
#include "real/socket_run.hpp"

#include <chrono>
#include <csignal>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/fingerprint.hpp"
#include "tests/support/processes.hpp"
#include "tests/support/run_on_sockets.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

using real::SocketRunEnd;

struct Case {
  const char* name;
  LearnerType learner;
  std::uint32_t classes;
  double density;
  OptimizerType optimizer;

  friend void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }
};

class BspOnSockets : public ::testing::TestWithParam<Case> {};

TEST_P(BspOnSockets, EndsWhereTheSimulatorAndSerialTrainingEndWithTheSameBytes) {
  RunSpec spec = learning_scenario(GetParam().learner, 3, 2, 8);
  spec.job.optimizer.type = GetParam().optimizer;
  spec.job.compute.seconds = Duration{0.004};
  spec.stragglers.push_back(
      {.nodes = {{Role::kWorker, 0, 2}}, .model = StragglerModel::kExponential, .rate = 1});
  const auto data = [&](std::uint32_t rows, std::uint64_t seed) {
    return synthetic_data(rows, 20, GetParam().classes, GetParam().density, seed);
  };
  const Dataset train = data(200, 1), test = data(50, 2);
  const RanOnSockets run = run_on_sockets(spec, train, test);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  EXPECT_THAT(run.log, ::testing::IsEmpty());
  EXPECT_EQ(run.evaluations.back().record.fingerprint,
            fingerprint(train_serially(spec, train, test).tables));

  const Simulated simulated = simulate(spec, train, test);
  EXPECT_EQ(run.evaluations.back().record.loss, simulated.evaluations.back().record.loss);
  EXPECT_EQ(run.iterations.size(), simulated.iterations.size());
  ASSERT_EQ(run.totals.size(), simulated.totals.size());
  for (std::size_t node = 0; node < run.totals.size(); ++node) {
    EXPECT_EQ(run.totals[node].node, simulated.totals[node].node);
    EXPECT_EQ(run.totals[node].host, simulated.totals[node].host);
    EXPECT_EQ(run.totals[node].sent, simulated.totals[node].sent);
    EXPECT_EQ(run.totals[node].received, simulated.totals[node].received);
    EXPECT_EQ(run.totals[node].messages_sent, simulated.totals[node].messages_sent);
    EXPECT_EQ(run.totals[node].messages_received, simulated.totals[node].messages_received);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Learners, BspOnSockets,
    ::testing::Values(
        Case{"logistic", LearnerType::kLogisticRegression, 2, 1, OptimizerType::kSgd},
        Case{"logistic_sparse", LearnerType::kLogisticRegression, 2, 0.2, OptimizerType::kAdagrad},
        Case{"softmax", LearnerType::kSoftmaxRegression, 4, 1, OptimizerType::kMomentum},
        Case{"perceptron", LearnerType::kPerceptron, 3, 1, OptimizerType::kAdam}),
    [](const auto& instance) { return std::string(instance.param.name); });

RunSpec timing(std::uint32_t workers, std::uint32_t iterations) {
  RunSpec spec = timing_scenario(workers, 2, 1000, 0.002, iterations);
  return spec;
}

TEST(SocketRun, SeveralNodesShareAProcess) {
  RunSpec spec = timing(9, 5);
  spec.sockets.nodes_per_process = 4;
  EXPECT_EQ(real::Placement(spec).processes(), 1u + 1u + 3u);
  const RanOnSockets run = run_on_sockets(spec);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  EXPECT_EQ(run.iterations.size(), 9u * 5u);
}

TEST(SocketRun, RawNetworkAndComputeWorkToo) {
  RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, 3, 2, 20);
  spec.sockets.emulate_network = spec.sockets.emulate_compute = false;
  const Dataset train = synthetic_data(200, 20, 2, 1, 1), test = synthetic_data(50, 20, 2, 1, 2);
  const RanOnSockets run = run_on_sockets(spec, train, test);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  EXPECT_EQ(run.evaluations.back().record.fingerprint,
            fingerprint(train_serially(spec, train, test).tables));
}

TEST(SocketRun, TakesTheTimesOfTheScenario) {
  const RunSpec spec = timing_scenario(2, 1, 1000, 0.02, 10);
  const RanOnSockets run = run_on_sockets(spec);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  EXPECT_GE(run.finished.seconds, 0.2);  // never faster; how much slower is not for a test to say
  for (const auto& iteration : run.iterations) EXPECT_GE(iteration.record.compute.seconds, 0.0199);
}

RunSpec with_fault(RunSpec spec, FaultSpec fault) {
  spec.faults.push_back(std::move(fault));
  return spec;
}

std::vector<std::string> names(const RanOnSockets& run) {
  std::vector<std::string> names;
  for (const auto& event : run.events) names.push_back(event.record.name);
  return names;
}

TEST(SocketRun, APausedWorkerHoldsUpTheBarrier) {
  RunSpec spec = timing_scenario(2, 1, 1000, 0.01, 20);
  spec = with_fault(
      spec, {.at = 0.1, .kind = FaultKind::kPause, .nodes = {{Role::kWorker, 1, 1}}, .until = 0.5});
  const RanOnSockets run = run_on_sockets(spec);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  EXPECT_GE(run.finished.seconds, 0.55);
  EXPECT_THAT(names(run), ::testing::IsSupersetOf({"pause", "resume"}));
}

TEST(SocketRun, ACrashedWorkerThatIsStartedAnewCatchesUp) {
  RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, 3, 2, 30);
  spec.client.retry.timeout = {0.1};
  const NodeSelector victim = {{Role::kWorker, 1, 1}};
  spec = with_fault(spec, {.at = 0.1, .kind = FaultKind::kCrash, .nodes = victim});
  spec = with_fault(spec, {.at = 0.2, .kind = FaultKind::kRestart, .nodes = victim});
  const Dataset train = synthetic_data(200, 20, 2, 1, 1), test = synthetic_data(50, 20, 2, 1, 2);
  const RanOnSockets run = run_on_sockets(spec, train, test);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  EXPECT_THAT(names(run), ::testing::IsSupersetOf({"crash", "restart"}));
  EXPECT_EQ(run.totals[4].node, worker_id(1));
  EXPECT_EQ(run.totals[4].incarnations, 2u);
  EXPECT_EQ(run.evaluations.back().record.fingerprint,
            fingerprint(train_serially(spec, train, test).tables));
}

// The hub is told of what happens ten times a second; a process that is killed has no time for
// that.
TEST(SocketRun, NothingThatACrashedNodeRecordsIsLostIfItIsAudited) {
  constexpr std::uint32_t kIterations = 250, kCrashes = 3;
  RunSpec spec = timing_scenario(2, 1, 1000, 0.002, kIterations);
  spec.audited = true;
  spec.consistency.model = ConsistencyModel::kAsync;
  spec.client.retry.timeout = {0.1};
  const NodeSelector victim = {{Role::kWorker, 1, 1}};
  for (double at : {0.08, 0.23, 0.38}) {
    spec = with_fault(spec, {.at = at, .kind = FaultKind::kCrash, .nodes = victim});
    spec = with_fault(spec, {.at = at + 0.06, .kind = FaultKind::kRestart, .nodes = victim});
  }
  const RanOnSockets run = run_on_sockets(spec);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  std::vector<Time> crashes, restarts;
  for (const auto& event : run.events) {
    if (event.record.name == "crash") crashes.push_back(event.time);
    if (event.record.name == "restart") restarts.push_back(event.time);
  }
  ASSERT_EQ(crashes.size(), kCrashes);
  ASSERT_EQ(restarts.size(), kCrashes);
  std::set<std::uint32_t> done;
  for (const auto& iteration : run.iterations) {
    if (iteration.node != worker_id(1)) continue;
    done.insert(iteration.record.iteration.value);
    for (std::size_t i = 0; i < kCrashes; ++i)
      EXPECT_FALSE(crashes[i] < iteration.time && iteration.time < restarts[i]) << "while gone";
  }
  // One may have been pushed, and not over, when it crashed.
  EXPECT_GE(done.size(), kIterations - kCrashes);
}

TEST(SocketRun, AJobThatCannotEndIsEndedOnceNothingHappens) {
  RunSpec spec = timing_scenario(2, 1, 1000, 0.01, 20);
  spec = with_fault(spec, {.at = 0.1, .kind = FaultKind::kCrash, .nodes = {{Role::kWorker, 1, 1}}});
  const RanOnSockets run = run_on_sockets(spec);
  EXPECT_EQ(run.end, SocketRunEnd::kFailed);
  EXPECT_EQ(run.failure, "nothing was left to happen, but the job had not ended");
}

TEST(SocketRun, RetriesMakeUpForLostAndRepeatedMessagesAndBrokenConnections) {
  RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, 3, 2, 20);
  spec.client.retry.timeout = {0.05};
  FaultSpec link{.at = 0, .kind = FaultKind::kLink, .nodes = {{Role::kWorker, 0, 2}}};
  link.to = {{Role::kServer, 0, 1}};
  link.both_ways = true;
  link.link = {.loss = 0.1, .duplicate = 0.1, .reorder = 0.2};
  spec = with_fault(spec, link);
  for (double at : {0.1, 0.2, 0.3})
    spec = with_fault(spec, {.at = at,
                             .kind = FaultKind::kReset,
                             .nodes = link.nodes,
                             .to = link.to,
                             .both_ways = true});
  const Dataset train = synthetic_data(200, 20, 2, 1, 1), test = synthetic_data(50, 20, 2, 1, 2);
  const RanOnSockets run = run_on_sockets(spec, train, test);
  ASSERT_EQ(run.end, SocketRunEnd::kJobFinished) << run.failure;
  EXPECT_EQ(run.evaluations.back().record.fingerprint,
            fingerprint(train_serially(spec, train, test).tables));
}

// A process that is killed from outside ends the run with its name, and the rest with it.
TEST(SocketRun, SaysWhichProcessWasLost) {
  const RunSpec spec = timing_scenario(2, 1, 1000, 0.01, 100'000);
  Collector collector(false);
  real::SocketRunOptions options;
  int calls = 0;
  options.keep_going = [&](Time, std::uint64_t) {
    // The youngest child is the last process: worker[1].
    if (++calls == 20) {
      pid_t youngest = 0;
      for (pid_t pid : children_of(getpid())) youngest = std::max(youngest, pid);
      kill(youngest, SIGKILL);
    }
    return calls < 500;
  };
  real::SocketRun run(std::make_shared<const Job>(spec, Dataset{}, Dataset{}), collector, options);
  EXPECT_EQ(run.run(), SocketRunEnd::kFailed);
  EXPECT_EQ(run.failure(), "worker[1] was ended by signal 9 (Killed)");
}

// Orphans of a launcher that is killed would become children of this process.
TEST(SocketRun, NothingOutlivesALauncherThatIsKilled) {
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t launcher = fork();
  if (launcher == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Collector collector(false);
    real::SocketRunOptions options;
    int calls = 0;
    options.keep_going = [&](Time, std::uint64_t) {
      if (++calls == 10 && write(ready[1], "x", 1) != 1) _exit(1);
      return true;
    };
    const RunSpec spec = timing_scenario(4, 2, 1000, 0.01, 100'000);
    real::SocketRun(std::make_shared<const Job>(spec, Dataset{}, Dataset{}), collector, options)
        .run();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(children_of(launcher).size(), 7u);
  kill(launcher, SIGKILL);
  int reaped = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (reaped < 8 && std::chrono::steady_clock::now() < until) {
    if (waitpid(-1, nullptr, WNOHANG) > 0)
      ++reaped;
    else
      usleep(10'000);
  }
  EXPECT_EQ(reaped, 8);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace psgrid::testing
