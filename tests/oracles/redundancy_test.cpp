// Work that several workers do: against closed forms (Lee et al., IEEE Trans. Inf. Theory 64(3),
// 2018; Tandon et al., ICML 2017), where the network costs nothing; and against the same work done
// once.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "model/consistency.hpp"
#include "model/random.hpp"
#include "model/synthetic.hpp"
#include "tests/support/closed_forms.hpp"
#include "tests/support/free_network.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/small_data.hpp"
#include "tests/support/watched.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 8;
constexpr double kRate = 2;

// All of the work takes 1 + Exp(kRate) on one worker.
RunSpec shared_work(const ConsistencySpec& consistency, std::uint32_t iterations) {
  RunSpec spec = timing_scenario(kWorkers, 1, 1, 1.0 / kWorkers, iterations);
  spec.consistency = consistency;
  make_network_free(spec.cluster);
  spec.stragglers = {{.nodes = {{Role::kWorker, 0, kWorkers - 1}},
                      .model = StragglerModel::kShiftedExponential,
                      .rate = kRate}};
  return spec;
}

struct Measured {
  double iteration_s = 0;
  double dropped = 0;  // of all gradients that came
};

Measured measured(const Simulated& run, std::uint32_t iterations) {
  EXPECT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  EXPECT_EQ(run.reason, StopReason::kIterations);
  const double applied = static_cast<double>(run.applied.size());
  const double dropped = static_cast<double>(run.dropped.size());
  return {run.finished.seconds / iterations, dropped / (applied + dropped)};
}

constexpr std::uint32_t kIterations = 8000;

Measured measure(const ConsistencySpec& consistency) {
  return measured(simulate_fast(shared_work(consistency, kIterations)), kIterations);
}

ConsistencySpec gradient_coding(GradientCodeType code, std::uint32_t stragglers) {
  return {.model = ConsistencyModel::kGradientCoding,
          .gradients = kWorkers - stragglers,
          .stragglers = stragglers,
          .code = code};
}

TEST(GradientCoding, TakesAsLongAsTheFirstOfLongerWork) {
  for (const auto& [code, stragglers] : {std::pair{GradientCodeType::kFractionalRepetition, 0u},
                                         {GradientCodeType::kFractionalRepetition, 1u},
                                         {GradientCodeType::kFractionalRepetition, 3u},
                                         {GradientCodeType::kCyclic, 0u},
                                         {GradientCodeType::kCyclic, 2u},
                                         {GradientCodeType::kCyclic, 5u}}) {
    const double expected =
        (stragglers + 1.0) / kWorkers * (1 + (harmonic(kWorkers) - harmonic(stragglers)) / kRate);
    const Measured found = measure(gradient_coding(code, stragglers));
    EXPECT_NEAR(found.iteration_s, expected, 0.02 * expected) << stragglers << " stragglers";
    EXPECT_LT(found.dropped, 0.001);  // who is late gives it up
  }
}

TEST(GradientCoding, WithoutStragglersTakesAsLongAsUncodedWork) {
  const double uncoded = (1 + harmonic(kWorkers) / kRate) / kWorkers;
  EXPECT_NEAR(measure({.model = ConsistencyModel::kBsp}).iteration_s, uncoded, 0.02 * uncoded);
}

// Of k blocks, each worker has one of n coded ones.
TEST(MdsCoding, TakesAsLongAsTheFirstAnswers) {
  for (std::uint32_t stragglers : {0u, 1u, 3u, 6u}) {
    const std::uint32_t blocks = kWorkers - stragglers, iterations = 5000;
    RunSpec spec = shared_work(
        {.model = ConsistencyModel::kMdsCoding, .gradients = blocks, .stragglers = stragglers},
        iterations);
    spec.job.learner.type = LearnerType::kCodedLinearRegression;
    spec.job.evaluate_every = iterations;
    const Dataset data = synthetic_data(20, 3, 2, 1, 1);
    const Simulated run = simulate(std::make_shared<const Job>(spec, data, data),
                                   {.checked_messages = false, .messages = false});
    const double expected = (1 + (harmonic(kWorkers) - harmonic(stragglers)) / kRate) / blocks;
    EXPECT_NEAR(measured(run, iterations).iteration_s, expected, 0.02 * expected)
        << blocks << " blocks";
  }
}

// The first of r workers to be done with a part, of parts that each does one after the other.
double time_of_all_parts(std::uint32_t redundancy) {
  constexpr std::uint32_t kDraws = 200000;
  RandomStream random(7, manager_id(0), Purpose::kTest);
  double sum = 0;
  for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
    std::vector<double> part_s(kWorkers, std::numeric_limits<double>::infinity());
    for (std::uint32_t worker = 0; worker < kWorkers; ++worker) {
      const double each_s = (1 + random.exponential(kRate)) / kWorkers;
      for (std::uint32_t i = 0; i < redundancy; ++i) {
        double& of_part = part_s[(worker + i) % kWorkers];
        of_part = std::min(of_part, (i + 1) * each_s);
      }
    }
    sum += *std::max_element(part_s.begin(), part_s.end());
  }
  return sum / kDraws;
}

TEST(PartialGradients, TakeAsLongAsTheLastFirstCopyOfAPart) {
  for (std::uint32_t redundancy : {1u, 2u, 3u, 8u}) {
    const Measured found = measure({.model = ConsistencyModel::kPartialGradients,
                                    .gradients = kWorkers,
                                    .redundancy = redundancy});
    const double expected = time_of_all_parts(redundancy);
    EXPECT_NEAR(found.iteration_s, expected, 0.02 * expected) << "redundancy " << redundancy;
  }
}

// --- nothing of a batch is lost -----------------------------------------------------------------

