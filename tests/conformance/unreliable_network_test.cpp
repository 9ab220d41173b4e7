// What the protocol promises, on a network that loses, repeats, delays and reorders messages.
#include <algorithm>
#include <map>
#include <tuple>

#include <gtest/gtest.h>

#include "model/fingerprint.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/lossy_cluster.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint64_t kSeeds = 25;

NetworkFaults faults(std::uint64_t seed) {
  NetworkFaults faults;
  faults.seed = seed;
  faults.loss = 0.2;
  faults.duplication = 0.2;
  return faults;
}

void make_unreliable(RunSpec& spec) {
  spec.client.retry = {.timeout = {0.5}, .backoff = 2, .timeout_max = {4}};
  spec.costs = {.apply_flops_per_value = 1e9, .serve_flops_per_value = 1e8, .message_flops = 1e6};
}

ConsistencySpec bsp() { return {.model = ConsistencyModel::kBsp}; }
ConsistencySpec ssp(std::uint32_t s, bool cache = false) {
  return {.model = ConsistencyModel::kSsp, .staleness = s, .cache = cache};
}
ConsistencySpec bounded_delay(std::uint32_t delay) {
  return {.model = ConsistencyModel::kBoundedDelay, .delay = delay};
}
ConsistencySpec async() { return {.model = ConsistencyModel::kAsync}; }

LossyCluster counting_cluster(const ConsistencySpec& consistency, std::uint64_t seed) {
  RunSpec spec = counting_run(4, 3, 10, consistency);
  make_unreliable(spec);
  return {counting_job(spec, 8), faults(seed)};
}

constexpr float kEveryGradient = 4 * 10;  // of counting_cluster()

// The seed is all it takes to see a failure again.
#define FOR_EACH_SEED(seed)                                     \
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)          \
    if (::testing::ScopedTrace trace(__FILE__, __LINE__, "seed " + std::to_string(seed)); \
        !::testing::Test::HasFatalFailure())

class LearningOverAnUnreliableNetwork : public ::testing::TestWithParam<LearnerType> {};

