// What both runtimes owe the protocol, and the protocol its users: one suite, run on the simulator
// and on real processes.
#include "tests/support/runtimes.hpp"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/check.hpp"
#include "model/fingerprint.hpp"
#include "model/synthetic.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/small_data.hpp"
#include "tests/support/staleness_models.hpp"

namespace psgrid::testing {
namespace {

class Runtimes : public OnRuntimes {};

constexpr std::uint32_t kWorkers = 4, kServers = 3, kIterations = 12;

RunSpec counting(const ConsistencySpec& consistency) {
  RunSpec spec = counting_run(kWorkers, kServers, kIterations, consistency);
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.job.compute.seconds = Duration{0.005};
  spec.stragglers.push_back(
      {.nodes = {{Role::kWorker, 0, 3}}, .model = StragglerModel::kExponential, .rate = 1});
  return spec;
}

FaultSpec unreliable_links() {
  FaultSpec fault{.at = 0, .kind = FaultKind::kLink, .nodes = {{Role::kWorker, 0, kWorkers - 1}}};
  fault.to = {{Role::kServer, 0, kServers - 1}};
  fault.both_ways = true;
  fault.link = {.loss = 0.1, .duplicate = 0.2, .reorder = 0.3, .corrupt = 0.1};
  return fault;
}

// Every weight counts the gradients that were applied to it.
void expect_every_gradient_once(const Outcome& outcome) {
  ASSERT_TRUE(outcome.job_finished) << outcome.failure;
  EXPECT_EQ(outcome.evaluations.back().record.loss, kWorkers * kIterations) << "the smallest count";
  EXPECT_EQ(outcome.evaluations.back().record.metric, kWorkers * kIterations) << "the largest";
}

TEST_P(Runtimes, EveryGradientIsAppliedOnce) {
  for (const ConsistencySpec& model : staleness_models())
    expect_every_gradient_once(run(counting_job(counting(model), 8)));
}

// Bounded, eventual, sequential, and as bounded as needed.
std::vector<TaskSpec> mixed_tasks() {
  using Kind = DelayRule::Kind;
  return {
      {.name = "bounded", .iterations = 3, .after = {}, .delay = {.from = 2}},
      {.name = "eventual", .iterations = 3, .after = {"bounded"}, .delay = {.kind = Kind::kAny}},
      {.name = "sequential", .iterations = 2, .after = {"eventual"}, .delay = {}},
      {.name = "as needed",
       .iterations = 0,
       .after = {},
       .delay = {.kind = Kind::kAsNeeded, .from = 0, .to = 3}}};
}

TEST_P(Runtimes, SchemesThatDropNoGradientApplyEachOnce) {
  const ConsistencySpec schemes[] = {
      {.model = ConsistencyModel::kSsp, .staleness = 2, .cache = true, .eager = true},
      {.model = ConsistencyModel::kDynamicSsp, .staleness = 1, .staleness_max = 4},
      {.model = ConsistencyModel::kBspThenAsync, .switch_at = 5},
      {.model = ConsistencyModel::kTaskGraph, .tasks = mixed_tasks()},
      {.model = ConsistencyModel::kRoundRobin}};
  for (const ConsistencySpec& scheme : schemes)
    expect_every_gradient_once(run(counting_job(counting(scheme), 8)));
}

// An update adds the mean of its gradients: to every weight of a server the same.
TEST_P(Runtimes, TheFirstGradientsMakeWholeUpdates) {
  for (ConsistencyModel model :
       {ConsistencyModel::kKSync, ConsistencyModel::kKBatchSync, ConsistencyModel::kKAsync,
        ConsistencyModel::kKBatchAsync, ConsistencyModel::kBackupWorkers}) {
    const Outcome outcome = run(counting_job(counting({.model = model, .gradients = 3}), 8));
    ASSERT_TRUE(outcome.job_finished) << name_of(model) << ": " << outcome.failure;
    EXPECT_GE(outcome.evaluations.back().record.loss, kWorkers * kIterations / 2);
    EXPECT_EQ(std::fmod(outcome.evaluations.back().record.loss, kWorkers), 0) << name_of(model);
    EXPECT_EQ(outcome.applied.size() % 3, 0u) << name_of(model);
  }
}

std::vector<ConsistencySpec> redundant_models() {
  return {{.model = ConsistencyModel::kGradientCoding,
           .gradients = kWorkers - 1,
           .stragglers = 1,
           .code = GradientCodeType::kFractionalRepetition},
          {.model = ConsistencyModel::kGradientCoding,
           .gradients = kWorkers - 1,
           .stragglers = 1,
           .code = GradientCodeType::kCyclic},
          {.model = ConsistencyModel::kPartialGradients, .gradients = kWorkers, .redundancy = 2}};
}

// Whoever comes too late: what others have done is of the whole batch.
TEST_P(Runtimes, WorkThatSeveralDoCountsOnce) {
  for (const ConsistencySpec& model : redundant_models())
    expect_every_gradient_once(run(counting_job(counting(model), 8)));
}

TEST_P(Runtimes, WorkThatSeveralDoCountsOnceThoughMessagesAreLostAndOneOfThemHasCrashed) {
  for (const ConsistencySpec& model : redundant_models()) {
    RunSpec spec = counting(model);
    spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
    spec.faults.push_back(unreliable_links());
    spec.faults.push_back(
        {.at = 0.03, .kind = FaultKind::kCrash, .nodes = {{Role::kWorker, 3, 3}}});
    expect_every_gradient_once(run(counting_job(spec, 8)));
  }
}

TEST_P(Runtimes, RedundantModelsEndWhereSerialTrainingDoes) {
  const Dataset train = dense_clouds(120, 10, 3), test = dense_clouds(40, 10, 3, 9);
  for (const ConsistencySpec& model : redundant_models()) {
    RunSpec spec = learning_scenario(LearnerType::kSoftmaxRegression, kWorkers, 2, 10);
    spec.job.compute.seconds = Duration{0.005};
    spec.consistency = model;
    const Outcome outcome = run(std::make_shared<const Job>(spec, train, test));
    ASSERT_TRUE(outcome.job_finished) << outcome.failure;
    const SerialResult serial = train_serially(spec, train, test);
    const Evaluated& last = outcome.evaluations.back().record;
    EXPECT_NEAR(last.loss, serial.evaluations.back().loss, 1e-5 * last.loss);
    if (model.model == ConsistencyModel::kPartialGradients) {
      EXPECT_EQ(last.fingerprint, fingerprint(serial.tables));
    }
  }
}

TEST_P(Runtimes, ARestartedWorkerTakesPartInRedundantWorkAgain) {
  for (const ConsistencySpec& model : redundant_models()) {
    RunSpec spec = counting(model);
    spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
    const NodeSelector first = {{Role::kWorker, 2, 2}}, second = {{Role::kWorker, 1, 1}};
    spec.faults.push_back({.at = 0.02, .kind = FaultKind::kCrash, .nodes = first});
    spec.faults.push_back({.at = 0.05, .kind = FaultKind::kRestart, .nodes = first});
    spec.faults.push_back({.at = 0.08, .kind = FaultKind::kCrash, .nodes = second});
    expect_every_gradient_once(run(counting_job(spec, 8)));
  }
}

TEST_P(Runtimes, EveryGradientIsAppliedOnceThoughMessagesAreLostRepeatedReorderedAndDamaged) {
  for (const ConsistencySpec& model : staleness_models()) {
    RunSpec spec = counting(model);
    spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
    spec.faults.push_back(unreliable_links());
    expect_every_gradient_once(run(counting_job(spec, 8)));
  }
}

TEST_P(Runtimes, DamagedMessagesAreDroppedAndCounted) {
  RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, kWorkers, kServers, 20);
  spec.job.compute.seconds = Duration{0.005};
  spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
  spec.faults.push_back(unreliable_links());
  spec.faults.back().link = {.corrupt = 0.15};
  const Dataset train = sparse_bags(120, 40, 2), test = sparse_bags(40, 40, 2, 9);
  const Outcome outcome = run(std::make_shared<const Job>(spec, train, test));
  ASSERT_TRUE(outcome.job_finished) << outcome.failure;
  EXPECT_EQ(outcome.evaluations.back().record.fingerprint,
            fingerprint(train_serially(spec, train, test).tables));
  EXPECT_GT(outcome.corrupted.size(), 20u);
  for (const auto& each : outcome.corrupted)
    EXPECT_NE(each.node.role, each.record.from.role) << "on links that are faultless";
  if (outcome.fates) {
    EXPECT_GE(outcome.fates->dropped, outcome.corrupted.size());
    EXPECT_EQ(outcome.fates->sent + outcome.fates->duplicated,
              outcome.fates->delivered + outcome.fates->dropped + outcome.fates->in_flight);
  }
}

TEST_P(Runtimes, TheGateHoldsReadsToTheBound) {
  for (const ConsistencySpec& model : staleness_models()) {
    if (model.model == ConsistencyModel::kAsync) continue;
    const Outcome outcome = run(counting_job(counting(model), 8));
    ASSERT_TRUE(outcome.job_finished) << outcome.failure;
    EXPECT_EQ(outcome.iterations.size(), kWorkers * kIterations);
    for (const auto& iteration : outcome.iterations)
      EXPECT_LE(iteration.record.staleness, std::max(model.staleness, model.delay));
  }
}

// No weight that a worker reads lacks what the worker itself has pushed before. Counts on the
// learner of one worker being one object.
class ReadsItsOwnWrites final : public Learner {
 public:
  std::vector<Table> tables() const override {
    return {{.name = "counts", .id = {0}, .keys = 8, .width = 1, .initial = {}}};
  }
  std::vector<KeySet> keys(const Dataset&, std::span<const std::uint32_t>) override {
    return {KeySet::range(0, 8)};
  }
  Gradient gradient(const Dataset&, std::span<const std::uint32_t>,
                    const std::vector<Section>& weights) override {
    for (float count : weights.front().values.data())
      PSGRID_CHECK(count >= static_cast<float>(pushed_), "a worker's own updates in what it reads");
    ++pushed_;
    return {{{{0}, weights.front().keys, Values(std::vector<float>(8, 1))}}, 0};
  }
  Evaluation evaluate(const Dataset&, const std::vector<Section>&) const override { return {}; }
  std::string metric_name() const override { return "none"; }
  double flops_per_example(const Dataset&) const override { return 1; }