RunSpec learning(LearnerType learner, const ConsistencySpec& consistency, std::uint32_t servers) {
  RunSpec spec = learning_scenario(learner, kWorkers, servers, 40);
  spec.consistency = consistency;
  spec.stragglers = {{.nodes = {{Role::kWorker, 0, kWorkers - 1}},
                      .model = StragglerModel::kExponential,
                      .rate = 1}};
  return spec;
}

std::vector<ConsistencySpec> redundant_models() {
  return {gradient_coding(GradientCodeType::kFractionalRepetition, 1),
          gradient_coding(GradientCodeType::kFractionalRepetition, 3),
          gradient_coding(GradientCodeType::kCyclic, 1),
          gradient_coding(GradientCodeType::kCyclic, 2),
          gradient_coding(GradientCodeType::kCyclic, 3),
          {.model = ConsistencyModel::kPartialGradients, .gradients = kWorkers, .redundancy = 3}};
}

// The largest difference of two models, in terms of the largest weight of the second.
double difference(const LastModel& found, const LastModel& expected) {
  double most = 0, largest = 0;
  EXPECT_EQ(found.size(), expected.size());
  for (std::size_t table = 0; table < expected.size(); ++table)
    for (std::size_t i = 0; i < expected[table].size(); ++i) {
      most = std::max(most, std::abs(1.0 * found[table][i] - expected[table][i]));
      largest = std::max(largest, std::abs(1.0 * expected[table][i]));
    }
  return most / largest;
}

struct Trained {
  LastModel model;
  Simulated run;
};
Trained train(const RunSpec& spec, const Dataset& data) {
  const auto last = std::make_shared<LastModel>();
  Simulated run = simulate(std::make_shared<const Job>(spec, data, data, watched(last)));
  EXPECT_EQ(run.end, sim::SimulationEnd::kJobFinished) << describe(spec.consistency);
  return {*last, std::move(run)};
}

TEST(Redundancy, ModelsEndWhereSerialTrainingDoes) {
  for (const auto& [learner, data] :
       {std::pair{LearnerType::kSoftmaxRegression, dense_clouds(160, 10, 3)},
        {LearnerType::kLogisticRegression, sparse_bags(160, 60, 2)},
        {LearnerType::kPerceptron, dense_clouds(160, 10, 3)}})
    for (const ConsistencySpec& model : redundant_models())
      for (std::uint32_t servers : {1u, 3u}) {
        const RunSpec spec = learning(learner, model, servers);
        const LastModel found = train(spec, data).model;
        const LastModel serial = train_serially(spec, data, data).tables;
        EXPECT_LT(difference(found, serial), 1e-5) << describe(model) << ", " << servers;
        if (model.model == ConsistencyModel::kPartialGradients) {
          EXPECT_EQ(found, serial);
        }
      }
}

// A third of the workers never answer, and every update is still of all of the batch.
TEST(Redundancy, GoesOnWithoutWorkersThatHaveCrashed) {
  const Dataset data = dense_clouds(160, 10, 3);
  for (const ConsistencySpec& model : redundant_models()) {
    RunSpec spec = learning(LearnerType::kSoftmaxRegression, model, 1);
    const std::uint32_t lost = std::max(model.stragglers, model.redundancy - 1);
    for (std::uint32_t worker = 0; worker < lost; ++worker)
      spec.faults.push_back({.at = 0.1 + 0.05 * worker,
                             .kind = FaultKind::kCrash,
                             .nodes = {{Role::kWorker, 2 * worker, 2 * worker}}});
    const auto [found, run] = train(spec, data);
    EXPECT_EQ(run.reason, StopReason::kIterations);
    EXPECT_LT(difference(found, train_serially(spec, data, data).tables), 1e-5) << describe(model);
  }
}

TEST(Redundancy, OneMoreThatHasCrashedStopsIt) {
  for (const ConsistencySpec& model : redundant_models()) {
    RunSpec spec = learning(LearnerType::kSoftmaxRegression, model, 1);
    spec.job.stop.time = Duration{20};
    const std::uint32_t lost = std::max(model.stragglers, model.redundancy - 1) + 1;
    spec.faults.push_back(
        {.at = 0.1, .kind = FaultKind::kCrash, .nodes = {{Role::kWorker, 0, lost - 1}}});
    EXPECT_EQ(train(spec, dense_clouds(160, 10, 3)).run.reason, StopReason::kTime);
  }
}

// A product of the whole matrix is the gradient of all examples.
TEST(MdsCoding, DecodesTheFullGradient) {
  const Dataset data = make_synthetic(
      {.type = SyntheticType::kLinear, .rows = 160, .features = 12, .noise = 0.1}, 3);
  for (std::uint32_t stragglers : {0u, 1u, 3u, 7u})
    for (std::uint32_t servers : {1u, 2u}) {
      RunSpec spec = learning(LearnerType::kCodedLinearRegression,
                              {.model = ConsistencyModel::kMdsCoding,
                               .gradients = kWorkers - stragglers,
                               .stragglers = stragglers},
                              servers);
      spec.job.batch = data.rows;
      const LastModel blocks = train(spec, data).model;
      spec.job.learner.type = LearnerType::kLinearRegression;
      spec.consistency = {};
      const LastModel serial = train_serially(spec, data, data).tables;
      const std::size_t count = kWorkers - stragglers, height = blocks[0].size() / count;
      LastModel found(1);
      for (std::size_t i = 0; i < serial[0].size(); ++i)
        found[0].push_back(blocks[0][i % height * count + i / height]);
      EXPECT_LT(difference(found, serial), 1e-5) << stragglers << " stragglers";
    }
}

}  // namespace
}  // namespace psgrid::testing
