// Learners, update rules, batches and initial values together, trained by the plain loop that
// clusters are compared with.
#include "tests/support/serial_reference.hpp"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "model/synthetic.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

RunSpec run(LearnerType learner, std::uint32_t workers, std::uint32_t iterations) {
  RunSpec spec;
  spec.seed = 7;
  spec.cluster.workers = workers;
  spec.job.learner.type = learner;
  spec.job.learner.l2 = 1e-3;
  if (learner == LearnerType::kPerceptron) spec.job.learner.hidden = {9, 7};
  spec.job.batch = 8;
  spec.job.stop.iterations = iterations;
  return spec;
}

std::uint64_t hash_of(const SerialResult& result) {
  std::uint64_t hash = 0;
  for (const std::vector<float>& table : result.tables)
    for (float value : table) hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3u;
  for (const Evaluation& evaluation : result.evaluations)
    for (double value : {evaluation.loss, evaluation.metric})
      hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3u;
  return hash;
}

TEST(TrainSerially, EveryLearnerLearnsDenseData) {
  for (LearnerType learner : {LearnerType::kLogisticRegression, LearnerType::kSvm,
                              LearnerType::kSoftmaxRegression, LearnerType::kPerceptron}) {
    const bool binary = learner == LearnerType::kLogisticRegression || learner == LearnerType::kSvm;
    const std::uint32_t classes = binary ? 2 : 4;
    const SerialResult result = train_serially(run(learner, 4, 100), dense_clouds(400, 10, classes),
                                               dense_clouds(200, 10, classes, 2));
    ASSERT_EQ(result.evaluations.size(), 100u);
    EXPECT_GT(result.evaluations.back().metric, 0.97);
    EXPECT_LE(result.evaluations.back().loss, result.evaluations.front().loss / 2);
  }
}

TEST(TrainSerially, LinearLearnersLearnSparseData) {
  for (LearnerType learner :
       {LearnerType::kLogisticRegression, LearnerType::kSvm, LearnerType::kSoftmaxRegression}) {
    RunSpec spec = run(learner, 4, 200);
    spec.job.optimizer.learning_rate = 0.5;
    const SerialResult result =
        train_serially(spec, sparse_bags(400, 120, 2), sparse_bags(200, 120, 2, 2));
    EXPECT_GT(result.evaluations.back().metric, 0.9);
  }
}

TEST(TrainSerially, EveryOptimizerLearns) {
  for (OptimizerType type : {OptimizerType::kSgd, OptimizerType::kMomentum, OptimizerType::kAdagrad,
                             OptimizerType::kAdam, OptimizerType::kProximal}) {
    RunSpec spec = run(LearnerType::kSoftmaxRegression, 2, 100);
    spec.job.optimizer.type = type;
    spec.job.optimizer.learning_rate = 0.05;
    spec.job.optimizer.l1 = 1e-3;
    const SerialResult result =
        train_serially(spec, dense_clouds(400, 10, 4), dense_clouds(200, 10, 4, 2));
    EXPECT_GT(result.evaluations.back().metric, 0.97) << static_cast<int>(type);
  }
}

// W workers with the whole data in one batch each compute the gradient of one worker on all rows.
TEST(TrainSerially, WorkersShareOneFullGradient) {
  const Dataset train = dense_clouds(64, 6, 3), test = dense_clouds(50, 6, 3, 2);
  RunSpec one = run(LearnerType::kSoftmaxRegression, 1, 20);
  RunSpec four = run(LearnerType::kSoftmaxRegression, 4, 20);
  one.job.batch = 64;
  four.job.batch = 16;
  const SerialResult a = train_serially(one, train, test), b = train_serially(four, train, test);
  for (std::size_t i = 0; i < a.tables[0].size(); ++i)
    EXPECT_NEAR(a.tables[0][i], b.tables[0][i], 1e-5);
}

TEST(TrainSerially, MoreWorkersThanRows) {
  const SerialResult result = train_serially(run(LearnerType::kLogisticRegression, 9, 3),
                                             sparse_bags(4, 20, 2), sparse_bags(10, 20, 2, 2));
  EXPECT_TRUE(std::isfinite(result.evaluations.back().loss));
}

