#include "model/worker.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/scripted_context.hpp"

namespace psgrid {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::counting_job;
using testing::counting_run;
using testing::Effects;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedNode;
using testing::view_of;

// Worker 0 of two, over one server with two keys. Its program is mini_batch_sgd.
class WorkerTest : public ::testing::Test {
 protected:
  void make(RunSpec spec) {
    job_ = counting_job(std::move(spec), 2);
    worker_.emplace(job_, worker_id(0));
  }
  void make(const ConsistencySpec& consistency = {}, std::uint32_t iterations = 10) {
    make(counting_run(2, 1, iterations, consistency));
  }
  void make_patient(double timeout) {
    RunSpec spec = counting_run(2, 1, 10);
    spec.client.retry.timeout = {timeout};
    make(spec);
  }

  Effects welcome() { return worker_->receive(manager_id(0), Welcome{view_of(*job_)}); }
  Effects start() {
    worker_->start();
    return welcome();
  }
  Effects reply(std::uint64_t pull, Clock slowest = {}, Duration held = {}) {
    return worker_->receive(
        server_id(0), PullReply{.since = {1},
                                .request = {pull},
                                .version = 1,
                                .slowest = slowest,
                                .held = held,
                                .sections = {{Namespace{0}, KeySet::range(0, 2), Values({0, 0})}}});
  }
  Effects acknowledge(std::uint64_t push) {
    return worker_->receive(server_id(0), PushAck{0, {push}});
  }
  static std::string pull(int number, int iteration, int own) {
    return "to server[0]: pull " + std::to_string(number) +
           " of the only shard epoch 1 iteration " + std::to_string(iteration) + " own " +
           std::to_string(own) + " sections(0:{0-2})";
  }
  static std::string push(int number, int iteration, const std::string& read) {
    return "to server[0]: push " + std::to_string(number) + " epoch 1 iteration " +
           std::to_string(iteration) + " read " + read + " sections(0:{0-2}=1,1) ticks(0:0-" +
           std::to_string(~0ull) + "=" + std::to_string(iteration + 1) + ")";
  }

