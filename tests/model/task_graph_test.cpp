#include "model/task_graph.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/consistency.hpp"

namespace psgrid {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TaskSpec task(std::string name, std::uint32_t iterations, std::vector<std::string> after = {},
              DelayRule delay = {}) {
  return {std::move(name), iterations, std::move(after), delay};
}

DelayRule fixed(std::uint32_t delay) { return {.from = delay}; }

DelayRule changing(std::uint32_t from, std::uint32_t to, std::uint32_t over) {
  return {.kind = DelayRule::Kind::kOverIterations, .from = from, .to = to, .over = over};
}

DelayRule as_needed(std::uint32_t least, std::uint32_t greatest) {
  return {.kind = DelayRule::Kind::kAsNeeded, .from = least, .to = greatest};
}

TEST(TaskOrder, IsThatOfTheListButForWhatMustWait) {
  EXPECT_THAT(
      order_of({task("c", 1, {"b"}), task("a", 1), task("b", 1, {"a"}), task("d", 1)}).tasks,
      ElementsAre(1, 2, 0, 3));
  EXPECT_THAT(order_of({task("a", 1), task("b", 1)}).tasks, ElementsAre(0, 1));
}

TEST(TaskOrder, NamesTheTasksOfACycle) {
  const TaskOrder order =
      order_of({task("a", 1), task("b", 1, {"a", "d"}), task("c", 1, {"b"}), task("d", 1, {"c"})});
  EXPECT_THAT(order.tasks, IsEmpty());
  EXPECT_THAT(order.cycle, SizeIs(3));
  EXPECT_THAT(order_of({task("a", 1, {"a"})}).cycle, ElementsAre(0));
}

// Whatever the graph: an order with every task after those that it waits for, or a way round.
RC_GTEST_PROP(TaskOrder, IsAnOrderOrACycle, ()) {
  const auto count = *rc::gen::inRange<std::uint32_t>(1, 8);
  std::vector<TaskSpec> tasks;
  for (std::uint32_t i = 0; i < count; ++i) {
    tasks.push_back(task(std::to_string(i), 1));
    for (std::uint32_t j = 0; j < count; ++j)
      if (*rc::gen::inRange(0, 6) == 0) tasks.back().after.push_back(std::to_string(j));
  }
  const auto waits_for = [&](std::uint32_t a, std::uint32_t b) {
    return std::ranges::count(tasks[a].after, tasks[b].name) > 0;
  };
  const TaskOrder order = order_of(tasks);
  RC_ASSERT(order.tasks.empty() != order.cycle.empty());
  for (std::size_t i = 0; i < order.cycle.size(); ++i)
    RC_ASSERT(waits_for(order.cycle[i], order.cycle[(i + 1) % order.cycle.size()]));
  for (std::size_t i = 0; i < order.tasks.size(); ++i)
    for (std::size_t j = i; j < order.tasks.size(); ++j)
      RC_ASSERT(!waits_for(order.tasks[i], order.tasks[j]));
  if (order.cycle.empty()) RC_ASSERT(order.tasks.size() == tasks.size());
}

void expect_same(const ConsistencySpec& spec, const std::vector<TaskSpec>& tasks) {
  const auto known = make_consistency(spec);
  const auto graph = make_consistency({.model = ConsistencyModel::kTaskGraph, .tasks = tasks});
  EXPECT_EQ(graph->sums_iterations(), known->sums_iterations());
  for (Clock iteration; iteration.value < 50; iteration = iteration.next()) {
    EXPECT_EQ(graph->required(iteration), known->required(iteration));
    EXPECT_EQ(graph->lookahead(iteration), known->lookahead(iteration));
    EXPECT_EQ(graph->sums(iteration), known->sums(iteration));
  }
}

TEST(TaskGraph, OfOneTaskIsSequentialBoundedDelayOrEventual) {
  expect_same({.model = ConsistencyModel::kBsp}, {task("all", 0)});
  expect_same({.model = ConsistencyModel::kBoundedDelay, .delay = 4},
              {task("all", 0, {}, fixed(4))});
  expect_same({.model = ConsistencyModel::kAsync},
              {task("all", 0, {}, {.kind = DelayRule::Kind::kAny})});
}

TEST(TaskGraph, ATaskWaitsForTheOnesBeforeItAndForNoOthers) {
  const TaskGraph graph({task("a", 10, {}, fixed(3)), task("b", 10, {}, fixed(2)),
                         task("c", 10, {"a"}, fixed(1)), task("d", 0, {"b", "c"})});
  EXPECT_EQ(graph.required({9}), Clock{6});
  EXPECT_EQ(graph.required({10}), Clock{0}) << "b waits for nothing";
  EXPECT_EQ(graph.required({12}), Clock{0});
  EXPECT_EQ(graph.required({13}), Clock{11});
  EXPECT_EQ(graph.required({20}), Clock{10}) << "c waits for a, not for b";
  EXPECT_EQ(graph.required({21}), Clock{10});
  EXPECT_EQ(graph.required({22}), Clock{21});
  EXPECT_EQ(graph.required({30}), Clock{30}) << "d waits for all";
  EXPECT_EQ(graph.required({1000}), Clock{1000});
}

TEST(TaskGraph, ADelayChangesEvenly) {
  const TaskGraph graph({task("all", 0, {}, changing(8, 0, 16))});
  EXPECT_EQ(graph.required({8}), Clock{4}) << "8 - 8 * 8 / 16";
  EXPECT_EQ(graph.required({16}), Clock{16});
  EXPECT_EQ(graph.required({99}), Clock{99});
  const TaskGraph growing({task("all", 0, {}, changing(0, 3, 30))});
  EXPECT_EQ(growing.required({9}), Clock{9});
  EXPECT_EQ(growing.required({10}), Clock{9});
  EXPECT_EQ(growing.required({50}), Clock{47});
}

// Worker 0 is up to `lead` iterations ahead of the three others, all the time.
Clock required_with_lead(Pace& pace, std::uint32_t lead, Clock from, Clock to) {
  for (Clock clock = from; clock < to; clock = clock.next()) {
    for (std::uint32_t worker = 1; worker < 4; ++worker) pace.on_clock(worker, clock, {});
    pace.on_clock(0, {clock.value + lead}, {});
  }
  return pace.required(0, {1000});
}

TEST(TaskGraph, ADelayGrowsWhileItHoldsTheFastestUpAndShrinksAfterwards) {
  const auto graph = make_consistency(
      {.model = ConsistencyModel::kTaskGraph, .tasks = {task("all", 0, {}, as_needed(1, 6))}});
  EXPECT_EQ(graph->required({100}), Clock{99});
  EXPECT_EQ(graph->least_required({100}), Clock{94});
  EXPECT_EQ(graph->lookahead({100}), 6u);
  const auto pace = graph->make_pace(4);
  EXPECT_EQ(required_with_lead(*pace, 1, {1}, {20}), Clock{999});
  EXPECT_EQ(required_with_lead(*pace, 4, {20}, {40}), Clock{996});
  EXPECT_EQ(required_with_lead(*pace, 9, {40}, {60}), Clock{994}) << "at most 6";
  EXPECT_EQ(required_with_lead(*pace, 0, {70}, {200}), Clock{999}) << "at least 1";
}

}  // namespace
}  // namespace psgrid
