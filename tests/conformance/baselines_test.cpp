// The architectures without a parameter server, on the simulator and on real processes.
#include <algorithm>

#include <gtest/gtest.h>

#include "model/fingerprint.hpp"
#include "tests/support/architectures.hpp"
#include "tests/support/runtimes.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid::testing {
namespace {

class BaselinesOn : public OnRuntimes {};

// Two workers: a ring then adds in no other order than the others do.
TEST_P(BaselinesOn, EndWhereSerialTrainingDoes) {
  for (Architecture architecture : kBaselines) {
    RunSpec spec = learning_scenario(LearnerType::kPerceptron, 2, 2, 10);
    spec.architecture.type = architecture;
    spec.job.compute.seconds = Duration{0.005};
    spec.stragglers.push_back(
        {.nodes = {{Role::kWorker, 0, 1}}, .model = StragglerModel::kExponential, .rate = 1});
    const Dataset train = dense_clouds(120, 10, 3), test = dense_clouds(40, 10, 3, 9);
    const Outcome outcome = run(std::make_shared<const Job>(spec, train, test));
    ASSERT_TRUE(outcome.job_finished) << name_of(architecture) << ": " << outcome.failure;
    EXPECT_EQ(outcome.iterations.size(), 20u) << name_of(architecture);
    EXPECT_EQ(outcome.evaluations.back().record.fingerprint,
              fingerprint(train_serially(spec, train, test).tables))
        << name_of(architecture);
  }
}

// One counts for all, though rounds of several workers overlap.
TEST_P(BaselinesOn, AddUpSparseCountsOfManyWorkersExactly) {
  const Dataset train = topic_documents(60, 80, 4), test = topic_documents(20, 80, 4, 2);
  for (Architecture architecture : kBaselines) {
    RunSpec spec = learning_scenario(LearnerType::kLda, 5, 2, 8);
    spec.architecture.type = architecture;
    spec.job.learner = {.type = LearnerType::kLda, .topics = 4};
    spec.job.compute.seconds = Duration{0.002};
    spec.faults.push_back(
        {.at = 0.02, .kind = FaultKind::kPause, .nodes = {{Role::kWorker, 2, 2}}, .until = 0.1});
    const Outcome outcome = run(std::make_shared<const Job>(spec, train, test));
    ASSERT_TRUE(outcome.job_finished) << name_of(architecture) << ": " << outcome.failure;
    EXPECT_EQ(outcome.evaluations.back().record.fingerprint,
              fingerprint(train_serially(spec, train, test).tables))
        << name_of(architecture);
  }
}

INSTANTIATE_TEST_SUITE_P(On, BaselinesOn, runtimes(), name_of_runtime);

}  // namespace
}  // namespace psgrid::testing