TEST_P(LearningOverAnUnreliableNetwork, BspEndsWhereSerialTrainingEnds) {
  RunSpec spec = counting_run(4, 3, 8, bsp());
  make_unreliable(spec);
  spec.partition = {PartitionType::kRing, 8};
  spec.job.learner.type = GetParam();
  spec.job.learner.hidden = {5};
  spec.job.optimizer = {.type = OptimizerType::kMomentum};
  spec.job.batch = 8;
  const bool two_classes = GetParam() == LearnerType::kLogisticRegression;
  const Dataset train = two_classes ? sparse_bags(120, 40, 2) : dense_clouds(120, 10, 3);
  const Dataset test = two_classes ? sparse_bags(40, 40, 2, 9) : dense_clouds(40, 10, 3, 9);
  const auto job = std::make_shared<const Job>(spec, train, test);
  const SerialResult serial = train_serially(spec, train, test);

  FOR_EACH_SEED(seed) {
    LossyCluster cluster(job, faults(seed));
    ASSERT_TRUE(cluster.run_to_end());
    const Evaluated last = cluster.all<Evaluated>().back();
    EXPECT_EQ(last.fingerprint, fingerprint(serial.tables));
    EXPECT_EQ(last.loss, serial.evaluations.back().loss);
    EXPECT_EQ(last.iteration, 8);
    EXPECT_GT(cluster.lost(), 0u);
    EXPECT_GT(cluster.repeated(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Learners, LearningOverAnUnreliableNetwork,
                         ::testing::Values(LearnerType::kLogisticRegression,
                                           LearnerType::kSoftmaxRegression,
                                           LearnerType::kPerceptron));

class UnreliableNetwork : public ::testing::TestWithParam<ConsistencySpec> {};

TEST_P(UnreliableNetwork, EveryPushTakesEffectExactlyOnceAtEveryServer) {
  FOR_EACH_SEED(seed) {
    LossyCluster cluster = counting_cluster(GetParam(), seed);
    ASSERT_TRUE(cluster.run_to_end());
    const Evaluated last = cluster.all<Evaluated>().back();
    EXPECT_EQ(last.loss, kEveryGradient) << "the weight with the fewest updates";
    EXPECT_EQ(last.metric, kEveryGradient) << "the weight with the most updates";

    std::map<std::tuple<NodeId, NodeId, Clock>, int> applied;
    for (const auto& each : cluster.records())
      if (const auto* record = std::get_if<GradientApplied>(&each.record))
        ++applied[{each.node, record->worker, record->iteration}];
    EXPECT_EQ(applied.size(), 3u * 4 * 10);
    for (const auto& [what, times] : applied)
      EXPECT_EQ(times, 1) << to_string(std::get<0>(what)) << " applied "
                          << to_string(std::get<1>(what)) << "'s gradient of iteration "
                          << std::get<2>(what).value;
  }
}

TEST_P(UnreliableNetwork, EveryWorkerFinishesItsIterationsInOrder) {
  FOR_EACH_SEED(seed) {
    LossyCluster cluster = counting_cluster(GetParam(), seed);
    ASSERT_TRUE(cluster.run_to_end());
    std::map<NodeId, std::vector<std::uint32_t>> done;
    for (const auto& each : cluster.records())
      if (const auto* record = std::get_if<IterationDone>(&each.record))
        done[each.node].push_back(record->iteration.value);
    EXPECT_EQ(done.size(), 4u);
    for (const auto& [worker, iterations] : done)
      EXPECT_EQ(iterations, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}))
          << to_string(worker);
    EXPECT_EQ(cluster.all<JobFinished>().size(), 1u);
    EXPECT_EQ(cluster.all<JobFinished>().front().reason, StopReason::kIterations);
  }
}

TEST_P(UnreliableNetwork, FallsSilentOnceTheJobIsOver) {
  FOR_EACH_SEED(seed) {
    LossyCluster cluster = counting_cluster(GetParam(), seed);
    ASSERT_TRUE(cluster.run_to_end());
    EXPECT_TRUE(cluster.run_until_quiet());
  }
}

TEST_P(UnreliableNetwork, StopsWorkersThatAreInTheMiddleOfTheirWork) {
  FOR_EACH_SEED(seed) {
    RunSpec spec = counting_run(4, 3, 1000, GetParam());
    make_unreliable(spec);
    spec.job.stop.time = Duration{20};
    LossyCluster cluster(counting_job(spec), faults(seed));
    ASSERT_TRUE(cluster.run_to_end());
    EXPECT_EQ(cluster.all<JobFinished>().front().reason, StopReason::kTime);
    EXPECT_TRUE(cluster.run_until_quiet());
    for (const IterationDone& done : cluster.all<IterationDone>())
      EXPECT_LT(done.end, Time{120});
  }
}

INSTANTIATE_TEST_SUITE_P(Models, UnreliableNetwork,
                         ::testing::Values(bsp(), ssp(0), ssp(2), ssp(2, true), bounded_delay(0),
                                           bounded_delay(3), async()));

// Work of one iteration: what it read is as old as `staleness` says; it was read at `began`.
struct Iteration {
  Clock number;
  Time began, computed;
  std::uint32_t staleness;
};

std::map<NodeId, std::vector<Iteration>> iterations_of(const LossyCluster& cluster) {
  std::map<NodeId, std::vector<Iteration>> iterations;
  for (const auto& each : cluster.records())
    if (const auto* done = std::get_if<IterationDone>(&each.record)) {
      const Time began = done->start + done->wait + done->pull;
      iterations[each.node].push_back(
          {done->iteration, began, began + done->compute, done->staleness});
    }
  return iterations;
}

class UnreliableNetworkStaleness : public ::testing::TestWithParam<ConsistencySpec> {
 protected:
  static std::uint32_t bound() {
    return GetParam().model == ConsistencyModel::kBoundedDelay ? GetParam().delay
                                                               : GetParam().staleness;
  }
};

TEST_P(UnreliableNetworkStaleness, IsBoundedInWhatIsRead) {
  std::uint32_t largest = 0;
  FOR_EACH_SEED(seed) {
    LossyCluster cluster = counting_cluster(GetParam(), seed);
    ASSERT_TRUE(cluster.run_to_end());
    for (const IterationDone& done : cluster.all<IterationDone>()) {
      EXPECT_LE(done.staleness, bound());
      largest = std::max(largest, done.staleness);
    }
  }
  EXPECT_EQ(largest, bound()) << "the bound was never reached: this test shows nothing";
}

TEST_P(UnreliableNetworkStaleness, IsBoundedInWhatIsStarted) {
  FOR_EACH_SEED(seed) {
    LossyCluster cluster = counting_cluster(GetParam(), seed);
    ASSERT_TRUE(cluster.run_to_end());
    const auto iterations = iterations_of(cluster);
    for (const auto& [worker, own] : iterations)
      for (const Iteration& iteration : own)
        for (const auto& [other, others] : iterations) {
          const auto done = std::count_if(others.begin(), others.end(), [&](const Iteration& each) {
            return each.computed.seconds <= iteration.began.seconds + 1e-9;
          });
          EXPECT_LE(iteration.number.value, done + bound())
              << to_string(worker) << " ran ahead of " << to_string(other);
        }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, UnreliableNetworkStaleness,
                         ::testing::Values(bsp(), ssp(1), ssp(3), ssp(3, true), bounded_delay(2)));

TEST(ReliableNetwork, NeverNeedsARetry) {
  for (const ConsistencySpec& consistency : {bsp(), ssp(2), bounded_delay(2), async()}) {
    RunSpec spec = counting_run(4, 3, 10, consistency);
    LossyCluster cluster(counting_job(spec), NetworkFaults{});  // delays only; retry is off
    ASSERT_TRUE(cluster.run_to_end());
    std::map<std::tuple<NodeId, NodeId, std::string_view, std::uint64_t>, int> sent;
    for (const auto& each : cluster.sent()) {
      const std::uint64_t number = request_of(*each.message);
      if (number == 0) continue;
      const int times = ++sent[{each.from, each.to, type_name(*each.message), number}];
      EXPECT_EQ(times, 1) << type_name(*each.message) << " " << number;
    }
  }
}

}  // namespace
}  // namespace psgrid::testing
