// BSP on the cluster computes, bit for bit, what one process computes alone.
#include <gtest/gtest.h>

#include "model/fingerprint.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

struct Case {
  const char* name;
  LearnerType learner;
  std::uint32_t classes;
  double density;
  OptimizerType optimizer;
  PartitionType partition;

  friend void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }
};

class BulkSync : public ::testing::TestWithParam<Case> {
 protected:
  RunSpec scenario(const ConsistencySpec& consistency = {}) const {
    RunSpec spec = learning_scenario(GetParam().learner, 5, 3, 12);
    spec.job.optimizer.type = GetParam().optimizer;
    spec.partition.type = GetParam().partition;
    spec.consistency = consistency;
    // Messages of different workers overtake each other differently in every iteration.
    spec.stragglers.push_back(
        {.nodes = {{Role::kWorker, 0, 4}}, .model = StragglerModel::kExponential, .rate = 1});
    spec.costs.apply_flops_per_value = 1000;
    return spec;
  }
  Dataset train() const { return data(300, 1); }
  Dataset test() const { return data(100, 2); }

  void expect_serial_result(const Simulated& run, const RunSpec& spec) const {
    const SerialResult serial = train_serially(spec, train(), test());
    ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished);
    ASSERT_EQ(run.evaluations.size(), serial.evaluations.size() + 1);  // one before the first
    for (std::size_t i = 0; i < serial.evaluations.size(); ++i)
      EXPECT_EQ(run.evaluations[i + 1].record.loss, serial.evaluations[i].loss)
          << "iteration " << i;
    EXPECT_EQ(run.evaluations.back().record.fingerprint, fingerprint(serial.tables));
  }

 private:
  Dataset data(std::uint32_t rows, std::uint64_t seed) const {
    return synthetic_data(rows, 20, GetParam().classes, GetParam().density, seed);
  }
};

TEST_P(BulkSync, EqualsSerialTraining) {
  const RunSpec spec = scenario();
  expect_serial_result(simulate(spec, train(), test()), spec);
}

TEST_P(BulkSync, IsWhatSspWithStalenessZeroDoes) {
  const RunSpec spec = scenario({.model = ConsistencyModel::kSsp, .staleness = 0});
  expect_serial_result(simulate(spec, train(), test()), spec);
}

TEST_P(BulkSync, IsWhatBoundedDelayZeroDoes) {
  const RunSpec spec = scenario({.model = ConsistencyModel::kBoundedDelay, .delay = 0});
  expect_serial_result(simulate(spec, train(), test()), spec);
}

TEST_P(BulkSync, IsWhatKSyncOfAllWorkersDoes) {
  for (ConsistencyModel model : {ConsistencyModel::kKSync, ConsistencyModel::kBackupWorkers}) {
    const RunSpec spec = scenario({.model = model, .gradients = 5});
    expect_serial_result(simulate(spec, train(), test()), spec);
  }
}

TEST_P(BulkSync, IsWhatComesBeforeAChangeToAsync) {
  const RunSpec spec = scenario({.model = ConsistencyModel::kBspThenAsync, .switch_at = 12});
  expect_serial_result(simulate(spec, train(), test()), spec);
}

TEST_P(BulkSync, HoldsOnSimGridAndWithThreads) {
  for (Sharing sharing : {Sharing::kWindowed, Sharing::kFluid}) {
    const ChildOutcome child = in_child([&] {
      RunSpec spec = scenario();
      spec.cluster.network.sharing = sharing;
      spec.job.compute.seconds = Duration{1};  // costs enough to go to a thread
      const Simulated run = simulate(spec, train(), test(), 2);
      const SerialResult serial = train_serially(spec, train(), test());
      return std::to_string(run.evaluations.back().record.fingerprint ==
                            fingerprint(serial.tables));
    });
    EXPECT_EQ(child.result, "1") << child.errors;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Learners, BulkSync,
    ::testing::Values(Case{"LogisticDense", LearnerType::kLogisticRegression, 2, 1,
                           OptimizerType::kSgd, PartitionType::kRing},
                      Case{"LogisticSparse", LearnerType::kLogisticRegression, 2, 0.2,
                           OptimizerType::kAdagrad, PartitionType::kRing},
                      Case{"LogisticProximal", LearnerType::kLogisticRegression, 2, 0.2,
                           OptimizerType::kProximal, PartitionType::kRange},
                      Case{"SvmSparse", LearnerType::kSvm, 2, 0.2, OptimizerType::kSgd,
                           PartitionType::kRing},
                      Case{"LinearDense", LearnerType::kLinearRegression, 3, 1, OptimizerType::kSgd,
                           PartitionType::kRange},
                      Case{"Softmax", LearnerType::kSoftmaxRegression, 4, 1,
                           OptimizerType::kMomentum, PartitionType::kRing},
                      Case{"SoftmaxSparse", LearnerType::kSoftmaxRegression, 3, 0.3,
                           OptimizerType::kAdam, PartitionType::kRange},
                      Case{"Perceptron", LearnerType::kPerceptron, 3, 1, OptimizerType::kAdam,
                           PartitionType::kRing}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace psgrid::testing