  std::shared_ptr<const Job> job_;
  std::optional<ScriptedNode> worker_;
};

TEST_F(WorkerTest, JoinsPullsComputesPushesAndTicks) {
  make();
  EXPECT_EQ(worker_->start(), Effects{"to manager[0]: join 0"});
  EXPECT_EQ(welcome(), Effects{pull(1, 0, 0)});
  EXPECT_EQ(reply(1), Effects{"compute 1: gradient 2e+10"});  // 1 s at 20 Gflop/s
  worker_->advance_to(1);
  EXPECT_EQ(worker_->finish(1),
            (Effects{push(1, 0, "1@0"), "iteration 0 compute 1 wait 0 pull 0 push 0 staleness 0",
                     pull(2, 1, 1)}));
  EXPECT_EQ(acknowledge(1), Effects{"to manager[0]: progress 1 examples 1"});
}

TEST_F(WorkerTest, TellsTimeHeldByTheGateFromTimeOnTheWay) {
  make();
  start();
  worker_->advance_to(5);
  reply(1, {}, {3});
  worker_->advance_to(6);
  EXPECT_EQ(worker_->finish(1)[1], "iteration 0 compute 1 wait 3 pull 2 push 0 staleness 0");
}

TEST_F(WorkerTest, CountsStalenessFromWhatItRead) {
  make({.model = ConsistencyModel::kSsp, .staleness = 3});
  start();
  reply(1);
  worker_->finish(1);
  reply(2, {0});
  EXPECT_EQ(worker_->finish(2)[1], "iteration 1 compute 0 wait 0 pull 0 push 0 staleness 1");
  reply(3, {7});  // others are ahead: not stale
  EXPECT_EQ(worker_->finish(3)[1], "iteration 2 compute 0 wait 0 pull 0 push 0 staleness 0");
}

TEST_F(WorkerTest, PrefetchesAsFarAsItsDelayAllows) {
  make({.model = ConsistencyModel::kBoundedDelay, .delay = 2});
  EXPECT_EQ(start(), (Effects{pull(1, 0, 0), pull(2, 1, 0), pull(3, 2, 0)}));
  EXPECT_EQ(reply(2), Effects{});  // not its turn
  EXPECT_EQ(reply(1), Effects{"compute 1: gradient 2e+10"});
  EXPECT_EQ(worker_->finish(1),  // goes on with what has come already
            (Effects{push(1, 0, "1@0"), "iteration 0 compute 0 wait 0 pull 0 push 0 staleness 0",
                     pull(4, 3, 1), "compute 2: gradient 2e+10"}));
}

TEST_F(WorkerTest, WaitsWhileTooManyClocksAreUnacknowledged) {
  RunSpec spec = counting_run(2, 1, 10, {.model = ConsistencyModel::kAsync});
  spec.client.outstanding_pushes = 1;
  make(spec);
  start();
  reply(1);
  worker_->finish(1);
  reply(2);
  EXPECT_EQ(worker_->finish(2), Effects{push(2, 1, "1@0")});  // and no pull
  worker_->advance_to(4);
  EXPECT_EQ(acknowledge(1),
            (Effects{"to manager[0]: progress 1 examples 1",
                     "iteration 1 compute 0 wait 0 pull 0 push 4 staleness 1", pull(3, 2, 2)}));
}

TEST_F(WorkerTest, EndsAfterItsLastIteration) {
  make({.model = ConsistencyModel::kAsync}, 1);
  start();
  reply(1);
  EXPECT_EQ(worker_->finish(1),
            (Effects{push(1, 0, "1@0"), "iteration 0 compute 0 wait 0 pull 0 push 0 staleness 0"}));
  EXPECT_EQ(acknowledge(1), Effects{"to manager[0]: progress 1 examples 1"});
  EXPECT_EQ(acknowledge(1), Effects{});
}

TEST_F(WorkerTest, DoesNothingOnceStopped) {
  make();
  start();
  reply(1);
  EXPECT_EQ(worker_->receive(manager_id(0), Stop{}), Effects{});
  EXPECT_EQ(worker_->finish(1), Effects{});
  EXPECT_EQ(reply(2), Effects{});
  EXPECT_EQ(acknowledge(1), Effects{});
  EXPECT_EQ(worker_->receive(manager_id(0), Stop{}), Effects{});
}

TEST_F(WorkerTest, MayBeStoppedBeforeItHasBegun) {
  make();
  worker_->start();
  EXPECT_EQ(worker_->receive(manager_id(0), Stop{}), Effects{});
  EXPECT_EQ(welcome(), Effects{});
}

TEST_F(WorkerTest, IsWelcomedOnce) {
  make();
  start();
  EXPECT_EQ(welcome(), Effects{});
}

TEST_F(WorkerTest, CanBeDestroyedInTheMiddleOfAComputation) {
  make();
  start();
  reply(1);
  worker_.reset();
}

// --- where messages may be lost -----------------------------------------------------------------

TEST_F(WorkerTest, RepeatsItsJoinUntilWelcomed) {
  make_patient(0.5);
  EXPECT_EQ(worker_->start(), (Effects{"to manager[0]: join 0", "timer 1 in 0.5"}));
  EXPECT_EQ(worker_->advance_to(0.5), (Effects{"to manager[0]: join 0", "timer 2 in 0.5"}));
  welcome();
  worker_->receive(manager_id(0), Stop{});
  EXPECT_EQ(worker_->advance_to(9), Effects{});
}

TEST_F(WorkerTest, RepeatsItsProgressUntilStopped) {
  make_patient(0.5);
  start();
  reply(1);
  worker_->finish(1);
  EXPECT_EQ(acknowledge(1), Effects{"to manager[0]: progress 1 examples 1"});
  Effects effects = worker_->advance_to(1);
  EXPECT_EQ(std::count(effects.begin(), effects.end(), "to manager[0]: progress 1 examples 1"), 2);
  worker_->receive(manager_id(0), Stop{});
  EXPECT_EQ(worker_->advance_to(100), Effects{});
}

TEST_F(WorkerTest, PassesItsTurnUntilTheNextHasHeardOfIt) {
  RunSpec spec = counting_run(2, 1, 10, {.model = ConsistencyModel::kRoundRobin});
  spec.client.retry.timeout = {0.5};
  make(spec);
  start();
  EXPECT_THAT(reply(1), Contains("to worker[1]: turn 1"));
  EXPECT_THAT(worker_->advance_to(1.2), Contains("to worker[1]: turn 1").Times(2));
  worker_->receive(worker_id(1), Turn{1, true});
  EXPECT_THAT(worker_->advance_to(9), Not(Contains("to worker[1]: turn 1")));
}

TEST_F(WorkerTest, TakesATurnOnceThoughItIsToldTwice) {
  RunSpec spec = counting_run(2, 1, 10, {.model = ConsistencyModel::kRoundRobin});
  spec.client.retry.timeout = {0.5};
  make(spec);
  start();
  reply(1);
  worker_->finish(1);
  EXPECT_THAT(worker_->receive(worker_id(1), Turn{2}),
              AllOf(Contains("to worker[1]: turn 2 heard"), Contains(HasSubstr(": push 1"))));
  acknowledge(1);
  EXPECT_THAT(reply(2), Contains("to worker[1]: turn 3"));
  worker_->finish(2);
  EXPECT_EQ(worker_->receive(worker_id(1), Turn{2}), Effects{"to worker[1]: turn 2 heard"});
}

TEST_F(WorkerTest, DoesNotReportProgressThatItHasNotMade) {
  make_patient(0.5);
  start();
  for (const std::string& effect : worker_->advance_to(2))
    EXPECT_FALSE(effect.starts_with("to manager")) << effect;
}

}  // namespace
}  // namespace psgrid
