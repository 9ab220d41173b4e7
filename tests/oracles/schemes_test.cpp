// Synchronisation schemes beyond the bounds on staleness: what they promise, and closed forms.
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/quadratic.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

RunSpec quadratic_scenario(const ConsistencySpec& consistency, std::uint32_t workers,
                           std::uint32_t iterations) {
  RunSpec spec = timing_scenario(workers, 1, 0, 0.01, iterations);
  spec.consistency = consistency;
  spec.job.optimizer.learning_rate = 0.1;
  return spec;
}

// The last value of w, from 0, of a loss that is least at 1 and has curvature 1.
double final_weight(const RunSpec& spec) {
  const Simulated run =
      simulate(std::make_shared<const Job>(spec, Dataset{}, Dataset{}, quadratic(1)));
  EXPECT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  return run.evaluations.back().record.metric;
}

std::vector<StragglerSpec> exponential(std::uint32_t workers) {
  return {{.nodes = {{Role::kWorker, 0, workers - 1}},
           .model = StragglerModel::kExponential,
           .rate = 1}};
}

// H steps multiply the distance to the optimum by (1 - a)^H, on every worker and so in the mean.
TEST(LocalSteps, MultiplyTheProgressOfAnIteration) {
  for (std::uint32_t steps : {1u, 2u, 5u}) {
    RunSpec spec = quadratic_scenario({}, 4, 6);
    spec.job.local_steps = steps;
    EXPECT_NEAR(final_weight(spec), 1 - std::pow(0.9, steps * 6), 1e-6) << steps << " steps";
  }
}

TEST(LocalSteps, SendNoMoreThanOneStep) {
  RunSpec one = timing_scenario(4, 2, 1000, 0.01, 20);
  RunSpec many = one;
  many.job.local_steps = 8;
  const Simulated short_one = simulate(one), long_one = simulate(many);
  ASSERT_EQ(short_one.totals.size(), long_one.totals.size());
  for (std::size_t i = 0; i < short_one.totals.size(); ++i) {
    EXPECT_EQ(long_one.totals[i].messages_sent, short_one.totals[i].messages_sent);
    if (long_one.totals[i].node.role != Role::kWorker) continue;
    EXPECT_NEAR(long_one.totals[i].busy.seconds, 8 * short_one.totals[i].busy.seconds, 1e-9);
  }
}

// One worker alone: nothing is stale, and a constant factor is a smaller step.
TEST(StaleStep, ScalesTheStep) {
  ConsistencySpec constant{.model = ConsistencyModel::kAsync};
  constant.stale_step = StaleStep::kConstant;
  constant.stale_factor = 0.5;
  EXPECT_NEAR(final_weight(quadratic_scenario(constant, 1, 20)), 1 - std::pow(0.95, 20), 1e-6);
  for (StaleStep step : {StaleStep::kUpdates, StaleStep::kClocks}) {
    ConsistencySpec fresh{.model = ConsistencyModel::kAsync};
    fresh.stale_step = step;
    EXPECT_NEAR(final_weight(quadratic_scenario(fresh, 1, 20)), 1 - std::pow(0.9, 20), 1e-6);
  }
}

TEST(StaleStep, DividesByTheStaleness) {
  ConsistencySpec spec;
  EXPECT_EQ(stale_factor(spec, {7, 3}), 1);
  spec.stale_step = StaleStep::kUpdates;
  EXPECT_EQ(stale_factor(spec, {0, 0}), 1);
  EXPECT_EQ(stale_factor(spec, {8, 1}), 0.125);
  spec.stale_step = StaleStep::kClocks;
  EXPECT_EQ(stale_factor(spec, {8, 3}), 0.25);
}

// Whoever computes fastest: updates come in the order of ranks, over and over.
TEST(RoundRobin, WorkersTakeTurns) {
  RunSpec spec = timing_scenario(5, 2, 1000, 0.01, 30);
  spec.consistency.model = ConsistencyModel::kRoundRobin;
  spec.stragglers = exponential(5);
  const Simulated run = simulate(spec);
  ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  std::vector<std::uint32_t> order;
  for (const auto& [time, node, applied] : run.applied)
    if (node == server_id(0)) order.push_back(applied.worker.rank);
  ASSERT_EQ(order.size(), 5u * 30);
  for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], i % 5) << "update " << i;
}

// Only one worker at a time moves data: a server's link is never shared.
TEST(RoundRobin, NoTwoPullsAreAnsweredAtOnce) {
  RunSpec spec = timing_scenario(6, 1, 100000, 0.01, 10);
  spec.consistency.model = ConsistencyModel::kRoundRobin;
  const Simulated run = simulate(spec);
  double last_end = 0;
  for (const MessageTrace& message : run.messages) {
    if (message.type != "pull_reply") continue;
    EXPECT_GE(message.sent.seconds, last_end);
    last_end = message.delivered.seconds;
  }
}

