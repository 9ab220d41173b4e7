#include "analysis/comparison.hpp"

#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

// A run that reaches loss 0.2 after `time` seconds, or never if it is negative.
RunData run(std::uint64_t seed, double time, std::optional<double> target = 0.25) {
  RunData data;
  data.header.seed = seed;
  data.header.workers = 1;
  data.header.target_loss = target;
  data.convergence.push_back({0, 0, 0, 0.7, 0, 0, 0});
  if (time >= 0) data.convergence.push_back({time, 10 * time, 0, 0.2, 0, 0, 0});
  data.virtual_time_s = time >= 0 ? time : 100;
  data.worker_iterations = 100;
  data.time = {30, 50, 15, 5};
  return data;
}

ComparisonData comparison_of(const std::vector<std::pair<std::string, std::vector<double>>>& times,
                             std::optional<double> target = 0.25) {
  ComparisonData data;
  data.scenario = "test";
  for (const auto& [name, of_seeds] : times) {
    VariantRuns& variant = data.variants.emplace_back();
    variant.name = name;
    std::uint64_t seed = 1;
    for (double time : of_seeds) variant.runs.push_back(run(seed++, time, target));
  }
  return data;
}

TEST(Comparison, RangeOfAnOddAndAnEvenNumber) {
  EXPECT_EQ(range_of({3, 1, 2}).median, 2);
  EXPECT_EQ(range_of({4, 1, 2, 3}).median, 2.5);
  EXPECT_EQ(range_of({7}).max, 7);
}

TEST(Comparison, SpeedUpIsTheRatioOfMediansWithTheRangeOfSeeds) {
  const Comparison result =
      compare(comparison_of({{"BSP", {20, 22, 30}}, {"SSP 3", {10, 11, 12}}}));
  EXPECT_EQ(result.variants[0].time_to_target_s, 22);
  EXPECT_EQ(result.variants[0].speedup, 1.0);
  EXPECT_EQ(result.variants[1].speedup, 2.0);
  EXPECT_EQ(result.variants[1].speedup_min, 2.0);
  EXPECT_EQ(result.variants[1].speedup_max, 2.5);
  EXPECT_EQ(result.variants[1].iterations_to_target, 110);
  EXPECT_EQ(result.first, 1u);
  EXPECT_EQ(verdict(result),
            "SSP 3 reaches the target loss 0.25 first: 11 s, 2.0x faster than BSP (22 s).");
}

TEST(Comparison, ARunThatNeverReachesTheTargetIsInfinitelySlow) {
  const Comparison result = compare(
      comparison_of({{"BSP", {20, 20, 20}}, {"async", {5, -1, -1}}, {"SSP 3", {10, -1, 12}}}));
  EXPECT_FALSE(result.variants[1].time_to_target_s) << "the median seed fails";
  EXPECT_EQ(result.variants[1].time_to_target_s_min, 5);
  EXPECT_EQ(result.variants[1].reached, 1u);
  EXPECT_FALSE(result.variants[1].speedup);
  EXPECT_EQ(result.variants[2].time_to_target_s, 12);
  EXPECT_EQ(verdict(result),
            "SSP 3 reaches the target loss 0.25 first: 12 s, 1.7x faster than BSP (20 s). "
            "Not every run reaches it: async 1 of 3 and SSP 3 2 of 3.");
}

TEST(Comparison, TheBaselineMayWinOrFail) {
  EXPECT_EQ(verdict(compare(comparison_of({{"BSP", {5}}, {"SSP 3", {6}}, {"async", {-1}}}))),
            "BSP reaches the target loss 0.25 first: 5 s. SSP 3 is next with 6 s. "
            "async does not reach it.");
  EXPECT_EQ(verdict(compare(comparison_of({{"BSP", {-1}}, {"SSP 3", {6}}}))),
            "SSP 3 reaches the target loss 0.25 first: 6 s, BSP does not reach it.");
}

TEST(Comparison, NobodyMayReachTheTarget) {
  const Comparison result = compare(comparison_of({{"BSP", {-1}}, {"async", {-1}}}));
  EXPECT_FALSE(result.first);
  EXPECT_EQ(verdict(result),
            "No variant reaches the target loss 0.25: the lowest final loss is 0.7000 (BSP).");
}

TEST(Comparison, WithoutATargetTheRateOfIterationsCounts) {
  const Comparison result = compare(comparison_of({{"BSP", {20}}, {"async", {8}}}, std::nullopt));
  EXPECT_EQ(result.first, 1u);
  EXPECT_EQ(result.variants[1].speedup, 2.5);
  EXPECT_EQ(verdict(result),
            "async runs the most iterations per second: 12.50, 2.5x as many as BSP. "
            "The scenario sets no target loss.");
}

TEST(Comparison, WhatFailedIsNotFirst) {
  ComparisonData data = comparison_of({{"a", {100, 100}}, {"b", {10, 10}}}, {});
  for (RunData& run : data.variants[1].runs) {
    run.status = RunStatus::kFailed;
    run.failure = "lost shard 1";
  }
  EXPECT_EQ(compare(data).first, 0u);
  EXPECT_FALSE(compare(data).variants[1].speedup);
  EXPECT_EQ(verdict(compare(data)),
            "a runs the most iterations per second: 1. The scenario sets no target loss. b failed "
            "in 2 of 2 runs: lost shard 1.");
  data.variants[1].runs.resize(1);
  data.variants[0].runs.clear();
  EXPECT_EQ(verdict(compare(data)), "No run was completed. b failed: lost shard 1.");
}

TEST(Comparison, TimeIsPerIterationAndStalenessPerGradient) {
  ComparisonData data = comparison_of({{"BSP", {1, 1}}});
  for (int i = 0; i < 3; ++i) data.variants[0].runs[0].staleness.add(4);
  data.variants[0].runs[1].staleness.add(0);
  const VariantSummary variant = compare(data).variants[0];
  EXPECT_DOUBLE_EQ(variant.time_per_iteration.compute_s, 0.3);
  EXPECT_DOUBLE_EQ(variant.time_per_iteration.wait_s, 0.5);
  EXPECT_DOUBLE_EQ(variant.iteration_s_mean, 1.0);
  EXPECT_EQ(variant.mean_staleness, 3.0);
  EXPECT_EQ(variant.max_staleness, 4u);
}

TEST(Comparison, SurvivesVariantsWithoutRuns) {
  ComparisonData data = comparison_of({{"BSP", {}}, {"SSP 3", {5}}});
  EXPECT_EQ(compare(data).first, 1u);
  EXPECT_EQ(verdict(compare(ComparisonData{})), "Nothing was run.");
}

TEST(Verdict, OfASingleRun) {
  EXPECT_EQ(verdict(run(1, 12)),
            "the target loss 0.25 is reached after 12 s and 120 iterations per worker.");
  EXPECT_EQ(
      verdict(run(1, -1)),
      "100 iterations per worker in 100 s, final loss 0.7000; the target 0.25 is not reached.");
  RunData failed = run(1, -1);
  failed.status = RunStatus::kFailed;
  failed.failure = "server[0] lost an update";
  EXPECT_EQ(verdict(failed),
            "The run failed after 100 iterations per worker in 100 s: server[0] lost an update.");
}

}  // namespace
}  // namespace psgrid::analysis
