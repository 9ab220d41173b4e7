// What learners reach on the bundled data: within a margin of what plain programs reach there.
#include <gtest/gtest.h>

#include "scenarios/load_dataset.hpp"
#include "tests/support/serial_reference.hpp"

namespace psgrid::scenarios {
namespace {

TrainTest bundled(const std::string& name, Transform transform = Transform::kNone) {
  DataSpec spec;
  spec.file = std::string(PSGRID_SOURCE_DIR) + "/scenarios/data/" + name;
  spec.transform = transform;
  Result<TrainTest> loaded = load_dataset(spec, 7);
  EXPECT_TRUE(loaded);
  return std::move(*loaded);
}

// One worker, so many epochs of mini-batches of 32.
RunSpec plain_run(LearnerType learner, const Dataset& train, std::uint32_t epochs, double rate) {
  RunSpec spec;
  spec.seed = 7;
  spec.cluster.workers = 1;
  spec.job.learner.type = learner;
  spec.job.batch = 32;
  spec.job.optimizer.learning_rate = rate;
  spec.job.stop.iterations = epochs * (train.rows / 32);
  return spec;
}

// Logistic regression: 0.940 accuracy after 5 epochs.
TEST(LearnerQuality, SvmOnSpambase) {
  const TrainTest data = bundled("spambase.libsvm.gz", Transform::kLog1p);
  RunSpec spec = plain_run(LearnerType::kSvm, data.train, 5, 0.1);
  spec.job.learner.l2 = 1e-4;
  EXPECT_NEAR(train_serially(spec, data.train, data.test).evaluations.back().metric, 0.94, 0.015);
}

// Logistic regression: 0.967.
TEST(LearnerQuality, SvmOnHashedMails) {
  const TrainTest data = bundled("spamassassin-hash16.libsvm.gz");
  RunSpec spec = plain_run(LearnerType::kSvm, data.train, 5, 0.05);
  spec.job.learner.l2 = 1e-5;
  EXPECT_GT(train_serially(spec, data.train, data.test).evaluations.back().metric, 0.96);
}

}  // namespace
}  // namespace psgrid::scenarios
