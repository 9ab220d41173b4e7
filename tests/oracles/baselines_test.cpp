// The architectures without a parameter server compute what serial training does, and take the time
// that their closed forms say.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "model/fingerprint.hpp"
#include "tests/support/architectures.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/small_data.hpp"
#include "tests/support/watched.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 5, kServers = 3, kIterations = 12;

struct LearningJob {
  RunSpec spec;
  Dataset train, test;
};

// Messages of different workers overtake each other differently in every iteration.
RunSpec cluster(Architecture architecture, LearnerType learner, std::uint32_t workers = kWorkers) {
  RunSpec spec = learning_scenario(learner, workers, kServers, kIterations);
  spec.architecture.type = architecture;
  spec.stragglers.push_back({.nodes = {{Role::kWorker, 0, workers - 1}},
                             .model = StragglerModel::kExponential,
                             .rate = 1});
  spec.costs = {.apply_flops_per_value = 1000, .serve_flops_per_value = 500, .message_flops = 1e5};
  return spec;
}

// Dense and sparse gradients, optimizers with a state of their own, several tables, pushes that are
// no gradients.
std::vector<LearningJob> learning_jobs(Architecture architecture, std::uint32_t workers) {
  std::vector<LearningJob> jobs;
  const auto add = [&](LearnerType learner, std::uint32_t classes, double density,
                       OptimizerType optimizer) {
    LearningJob& job = jobs.emplace_back();
    job.spec = cluster(architecture, learner, workers);
    job.spec.job.optimizer.type = optimizer;
    job.train = synthetic_data(300, 20, classes, density, 1);
    job.test = synthetic_data(100, 20, classes, density, 2);
  };
  add(LearnerType::kLogisticRegression, 2, 1, OptimizerType::kSgd);
  add(LearnerType::kLogisticRegression, 2, 0.1, OptimizerType::kMomentum);
  add(LearnerType::kSoftmaxRegression, 3, 0.2, OptimizerType::kAdam);
  add(LearnerType::kPerceptron, 3, 1, OptimizerType::kAdagrad);
  return jobs;
}

// An exact count of topics, and a rule of the learner's own that takes sums.
std::vector<LearningJob> counting_jobs(Architecture architecture, std::uint32_t workers) {
  LearningJob topics{cluster(architecture, LearnerType::kLda, workers), topic_documents(60, 80, 4),
                     topic_documents(20, 80, 4, 2)};
  topics.spec.job.learner = {.type = LearnerType::kLda, .topics = 4};
  return {topics};
}

struct Trained {
  Simulated run;
  LastModel model;
};

Trained train(const LearningJob& job) {
  auto last = std::make_shared<LastModel>();
  Trained trained{
      simulate(std::make_shared<const Job>(job.spec, job.train, job.test, watched(last))), {}};
  trained.model = *last;
  return trained;
}

void expect_serial_result(const LearningJob& job) {
  const Trained trained = train(job);
  const SerialResult serial = train_serially(job.spec, job.train, job.test);
  ASSERT_EQ(trained.run.end, sim::SimulationEnd::kJobFinished);
  EXPECT_EQ(trained.run.iterations.size(), job.spec.cluster.workers * kIterations);
  ASSERT_EQ(trained.run.evaluations.size(), serial.evaluations.size() + 1);  // one before the first
  for (std::size_t i = 0; i < serial.evaluations.size(); ++i)
    EXPECT_EQ(trained.run.evaluations[i + 1].record.loss, serial.evaluations[i].loss)
        << "iteration " << i;
  EXPECT_EQ(trained.run.evaluations.back().record.fingerprint, fingerprint(serial.tables));
}

class Baselines : public ::testing::TestWithParam<Architecture> {};