TEST(BspThenAsync, StopsWaitingAtTheChange) {
  RunSpec spec = timing_scenario(4, 2, 100, 0.01, 60);
  spec.consistency = {.model = ConsistencyModel::kBspThenAsync, .switch_at = 20};
  spec.stragglers = exponential(4);
  const Simulated run = simulate(spec);
  ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  double waited_after = 0, waited_before = 0;
  for (const auto& [time, node, done] : run.iterations)
    (done.iteration.value > 20 ? waited_after : waited_before) += done.wait.seconds;
  EXPECT_GT(waited_before, 0.1);
  EXPECT_LT(waited_after, 1e-3);
  for (const auto& [time, node, applied] : run.applied) {
    if (applied.iteration.value >= 20) continue;
    EXPECT_EQ(applied.staleness_updates, 0u);
  }
}

TaskSpec task(const char* name, std::uint32_t iterations, std::vector<std::string> after,
              DelayRule delay) {
  return {name, iterations, std::move(after), delay};
}

Simulated run_tasks(std::vector<TaskSpec> tasks, std::uint32_t iterations) {
  RunSpec spec = timing_scenario(6, 2, 100, 0.01, iterations);
  spec.consistency = {.model = ConsistencyModel::kTaskGraph, .tasks = std::move(tasks)};
  spec.stragglers = exponential(6);
  return simulate(spec);
}

TEST(TaskGraph, NoWorkerBeginsATaskBeforeAllHaveFinishedWhatItIsAfter) {
  const DelayRule eventual{.kind = DelayRule::Kind::kAny};
  const Simulated run = run_tasks({task("first", 20, {}, eventual), task("other", 20, {}, eventual),
                                   task("last", 0, {"first"}, eventual)},
                                  60);
  ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  double first_done = 0, other_done = 0, other_begun = 1e9, last_begun = 1e9;
  for (const auto& [time, node, done] : run.iterations) {
    const double begun = done.end.seconds - done.compute.seconds;
    if (done.iteration.value < 20) {
      first_done = std::max(first_done, done.end.seconds);
    } else if (done.iteration.value < 40) {
      other_done = std::max(other_done, done.end.seconds);
      other_begun = std::min(other_begun, begun);
    } else {
      last_begun = std::min(last_begun, begun);
    }
  }
  EXPECT_GE(last_begun, first_done);
  EXPECT_LT(last_begun, other_done) << "nobody waits for what it is not after";
  EXPECT_LT(other_begun, first_done);
}

// With as much delay as is needed there is less waiting than with the least, and less delay than
// with the greatest.
TEST(TaskGraph, ADelayThatIsNeededIsTaken) {
  const auto wait = [](const Simulated& run) {
    double sum = 0;
    for (const auto& [time, node, done] : run.iterations)
      sum += done.wait.seconds + done.pull.seconds;
    return sum;
  };
  const double least = wait(run_tasks({task("all", 0, {}, {.from = 1})}, 200));
  const double needed = wait(run_tasks(
      {task("all", 0, {}, {.kind = DelayRule::Kind::kAsNeeded, .from = 1, .to = 16})}, 200));
  EXPECT_LT(needed, 0.7 * least);
}

// --- work stealing ------------------------------------------------------------------------------

constexpr double kSlower = 4;

RunSpec stealing_from_a_slow_worker(RunSpec spec) {
  spec.stragglers = {{.nodes = {{Role::kWorker, 0, 0}}, .factor = kSlower}};
  spec.job.work_stealing = WorkStealingSpec{.pieces = 16, .partners = 7};
  return spec;
}

// At best all workers end together: as fast as the sum of their speeds.
TEST(WorkStealing, TakesAsLongAsAllWorkersTogether) {
  constexpr double kCompute = 0.01, kIterations = 20, kPiece = kCompute / 16;
  const RunSpec spec = timing_scenario(8, 2, 1000, kCompute, kIterations);
  const Simulated run = simulate(stealing_from_a_slow_worker(spec));
  ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  const double iteration = run.finished.seconds / kIterations;
  const double together = 8 * kCompute / (7 + 1 / kSlower);
  EXPECT_GT(iteration, together);
  EXPECT_LT(iteration, together + kSlower * kPiece);  // the slow one's last piece
}

