#include "model/manager.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/scripted_context.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

using testing::counting_job;
using testing::counting_run;
using testing::Effects;
using testing::ScriptedNode;

const std::string kView = "epoch 1 workers 2 servers 0 range 64 tables 2x1 rows 0+0";

// The manager of two workers and a server with two keys.
class ManagerTest : public ::testing::Test {
 protected:
  ManagerTest() { make(counting_run(2, 1, 3)); }

  void make(RunSpec spec) { make(counting_job(std::move(spec), 2)); }
  void make(std::shared_ptr<const Job> job) {
    manager_.emplace(std::move(job), manager_id(0));
    started_ = manager_->start();
  }

  Effects join(NodeId node) { return manager_->receive(node, Join{}); }
  Effects join_all() {
    join(worker_id(1));
    join(server_id(0));
    return join(worker_id(0));
  }
  Effects progress(std::uint32_t worker, std::uint32_t clock) {
    return manager_->receive(worker_id(worker), Progress{{clock}, 5});
  }
  Effects snapshot(std::uint64_t id, float value) {
    return manager_->receive(
        server_id(0),
        Snapshot{id, 0, {{Namespace{0}, KeySet::range(0, 2), Values({value, value})}}});
  }
  // Answers a snapshot request and finishes the evaluation.
  Effects evaluate(std::uint64_t id, float value) {
    const Effects computes = snapshot(id, value);
    EXPECT_EQ(computes, Effects{"compute " + std::to_string(id) + ": evaluate 0"});
    return manager_->finish(id);
  }
  static std::string request(std::uint64_t id) {
    return "to server[0] out of band: snapshot_request " + std::to_string(id);
  }

  const Effects stops_{"to server[0]: stop", "to worker[0]: stop", "to worker[1]: stop",
                       "finished"};
  std::optional<ScriptedNode> manager_;
  Effects started_;
};

TEST_F(ManagerTest, WelcomesEveryoneOnceAllHaveJoined) {
  EXPECT_EQ(started_, Effects{});
  EXPECT_EQ(join(worker_id(1)), Effects{});
  EXPECT_EQ(join(worker_id(1)), Effects{});  // once more: it counts once
  EXPECT_EQ(join(server_id(0)), Effects{});
  EXPECT_EQ(join(worker_id(0)),
            (Effects{"event view: epoch 1: 1 servers, 2 workers",
                     "to server[0]: welcome " + kView, "to worker[0]: welcome " + kView,
                     "to worker[1]: welcome " + kView, request(1)}));
}

TEST_F(ManagerTest, WelcomesAgainWhoHasNotHeardIt) {
  join_all();
  EXPECT_EQ(join(worker_id(1)), Effects{"to worker[1]: welcome " + kView});
}

TEST_F(ManagerTest, SharesOutTheTrainingRows) {
  RunSpec spec = counting_run(2, 1, 3);
  spec.job.learner.type = LearnerType::kSoftmaxRegression;
  const Dataset data = dense_clouds(11, 3, 3);
  make(std::make_shared<const Job>(spec, data, data));
  Effects welcomes = join_all();
  const auto ends_with = [&](const std::string& end) {
    return std::any_of(welcomes.begin(), welcomes.end(),
                       [&](const std::string& effect) { return effect.ends_with(end); });
  };
  EXPECT_TRUE(ends_with("rows 0+5"));
  EXPECT_TRUE(ends_with("rows 5+6"));
}

TEST_F(ManagerTest, EvaluatesOncePerIterationOfAllWorkers) {
  join_all();
  EXPECT_EQ(evaluate(1, 0), Effects{"evaluated 0 loss 0"});
  EXPECT_EQ(progress(0, 1), Effects{});
  EXPECT_EQ(progress(1, 1), Effects{request(2)});
  EXPECT_EQ(evaluate(2, 4), Effects{"evaluated 1 loss 4"});
}

TEST_F(ManagerTest, CountsProgressOnceThoughItIsRepeatedOrOvertaken) {
  join_all();
  evaluate(1, 0);
  EXPECT_EQ(progress(0, 2), Effects{request(2)});  // 2 iterations of 2 workers: mean 1
  evaluate(2, 1);
  EXPECT_EQ(progress(0, 2), Effects{});
  EXPECT_EQ(progress(0, 1), Effects{});
  EXPECT_EQ(progress(1, 1), Effects{});
  EXPECT_EQ(progress(1, 2), Effects{request(3)});
}

