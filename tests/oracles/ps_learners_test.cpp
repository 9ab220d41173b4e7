// The learners of the parameter-server literature on whole clusters: bit for bit what one process
// computes under BSP; counts that are exact under every model, and whatever crashes.
#include <cmath>

#include <gtest/gtest.h>

#include "model/fingerprint.hpp"
#include "model/learners/count_min.hpp"
#include "model/synthetic.hpp"
#include "tests/support/l1_optimum.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/small_data.hpp"
#include "tests/support/staleness_models.hpp"
#include "tests/support/watched.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 5, kServers = 3;

// Messages of different workers overtake each other differently in every iteration.
RunSpec cluster(const LearnerSpec& learner, std::uint32_t iterations,
                const ConsistencySpec& consistency = {}) {
  RunSpec spec = learning_scenario(learner.type, kWorkers, kServers, iterations);
  spec.job.learner = learner;
  spec.consistency = consistency;
  spec.stragglers.push_back({.nodes = {{Role::kWorker, 0, kWorkers - 1}},
                             .model = StragglerModel::kExponential,
                             .rate = 1});
  spec.costs.apply_flops_per_value = 1000;
  return spec;
}

// Models in which no worker may crash for good, or not in this way.
std::vector<ConsistencySpec> more_models() {
  return {{.model = ConsistencyModel::kSsp, .staleness = 2, .cache = true, .eager = true},
          {.model = ConsistencyModel::kDynamicSsp, .staleness = 1, .staleness_max = 3},
          {.model = ConsistencyModel::kBspThenAsync, .switch_at = 7},
          {.model = ConsistencyModel::kRoundRobin}};
}

void expect_serial_result(const RunSpec& spec, const Dataset& train, const Dataset& test) {
  const Simulated run = simulate(spec, train, test);
  const SerialResult serial = train_serially(spec, train, test);
  ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  EXPECT_EQ(run.evaluations.back().record.loss, serial.evaluations.back().loss);
  EXPECT_EQ(run.evaluations.back().record.fingerprint, fingerprint(serial.tables));
}

LearnerSpec factors() {
  return {.type = LearnerType::kMatrixFactorization, .l2 = 0.01, .rank = 3, .biases = true};
}
LearnerSpec topics() { return {.type = LearnerType::kLda, .topics = 4}; }
LearnerSpec sparse_weights() {
  return {.type = LearnerType::kSparseLogisticRegression, .l1 = 0.01, .blocks = 6};
}

Dataset some_ratings(std::uint64_t seed) {
  return make_synthetic({.type = SyntheticType::kRatings,
                         .rows = 300,
                         .noise = 0.1,
                         .users = 30,
                         .items = 20,
                         .rank = 2},
                        seed);
}

RunSpec whole_shares(RunSpec spec) {
  spec.job.batch = 1u << 27;
  return spec;
}

TEST(PsLearners, UnderBspEqualSerialTraining) {
  for (const ConsistencySpec& sequential :
       {ConsistencySpec{.model = ConsistencyModel::kBsp},
        ConsistencySpec{.model = ConsistencyModel::kBoundedDelay, .delay = 0}}) {
    expect_serial_result(cluster(factors(), 12, sequential), some_ratings(1), some_ratings(2));
    expect_serial_result(cluster(topics(), 12, sequential), topic_documents(60, 80, 4),
                         topic_documents(20, 80, 4, 2));
    expect_serial_result(whole_shares(cluster(sparse_weights(), 20, sequential)),
                         sparse_bags(200, 60, 2), sparse_bags(50, 60, 2, 2));
  }
}

TEST(PsLearners, TheFilteredPushesOfBlocksEqualSerialTrainingToo) {
  LearnerSpec filtered = sparse_weights();
  filtered.kkt_filter = true;
  expect_serial_result(whole_shares(cluster(filtered, 60)), sparse_bags(200, 60, 2),
                       sparse_bags(50, 60, 2, 2));
}

// --- topics -------------------------------------------------------------------------------------

// Rows of words add up to the occurrences of the words, each an integer.
void expect_every_token_once(const LastModel& model, const Dataset& data) {
  std::vector<float> occurrences(data.features);
  for (std::size_t i = 0; i < data.column.size(); ++i) occurrences[data.column[i]] += data.value[i];
  ASSERT_EQ(model.size(), 2u);
  for (std::size_t word = 0; word < data.features; ++word) {
    float sum = 0;
    for (std::size_t topic = 0; topic < 4; ++topic) {
      const float count = model[0][4 * word + topic];
      EXPECT_EQ(count, std::floor(count));
      sum += count;
    }
    EXPECT_EQ(sum, occurrences[word]) << "word " << word;
  }
}