 private:
  std::uint32_t pushed_ = 0;
};

TEST_P(Runtimes, WorkersReadTheirOwnWrites) {
  for (const ConsistencySpec& model :
       {ConsistencySpec{.model = ConsistencyModel::kAsync},
        ConsistencySpec{.model = ConsistencyModel::kSsp, .staleness = 3, .cache = true}}) {
    RunSpec spec = counting(model);
    spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
    spec.faults.push_back(unreliable_links());
    const Outcome outcome = run(std::make_shared<const Job>(
        spec, Dataset{}, Dataset{},
        [](const LearnerSpec&, const Dataset*) { return std::make_unique<ReadsItsOwnWrites>(); }));
    EXPECT_TRUE(outcome.job_finished) << outcome.failure;
  }
}

// A perceptron has a table for each layer: mixed up, they would not end where serial training does.
TEST_P(Runtimes, NamespacesDoNotMix) {
  RunSpec spec = learning_scenario(LearnerType::kPerceptron, 3, 2, 10);
  spec.job.learner.hidden = {5, 4};
  spec.job.compute.seconds = Duration{0.005};
  spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
  spec.faults.push_back(unreliable_links());
  spec.faults.back().nodes = {{Role::kWorker, 0, 2}};
  spec.faults.back().to = {{Role::kServer, 0, 1}};
  const Dataset train = dense_clouds(120, 10, 3), test = dense_clouds(40, 10, 3, 9);
  const Outcome outcome = run(std::make_shared<const Job>(spec, train, test));
  ASSERT_TRUE(outcome.job_finished) << outcome.failure;
  EXPECT_EQ(outcome.evaluations.back().record.fingerprint,
            fingerprint(train_serially(spec, train, test).tables));
}

// Learners with state at the worker, a rule of their own at the servers, and rows of few keys.
TEST_P(Runtimes, StatefulLearnersEndWhereSerialTrainingDoes) {
  const Dataset ratings = make_synthetic({.type = SyntheticType::kRatings,
                                          .rows = 120,
                                          .noise = 0.1,
                                          .users = 15,
                                          .items = 10,
                                          .rank = 2},
                                         1);
  const std::pair<LearnerSpec, Dataset> jobs[] = {
      {{.type = LearnerType::kLda, .topics = 4}, topic_documents(30, 40, 4)},
      {{.type = LearnerType::kSparseLogisticRegression, .l1 = 0.01, .blocks = 4},
       sparse_bags(60, 40, 2)},
      {{.type = LearnerType::kMatrixFactorization, .rank = 3}, ratings}};
  for (const auto& [learner, data] : jobs) {
    RunSpec spec = learning_scenario(learner.type, 3, 2, 10);
    spec.job.learner = learner;
    if (learner.type == LearnerType::kSparseLogisticRegression) spec.job.batch = 1u << 27;
    spec.job.compute.seconds = Duration{0.005};
    spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
    spec.faults.push_back(unreliable_links());
    spec.faults.back().nodes = {{Role::kWorker, 0, 2}};
    spec.faults.back().to = {{Role::kServer, 0, 1}};
    const Outcome outcome = run(std::make_shared<const Job>(spec, data, data));
    ASSERT_TRUE(outcome.job_finished) << outcome.failure;
    EXPECT_EQ(outcome.evaluations.back().record.fingerprint,
              fingerprint(train_serially(spec, data, data).tables));
  }
}

TEST_P(Runtimes, HelpChangesNothingOfWhatIsLearned) {
  const Dataset data = synthetic_data(200, 20, 2, 1, 3);
  RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, 4, 2, 8);
  spec.job.work_stealing = WorkStealingSpec{.pieces = 8, .partners = 3};
  const Outcome alone = run(std::make_shared<const Job>(spec, data, data));
  spec.stragglers = {{.nodes = {{Role::kWorker, 0, 0}}, .factor = 4}};
  const Outcome helped = run(std::make_shared<const Job>(spec, data, data));
  ASSERT_TRUE(helped.job_finished) << helped.failure;
  EXPECT_EQ(helped.evaluations.back().record.fingerprint,
            alone.evaluations.back().record.fingerprint);
}