TEST(TrainSerially, KeysThatNobodyTouchesKeepTheirValues) {
  Dataset train = sparse_bags(20, 40, 2);
  train.features = 50;  // columns 40 to 49 never occur
  Dataset test = sparse_bags(20, 40, 2, 2);
  test.features = 50;
  const SerialResult result =
      train_serially(run(LearnerType::kLogisticRegression, 3, 30), train, test);
  for (std::size_t column = 40; column < 50; ++column) EXPECT_EQ(result.tables[0][column], 0);
  EXPECT_NE(result.tables[0][50], 0);  // the bias
}

// The bits themselves, on every machine and in every build type.
TEST(TrainSerially, GivesTheSameBitsForever) {
  const Dataset dense = dense_clouds(300, 37, 5), dense_test = dense_clouds(100, 37, 5, 2);
  const Dataset bits = dense_clouds(300, 37, 2), bits_test = dense_clouds(100, 37, 2, 2);
  const Dataset sparse = sparse_bags(300, 200, 5), sparse_test = sparse_bags(100, 200, 5, 2);
  RunSpec adam = run(LearnerType::kPerceptron, 3, 20);
  adam.job.optimizer.type = OptimizerType::kAdam;
  EXPECT_EQ(hash_of(train_serially(run(LearnerType::kLogisticRegression, 3, 20), bits, bits_test)),
            4030326582494626052u);
  EXPECT_EQ(hash_of(train_serially(run(LearnerType::kSoftmaxRegression, 3, 20), dense, dense_test)),
            16033881823085085143u);
  EXPECT_EQ(
      hash_of(train_serially(run(LearnerType::kSoftmaxRegression, 3, 20), sparse, sparse_test)),
      10993200032903157844u);
  EXPECT_EQ(hash_of(train_serially(adam, dense, dense_test)), 5030229622629656817u);
}

TEST(TrainSerially, LearnersWithRulesOfTheirOwnGiveTheSameBitsForever) {
  RunSpec factors = run(LearnerType::kMatrixFactorization, 3, 20);
  factors.job.learner.rank = 5;
  factors.job.learner.biases = true;
  const SyntheticSpec drawn{.type = SyntheticType::kRatings,
                            .rows = 200,
                            .noise = 0.1,
                            .users = 20,
                            .items = 15,
                            .rank = 3};
  const Dataset ratings = make_synthetic(drawn, 1), held_out = make_synthetic(drawn, 2);
  EXPECT_EQ(hash_of(train_serially(factors, ratings, held_out)), 17155900671791914695u);

  RunSpec topics = run(LearnerType::kLda, 3, 20);
  topics.job.learner.topics = 7;
  EXPECT_EQ(
      hash_of(train_serially(topics, topic_documents(40, 60, 4), topic_documents(20, 60, 4, 2))),
      2896149513647697862u);

  RunSpec blocks = run(LearnerType::kSparseLogisticRegression, 3, 40);
  blocks.job.learner.l1 = 0.01;
  blocks.job.learner.blocks = 7;
  blocks.job.learner.kkt_filter = true;
  blocks.job.batch = 1u << 27;
  EXPECT_EQ(hash_of(train_serially(blocks, sparse_bags(300, 200, 2), sparse_bags(100, 200, 2, 2))),
            8529774358108542518u);

  RunSpec margin = run(LearnerType::kSvm, 3, 20);
  EXPECT_EQ(hash_of(train_serially(margin, sparse_bags(300, 200, 2), sparse_bags(100, 200, 2, 2))),
            14557155515489933324u);
  const SyntheticSpec linear{.rows = 300, .features = 37, .noise = 0.5};
  EXPECT_EQ(hash_of(train_serially(run(LearnerType::kLinearRegression, 3, 20),
                                   make_synthetic(linear, 1), make_synthetic(linear, 2))),
            17362235755086661041u);
}

}  // namespace
}  // namespace psgrid