void expect_totals(const LastModel& model) {
  for (std::size_t topic = 0; topic < 4; ++topic) {
    float sum = 0;
    for (std::size_t i = topic; i < model[0].size(); i += 4) sum += model[0][i];
    EXPECT_EQ(model[1][topic], sum) << "topic " << topic;
  }
}

TEST(LdaOnClusters, CountsAreExactUnderEveryModel) {
  const Dataset train = topic_documents(60, 80, 4), test = topic_documents(20, 80, 4, 2);
  std::vector<ConsistencySpec> models = staleness_models();
  for (const ConsistencySpec& model : more_models()) models.push_back(model);
  for (const ConsistencySpec& model : models) {
    auto last = std::make_shared<LastModel>();
    const Simulated run = simulate(
        std::make_shared<const Job>(cluster(topics(), 30, model), train, test, watched(last)));
    ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
    expect_every_token_once(*last, train);
    expect_totals(*last);
    EXPECT_LT(run.evaluations.back().record.metric, 50);
  }
}

// The crashed worker has lost which token has which topic.
TEST(LdaOnClusters, AWorkerThatCrashesLeavesNoTokenUncountedOrCountedTwice) {
  const Dataset train = topic_documents(60, 80, 4), test = topic_documents(20, 80, 4, 2);
  for (const ConsistencySpec& model : staleness_models())
    for (double at : {0.002, 0.011, 0.1}) {
      RunSpec spec = cluster(topics(), 30, model);
      spec.client.retry.timeout = {0.05};
      spec.faults.push_back(
          {.at = at, .kind = FaultKind::kCrash, .nodes = {{Role::kWorker, 1, 2}}});
      spec.faults.push_back(
          {.at = at + 0.05, .kind = FaultKind::kRestart, .nodes = {{Role::kWorker, 1, 2}}});
      auto last = std::make_shared<LastModel>();
      const Simulated run = simulate(std::make_shared<const Job>(spec, train, test, watched(last)));
      ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
      expect_every_token_once(*last, train);
    }
}

// --- the sketch ---------------------------------------------------------------------------------

LearnerSpec sketch() {
  return {.type = LearnerType::kCountMin, .width = 272, .depth = 5, .items = 2000, .skew = 1.1};
}

TEST(CountMinOnClusters, CountersAreExactUnderEveryModelAndWhateverCrashes) {
  for (const ConsistencySpec& model : staleness_models())
    for (bool crash : {false, true}) {
      RunSpec spec = cluster(sketch(), 20, model);
      spec.job.batch = 50;
      if (crash) {
        spec.client.retry.timeout = {0.05};
        spec.faults = {{.at = 0.05, .kind = FaultKind::kCrash, .nodes = {{Role::kWorker, 1, 2}}},
                       {.at = 0.1, .kind = FaultKind::kRestart, .nodes = {{Role::kWorker, 1, 2}}}};
      }
      auto last = std::make_shared<LastModel>();
      const Simulated run =
          simulate(std::make_shared<const Job>(spec, Dataset{}, Dataset{}, watched(last)));
      ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);

      CountMin learner(learner_in(spec));
      std::vector<float> expected(272 * 5);
      for (std::uint32_t worker = 0; worker < kWorkers; ++worker)
        for (std::uint32_t iteration = 0; iteration < 20; ++iteration) {
          const Gradient batch =
              learner.gradient({}, learner.made_up_rows(worker, {iteration}), {});
          const std::span<const Key> keys = batch.sections[0].keys.as_list();
          for (std::size_t i = 0; i < keys.size(); ++i)
            expected[keys[i]] += batch.sections[0].values.data()[i];
        }
      EXPECT_EQ((*last)[0], expected);
      EXPECT_GT(run.evaluations.back().record.metric, 0.99);
    }
}

// --- blocks of features -------------------------------------------------------------------------

TEST(BlocksOnClusters, ReachTheOptimumWithDelay) {
  const Dataset train = sparse_bags(300, 120, 2), test = sparse_bags(50, 120, 2, 2);
  LearnerSpec learner = sparse_weights();
  learner.blocks = 10;
  const double least = least_objective(train, learner.l1, 3000);
  for (std::uint32_t delay : {0u, 2u, 4u}) {
    RunSpec spec = whole_shares(
        cluster(learner, 3000, {.model = ConsistencyModel::kBoundedDelay, .delay = delay}));
    spec.job.evaluate_every = 1000;
    auto last = std::make_shared<LastModel>();
    const Simulated run = simulate(std::make_shared<const Job>(spec, train, test, watched(last)),
                                   {.checked_messages = false, .messages = false});
    ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
    EXPECT_NEAR(l1_objective(train, (*last)[0], learner.l1), least, 3e-3 * least)
        << "delay " << delay;
  }
}

}  // namespace
}  // namespace psgrid::testing