// Those that add gradients up in the order of the ranks: to the bit.
TEST_P(Baselines, EqualSerialTraining) {
  if (GetParam() != Architecture::kRingAllReduce)
    for (const LearningJob& job : learning_jobs(GetParam(), kWorkers)) expect_serial_result(job);
  for (const LearningJob& job : learning_jobs(GetParam(), 2)) expect_serial_result(job);
  for (const LearningJob& job : learning_jobs(GetParam(), 1)) expect_serial_result(job);
  for (const LearningJob& job : counting_jobs(GetParam(), kWorkers)) expect_serial_result(job);
}

// A ring adds most of its chunks up in another order.
TEST(RingAllReduce, EqualsSerialTrainingButForRounding) {
  for (const LearningJob& job : learning_jobs(Architecture::kRingAllReduce, kWorkers)) {
    const Trained trained = train(job);
    const SerialResult serial = train_serially(job.spec, job.train, job.test);
    ASSERT_EQ(trained.run.end, sim::SimulationEnd::kJobFinished);
    ASSERT_EQ(trained.model.size(), serial.tables.size());
    for (std::size_t table = 0; table < serial.tables.size(); ++table)
      for (std::size_t i = 0; i < serial.tables[table].size(); ++i)
        ASSERT_NEAR(trained.model[table][i], serial.tables[table][i], 1e-4)
            << "value " << i << " of table " << table;
    const Trained again = train(job);
    EXPECT_EQ(again.model, trained.model) << "the order is the same in every run";
  }
}

TEST_P(Baselines, ApplyEveryGradientOnce) {
  RunSpec spec = counting_run(4, kServers, kIterations);
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.architecture.type = GetParam();
  const Simulated run = simulate(counting_job(spec, 10));
  ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  EXPECT_EQ(run.evaluations.back().record.loss, 4 * kIterations) << "the smallest count";
  EXPECT_EQ(run.evaluations.back().record.metric, 4 * kIterations) << "the largest";
}

TEST_P(Baselines, DoNotMindMessagesThatOvertakeOrRepeatEachOther) {
  LearningJob job = learning_jobs(GetParam(), 2)[1];
  FaultSpec fault{.at = 0, .kind = FaultKind::kLink, .nodes = {{Role::kWorker, 0, 1}}};
  fault.both_ways = true;
  fault.link = {.delay = 0.001, .duplicate = 0.3, .reorder = 0.5};
  job.spec.faults.push_back(fault);
  const Trained trained = train(job);
  ASSERT_EQ(trained.run.end, sim::SimulationEnd::kJobFinished);
  EXPECT_EQ(trained.run.evaluations.back().record.fingerprint,
            fingerprint(train_serially(job.spec, job.train, job.test).tables));
}

TEST_P(Baselines, StandStillWithoutAWorkerThatIsGone) {
  RunSpec spec = counting_run(4, kServers, kIterations);
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.architecture.type = GetParam();
  spec.faults.push_back({.at = 3.5, .kind = FaultKind::kCrash, .nodes = {{Role::kWorker, 1, 1}}});
  const Simulated run = simulate(counting_job(spec, 10));
  EXPECT_EQ(run.end, sim::SimulationEnd::kStuck);
  for (const auto& [time, node, done] : run.iterations) EXPECT_LE(done.iteration, Clock{3});
}

// --- time ---------------------------------------------------------------------------------------

constexpr double kComputeS = 0.02, kLatency = 50e-6, kBandwidth = 125e6, kStorage = 40e6;
constexpr std::uint64_t kParameters = 200'000;
constexpr double kModelS = 4 * kParameters / kBandwidth;  // of the model over one link

double round_s(Architecture architecture, double n, double servers) {
  switch (architecture) {
    case Architecture::kAllToAll:
      return (n - 1) * kModelS + kLatency;
    case Architecture::kCoordinator:
      return 2 * (n * kModelS + kLatency);
    case Architecture::kRingAllReduce:
      return 2 * (n - 1) * (kModelS / n + kLatency);
    case Architecture::kMapReduce:
      return 2 * (std::max(kModelS, n * kModelS / servers) + kLatency) +
             2 * 4 * kParameters / servers / kStorage;
    case Architecture::kParameterServer:
      break;
  }
  return 0;
}