// Whoever has computed a piece, the sum is made in the same order.
TEST(WorkStealing, ChangesNoBitOfWhatIsLearned) {
  for (const double density : {1.0, 0.2}) {
    const Dataset data = synthetic_data(400, 30, 2, density, 5);
    const RunSpec helped =
        stealing_from_a_slow_worker(learning_scenario(LearnerType::kLogisticRegression, 8, 2, 15));
    RunSpec alone = helped;
    alone.stragglers.clear();
    RunSpec lossy = helped;
    lossy.client.retry.timeout = {0.02};
    lossy.faults = {{.at = 0, .kind = FaultKind::kLink, .nodes = {{Role::kWorker, 0, 7}}}};
    lossy.faults[0].to = {{Role::kWorker, 0, 7}, {Role::kServer, 0, 1}};
    lossy.faults[0].both_ways = true;
    lossy.faults[0].link = {.loss = 0.1, .duplicate = 0.1, .reorder = 0.1};
    const Simulated reference = simulate(alone, data, data);
    std::size_t assisted = 0;
    for (const RunSpec& spec : {helped, lossy}) {
      const Simulated run = simulate(spec, data, data);
      ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
      EXPECT_EQ(run.evaluations.back().record.fingerprint,
                reference.evaluations.back().record.fingerprint);
      assisted += static_cast<std::size_t>(std::ranges::count_if(
          run.messages, [](const MessageTrace& message) { return message.type == "assisted"; }));
    }
    EXPECT_GT(assisted, 15u);
  }
}

struct Bounded {
  double wait_s = 0, end_s = 0;
  std::uint32_t most_ahead = 0;
};
Bounded bounded(const ConsistencySpec& consistency) {
  RunSpec spec = timing_scenario(6, 1, 100, 0.01, 300);
  spec.consistency = consistency;
  spec.stragglers = {
      {.nodes = {{Role::kWorker, 0, 5}}, .model = StragglerModel::kShiftedExponential, .rate = 2}};
  const Simulated run = simulate(spec);
  Bounded result;
  for (const auto& [time, node, done] : run.iterations) {
    result.wait_s += done.wait.seconds;
    result.end_s = std::max(result.end_s, done.end.seconds);
    result.most_ahead = std::max(result.most_ahead, done.staleness);
  }
  return result;
}

// Between SSP of its two bounds: it uses the greater one only where that saves waiting.
TEST(DynamicSsp, LiesBetweenItsBounds) {
  const Bounded least = bounded({.model = ConsistencyModel::kSsp, .staleness = 1});
  const Bounded greatest = bounded({.model = ConsistencyModel::kSsp, .staleness = 6});
  const Bounded dynamic =
      bounded({.model = ConsistencyModel::kDynamicSsp, .staleness = 1, .staleness_max = 6});
  EXPECT_LT(dynamic.wait_s, 0.9 * least.wait_s);
  EXPECT_GT(dynamic.wait_s, greatest.wait_s);
  EXPECT_GT(dynamic.most_ahead, 1u);
  EXPECT_LE(dynamic.most_ahead, 6u);
  const Bounded same =
      bounded({.model = ConsistencyModel::kDynamicSsp, .staleness = 1, .staleness_max = 1});
  EXPECT_EQ(same.end_s, least.end_s);
  EXPECT_EQ(same.wait_s, least.wait_s);
}

double mean_staleness(const Simulated& run) {
  double sum = 0;
  for (const auto& [time, node, applied] : run.applied) sum += applied.staleness_updates;
  return sum / static_cast<double>(run.applied.size());
}

std::size_t count(const Simulated& run, const std::string& type) {
  return static_cast<std::size_t>(
      std::count_if(run.messages.begin(), run.messages.end(),
                    [&](const MessageTrace& message) { return message.type == type; }));
}

// What servers send by themselves makes caches fresher than the bound asks for.
TEST(EagerSsp, ReadsFresherRows) {
  RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, 6, 2, 100);
  spec.stragglers = exponential(6);
  spec.consistency = {.model = ConsistencyModel::kSsp, .staleness = 4, .cache = true};
  const Dataset train = synthetic_data(300, 20, 2, 1, 1), test = synthetic_data(100, 20, 2, 1, 2);
  const Simulated lazy = simulate(spec, train, test);
  spec.consistency.eager = true;
  const Simulated eager = simulate(spec, train, test);
  ASSERT_EQ(eager.end, sim::SimulationEnd::kJobFinished);
  EXPECT_EQ(count(lazy, "rows"), 0u);
  EXPECT_GT(count(eager, "rows"), 100u);
  EXPECT_LT(mean_staleness(eager), 0.95 * mean_staleness(lazy));
  EXPECT_LE(count(eager, "pull"), count(lazy, "pull"));
}

}  // namespace
}  // namespace psgrid::testing