RunSpec with_crash(const ConsistencySpec& model) {
  RunSpec spec = counting(model);
  spec.job.stop = {.time = Duration{0.6}};
  spec.faults.push_back({.at = 0.1, .kind = FaultKind::kCrash, .nodes = {{Role::kWorker, 3, 3}}});
  return spec;
}

std::uint32_t iterations_after(const Outcome& outcome, double from_s) {
  return static_cast<std::uint32_t>(
      std::count_if(outcome.iterations.begin(), outcome.iterations.end(),
                    [&](const auto& iteration) { return iteration.time.seconds > from_s; }));
}

TEST_P(Runtimes, ACrashedWorkerStopsBspButNotAsync) {
  const Outcome bsp = run(counting_job(with_crash({.model = ConsistencyModel::kBsp}), 8));
  EXPECT_TRUE(bsp.job_finished) << bsp.failure;
  EXPECT_EQ(bsp.reason, StopReason::kTime);
  EXPECT_EQ(iterations_after(bsp, 0.4), 0u);
  const Outcome async = run(counting_job(with_crash({.model = ConsistencyModel::kAsync}), 8));
  EXPECT_TRUE(async.job_finished) << async.failure;
  EXPECT_GT(iterations_after(async, 0.4), 10u);
  for (const auto& iteration : async.iterations) {
    const bool crashed = iteration.node == worker_id(3);
    EXPECT_TRUE(!crashed || iteration.time < Time{0.4});
  }
}

TEST_P(Runtimes, AJobThatCannotEndSaysSo) {
  RunSpec spec = with_crash({.model = ConsistencyModel::kBsp});
  spec.job.stop = {.iterations = 1000};
  EXPECT_EQ(run(counting_job(spec, 8)).failure,
            "nothing was left to happen, but the job had not ended");
}

TEST_P(Runtimes, ARestartedWorkerDoesNotRepeatItsUpdates) {
  RunSpec spec = counting({.model = ConsistencyModel::kBsp});
  spec.client.retry = {.timeout = {0.05}, .timeout_max = {0.1}};
  const NodeSelector victim = {{Role::kWorker, 2, 2}};
  spec.faults.push_back({.at = 0.06, .kind = FaultKind::kCrash, .nodes = victim});
  spec.faults.push_back({.at = 0.1, .kind = FaultKind::kRestart, .nodes = victim});
  expect_every_gradient_once(run(counting_job(spec, 8)));
}

INSTANTIATE_TEST_SUITE_P(On, Runtimes, runtimes(), name_of_runtime);

}  // namespace
}  // namespace psgrid::testing