RunSpec timed(Architecture architecture, std::uint32_t workers, std::uint32_t servers) {
  RunSpec spec = timing_scenario(workers, servers, kParameters, kComputeS, 6);
  spec.architecture = {.type = architecture, .storage_bandwidth = kStorage};
  return spec;
}

// From the end of a worker's first iteration to that of its last.
double measured_round_s(const RunSpec& spec) {
  const Simulated run = simulate_fast(spec);
  Time first = Time::never(), last;
  for (const auto& [time, node, done] : run.iterations)
    if (node == worker_id(0)) {
      first = std::min(first, done.end);
      last = std::max(last, done.end);
    }
  return (last - first).seconds / (*spec.job.stop.iterations - 1);
}

TEST_P(Baselines, TakeTheTimeOfTheirClosedForms) {
  for (std::uint32_t workers : {2u, 4u, 16u})
    for (std::uint32_t servers : {1u, 4u}) {
      const double expected = kComputeS + round_s(GetParam(), workers, servers);
      EXPECT_NEAR(measured_round_s(timed(GetParam(), workers, servers)), expected, 0.02 * expected)
          << workers << " workers, " << servers << " servers";
    }
}

TEST_P(Baselines, TakeTheSameTimeOnSimGrid) {
  const ChildOutcome child = in_child([&] {
    RunSpec spec = timed(GetParam(), 6, 2);
    spec.cluster.network.sharing = Sharing::kFluid;
    return std::to_string(measured_round_s(spec));
  });
  ASSERT_EQ(child.exit_code, 0) << child.errors;
  const double expected = kComputeS + round_s(GetParam(), 6, 2);
  EXPECT_NEAR(std::stod(child.result), expected, 0.02 * expected);
}

// A worker's iteration is made of what it computes, waits for and transfers, and all that is left
// of a barrier on a free network is the wait for the slowest.
TEST_P(Baselines, SayWhatTheyWaitFor) {
  RunSpec spec = timed(GetParam(), 4, 1);
  spec.architecture.storage_bandwidth = 1e15;
  spec.cluster.network.bandwidth = 1e15;
  spec.stragglers.push_back(
      {.nodes = {{Role::kWorker, 3, 3}}, .model = StragglerModel::kPersistent, .factor = 3});
  const Simulated run = simulate_fast(spec);
  for (const auto& [time, node, done] : run.iterations) {
    const double parts =
        done.compute.seconds + done.wait.seconds + done.pull.seconds + done.push.seconds;
    EXPECT_NEAR(parts, (done.end - done.start).seconds, 1e-9);
    if (done.iteration == Clock{}) continue;
    const double compute = node == worker_id(3) ? 3 * kComputeS : kComputeS;
    EXPECT_NEAR(done.compute.seconds, compute, 1e-6);
    EXPECT_NEAR(done.wait.seconds, 3 * kComputeS - compute, 2e-3);
    EXPECT_EQ(done.staleness, 0u);
  }
}

// The bandwidth-optimal amount, whatever the number of workers.
TEST(RingAllReduce, SendsTwiceTheModelButForOneShare) {
  const RunSpec spec = timed(Architecture::kRingAllReduce, 8, 1);
  const Simulated run = simulate_fast(spec);
  const double expected = 6 * 2 * (7.0 / 8) * 4 * kParameters;
  for (const NodeTotals& node : run.totals) {
    if (node.node.role != Role::kWorker) continue;
    EXPECT_NEAR(static_cast<double>(node.sent.count), expected, 0.01 * expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Baselines, ::testing::ValuesIn(kBaselines),
                         [](const auto& each) { return test_name_of(each.param); });

}  // namespace
}  // namespace psgrid::testing
