#include "analysis/run_recorder.hpp"

#include <gtest/gtest.h>

#include "analysis/summary.hpp"
#include "tests/analysis/synthetic_run.hpp"

namespace psgrid::analysis {
namespace {

RunHeader two_workers() {
  RunHeader header;
  header.workers = 2;
  header.servers = 1;
  return header;
}

IterationDone iteration(std::uint32_t clock, double start, double compute, double wait) {
  IterationDone done;
  done.iteration = {clock};
  done.examples = 32;
  done.start = {start};
  done.compute = {compute};
  done.wait = {wait};
  done.pull = {0.25};
  done.push = {0.5};
  done.end = {start + compute + wait + 0.75};
  done.staleness = 1;
  return done;
}

TEST(RunRecorder, AddsUpIterations) {
  RunRecorder recorder(two_workers());
  recorder.on_record({2.75}, worker_id(0), iteration(0, 0, 2, 0));
  recorder.on_record({4.75}, worker_id(1), iteration(0, 0, 1, 3));
  recorder.on_record({5.75}, worker_id(0), iteration(1, 2.75, 1, 1.25));
  recorder.on_totals({6}, {{worker_id(0), "a", {3}, {10}, {20}, 1, 2, 1},
                           {worker_id(1), "b", {1}, {30}, {40}, 3, 4, 2},
                           {server_id(0), "c", {0.5}, {60}, {40}, 6, 4, 1}});
  const RunData run = recorder.finish(RunStatus::kDone);

  EXPECT_EQ(run.worker_iterations, 3u);
  EXPECT_EQ(run.iterations_min, 1u);
  EXPECT_EQ(run.iterations_max, 2u);
  EXPECT_EQ(run.examples, 96u);
  EXPECT_EQ(run.time, (TimeSplit{4, 4.25, 0.75, 1.5}));
  EXPECT_EQ(run.virtual_time_s, 6);
  ASSERT_EQ(run.iterations.size(), 3u);
  EXPECT_EQ(run.iterations[1], (IterationRow{1, 0, 0, 4.75, 1, 3, 0.25, 0.5, 1}));
  ASSERT_EQ(run.nodes.size(), 3u);
  EXPECT_EQ(run.nodes[0].wait_s, 1.25 + 2 * 0.75);
  EXPECT_EQ(run.nodes[1].wait_s, 3 + 0.75);
  EXPECT_FALSE(run.nodes[2].wait_s) << "only workers wait";
  EXPECT_EQ(run.nodes[1].incarnations, 2u);
}

TEST(RunRecorder, IterationsThatAreNotInTheCheckpointAreLost) {
  RunRecorder recorder(two_workers());
  const auto done = [&](std::uint32_t worker, std::uint32_t number) {
    recorder.on_record({1.0 + number}, worker_id(worker), iteration(number, number, 0.25, 0));
  };
  for (std::uint32_t number = 0; number < 5; ++number) done(0, number);
  for (std::uint32_t number = 0; number < 2; ++number) done(1, number);
  recorder.on_record({3}, manager_id(0), CheckpointDone{.checkpoint = 1, .writing = {0.5}});
  recorder.on_record({6}, manager_id(0), CheckpointDone{.checkpoint = 2, .writing = {0.25}});
  // Of worker 1, two more are in the checkpoint than it could tell of.
  recorder.on_record({7}, manager_id(0), ClusterRestarted{{{3}, {4}}});
  done(0, 3);
  // From the beginning.
  recorder.on_record({9}, manager_id(0), ClusterRestarted{});
  const RunData run = recorder.finish(RunStatus::kDone);
  EXPECT_EQ(run.checkpoints, 2u);
  EXPECT_EQ(run.checkpoint_s, 0.75);
  EXPECT_EQ(run.worker_iterations, 5u + 2 + 2 + 1);
  EXPECT_EQ(run.iterations_lost, 2u + 4 + 4);
  EXPECT_EQ(summarize(run).iterations, 0);
  EXPECT_EQ(summarize(run).iterations_lost, 5);
}

TEST(RunRecorder, StalenessOfAnEvaluationIsThatSinceTheOneBefore) {
  RunRecorder recorder(two_workers());
  const auto apply = [&](std::uint32_t clocks) {
    recorder.on_record({1}, server_id(0), GradientApplied{worker_id(0), {0}, 10 * clocks, clocks});
  };
  recorder.on_record({0}, manager_id(0), Evaluated{0, 0, 0.7, 0.5});
  apply(1);
  apply(4);
  recorder.on_record({1}, manager_id(0), Evaluated{1, 64, 0.5, 0.6});
  apply(2);
  recorder.on_record({2}, manager_id(0), Evaluated{2, 128, 0.4, 0.7});
  const RunData run = recorder.finish(RunStatus::kDone);

  EXPECT_EQ(run.convergence, (std::vector<ConvergenceRow>{{0, 0, 0, 0.7, 0.5, 0, 0},
                                                          {1, 1, 64, 0.5, 0.6, 2.5, 4},
                                                          {2, 2, 128, 0.4, 0.7, 2, 2}}));
  EXPECT_EQ(run.staleness.max(), 4u);
  EXPECT_EQ(run.staleness.sum(), 7u);
  EXPECT_EQ(run.staleness_updates.max(), 40u);
  EXPECT_EQ(run.staleness_updates.count(), 3u);
}

TEST(RunRecorder, KeepsNoRowsOfVeryManyWorkers) {
  RunHeader header;
  header.workers = 1001;
  RunRecorder recorder(header);
  recorder.on_record({1}, worker_id(1000), iteration(0, 0, 1, 0));
  const RunData run = recorder.finish(RunStatus::kDone);
  EXPECT_FALSE(run.iterations_recorded);
  EXPECT_TRUE(run.iterations.empty());
  EXPECT_EQ(run.worker_iterations, 1u);
  EXPECT_EQ(run.iterations_min, 0u);
  EXPECT_EQ(run.iterations_max, 1u);
}

TEST(RunRecorder, CountsTheRowsItHasNoRoomFor) {
  RecorderOptions options;
  options.iteration_rows_max = 2;
  options.event_rows_max = 1;
  RunRecorder recorder(two_workers(), options);
  for (std::uint32_t i = 0; i < 5; ++i) {
    recorder.on_record({1}, worker_id(0), iteration(i, i, 1, 0));
    recorder.on_record({1}, worker_id(0), Event{"crash", ""});
  }
  const RunData run = recorder.finish(RunStatus::kDone);
  EXPECT_EQ(run.iterations.size(), 2u);
  EXPECT_EQ(run.iterations_dropped, 3u);
  EXPECT_EQ(run.worker_iterations, 5u);
  EXPECT_EQ(run.events.size(), 1u);
  EXPECT_EQ(run.events_dropped, 4u);
}

TEST(RunRecorder, RemembersHowTheRunEnded) {
  RunRecorder recorder(two_workers());
  recorder.on_record({3}, manager_id(0), JobFinished{StopReason::kTargetLoss});
  const RunData run = recorder.finish(RunStatus::kFailed, "a promise was broken");
  EXPECT_EQ(run.stop, StopReason::kTargetLoss);
  EXPECT_EQ(run.virtual_time_s, 3) << "known even if totals never come";
  EXPECT_EQ(run.status, RunStatus::kFailed);
  EXPECT_EQ(run.failure, "a promise was broken");
}

TEST(RunRecorder, AJobThatLostAShardHasFailed) {
  RunRecorder recorder(two_workers(), {.event_rows_max = 0, .trace = {}});
  recorder.on_record({2}, manager_id(0),
                     Event{"shard_lost", "shard 1: none of its replicas is left"});
  recorder.on_record({2}, manager_id(0), JobFinished{StopReason::kLost});
  const RunData run = recorder.finish(RunStatus::kDone);
  EXPECT_EQ(run.status, RunStatus::kFailed);
  EXPECT_EQ(run.failure, "lost shard 1: none of its replicas is left");
  EXPECT_EQ(run.stop, StopReason::kLost);
}

TEST(RunRecorder, AsksForTracesOnlyIfTheyAreWanted) {
  EXPECT_FALSE(RunRecorder(two_workers()).wants_traces());
  RecorderOptions options;
  options.trace.enabled = true;
  EXPECT_TRUE(RunRecorder(two_workers(), options).wants_traces());
}

TEST(RunRecorder, DurationsOfAWholeRunAddUpToItsIterations) {
  testing::SyntheticSpec spec;
  spec.staleness = 3;
  const RunData run = testing::SyntheticRun(spec).run();
  double total = 0;
  for (const IterationRow& row : run.iterations) total += row.end_s - row.start_s;
  EXPECT_NEAR(run.time.total(), total, 1e-9 * total);
  EXPECT_EQ(run.staleness.max(), 3u);
}

}  // namespace
}  // namespace psgrid::analysis
