#include "model/checkpoint.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

CheckpointPart part(std::uint64_t id, std::uint32_t shard, std::vector<Clock> clocks) {
  return {id, shard, std::move(clocks), {Values(std::vector<float>{1, 2})}};
}

TEST(CheckpointCollector, HasACheckpointOnceAllPartsAreWrittenAndTheManagerKnows) {
  CheckpointCollector collector(nullptr);
  EXPECT_EQ(collector.add({1}, part(7, 1, {{5}, {4}})), nullptr);
  EXPECT_EQ(collector.add({1}, CheckpointDone{.checkpoint = 7, .shards = 2}), nullptr);
  EXPECT_EQ(collector.last(), nullptr);
  const CheckpointPtr complete = collector.add({2}, part(7, 0, {{4}, {6}}));
  ASSERT_NE(complete, nullptr);
  EXPECT_EQ(collector.last(), complete);
  EXPECT_EQ(complete->number, 1u);
  EXPECT_EQ(complete->at, Time{2});
  EXPECT_EQ(complete->clocks, (std::vector<Clock>{{4}, {4}})) << "where the last shard has them";
  EXPECT_EQ(complete->shards.size(), 2u);
}

TEST(CheckpointCollector, KeepsTheLastCompleteOneWhileAnotherIsMade) {
  CheckpointCollector collector(nullptr);
  collector.add({1}, part(1, 0, {{4}}));
  const CheckpointPtr first = collector.add({1}, CheckpointDone{.checkpoint = 1, .shards = 1});
  collector.add({2}, part(2, 0, {{8}}));
  EXPECT_EQ(collector.last(), first);
  collector.forget_unfinished();
  EXPECT_EQ(collector.add({3}, CheckpointDone{.checkpoint = 2, .shards = 1}), nullptr)
      << "its part is gone";
  collector.add({4}, part(3, 0, {{9}}));
  const CheckpointPtr third = collector.add({4}, CheckpointDone{.checkpoint = 3, .shards = 1});
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(third->number, 2u);
}

TEST(CheckpointCollector, CountsOnFromWhereTheRunBegan) {
  const auto resumed = std::make_shared<Checkpoint>();
  resumed->number = 5;
  CheckpointCollector collector(resumed);
  EXPECT_EQ(collector.last(), resumed);
  collector.add({1}, part(1, 0, {{4}}));
  EXPECT_EQ(collector.add({1}, CheckpointDone{.checkpoint = 1, .shards = 1})->number, 6u);
}

TEST(CheckpointCollector, SlowestIsOfWorkersThatTakePart) {
  CheckpointCollector collector(nullptr);
  collector.add({1}, part(1, 0, {{4}, {~0u}, {6}}));
  const CheckpointPtr complete = collector.add(
      {1}, CheckpointDone{
               .checkpoint = 1, .shards = 1, .expelled = {1}, .iterations = 20, .examples = 40});
  EXPECT_EQ(complete->slowest(), Clock{4});
  EXPECT_EQ(complete->clocks[1], Clock{0});
  EXPECT_EQ(complete->examples, 20u) << "as many as these iterations took";
}

}  // namespace
}  // namespace psgrid