TEST_F(ManagerTest, EndsTheJobWhenEveryWorkerIsDone) {
  join_all();
  evaluate(1, 0);
  EXPECT_EQ(progress(0, 3), Effects{request(2)});
  evaluate(2, 1);
  EXPECT_EQ(progress(1, 3), Effects{request(3)});
  Effects expected{"evaluated 3 loss 6"};
  expected.insert(expected.end(), stops_.begin(), stops_.end());
  EXPECT_EQ(evaluate(3, 6), expected);
}

// The last evaluation is of the final model, even where a snapshot takes its time.
TEST_F(ManagerTest, EvaluatesAgainWhatChangedMeanwhile) {
  join_all();
  EXPECT_EQ(progress(0, 3), Effects{});
  EXPECT_EQ(progress(1, 3), Effects{});
  EXPECT_EQ(evaluate(1, 0), (Effects{"evaluated 0 loss 0", request(2)}));
  EXPECT_EQ(evaluate(2, 6).front(), "evaluated 3 loss 6");
}

TEST_F(ManagerTest, IgnoresSnapshotsOfAnEarlierEvaluation) {
  join_all();
  evaluate(1, 0);
  progress(0, 2);
  EXPECT_EQ(snapshot(1, 9), Effects{});
  EXPECT_EQ(evaluate(2, 1), Effects{"evaluated 1 loss 1"});
}

TEST_F(ManagerTest, StopsAtTheTargetLoss) {
  RunSpec spec = counting_run(2, 1, 3);
  spec.job.stop.target_loss = 0.5;  // of a learner whose loss is the smallest weight
  make(spec);
  join_all();
  EXPECT_EQ(evaluate(1, 0.6f), Effects{"evaluated 0 loss 0.6"});
  progress(0, 2);
  Effects expected{"evaluated 1 loss 0.5"};
  expected.insert(expected.end(), stops_.begin(), stops_.end());
  EXPECT_EQ(evaluate(2, 0.5f), expected);
}

TEST_F(ManagerTest, StopsWhenTimeIsUp) {
  RunSpec spec = counting_run(2, 1, 3);
  spec.job.stop.time = Duration{20};
  make(spec);
  EXPECT_EQ(started_, Effects{"timer 1 in 20"});
  join_all();
  EXPECT_EQ(manager_->advance_to(20), stops_);
}

TEST_F(ManagerTest, EndsOnce) {
  RunSpec spec = counting_run(2, 1, 3);
  spec.job.stop.time = Duration{20};
  make(spec);
  join_all();
  snapshot(1, 0);
  manager_->advance_to(20);
  EXPECT_EQ(manager_->finish(1), Effects{});  // an evaluation that was under way
}

TEST_F(ManagerTest, RepeatsStopToThoseWhoHaveNotHeardIt) {
  RunSpec spec = counting_run(2, 1, 3);
  spec.job.stop.time = Duration{20};
  make(spec);
  join_all();
  manager_->advance_to(20);
  EXPECT_EQ(progress(0, 1), Effects{"to worker[0]: stop"});
  EXPECT_EQ(join(server_id(0)), Effects{"to server[0]: stop"});
  EXPECT_EQ(snapshot(1, 0), Effects{});
}

TEST_F(ManagerTest, EndsATimingOnlyJobWithoutLookingAtTheModel) {
  RunSpec spec = counting_run(2, 1, 3);
  spec.job.learner = {.type = LearnerType::kNone, .l2 = 0, .hidden = {}, .parameters = 4};
  make(std::make_shared<const Job>(spec, Dataset{}, Dataset{}));
  join_all();
  EXPECT_EQ(progress(0, 3), Effects{});
  EXPECT_EQ(progress(1, 3), stops_);
}

TEST_F(ManagerTest, ProgressOfStrangersIsABrokenInvariant) {
  join_all();
  EXPECT_DEATH(progress(2, 1), "progress of a worker of the view");
  EXPECT_DEATH(manager_->receive(server_id(0), Progress{{1}, 1}), "a worker of the view");
}

}  // namespace
}  // namespace psgrid
