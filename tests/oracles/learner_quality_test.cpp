// What learners reach on the bundled data: within a margin of what plain programs reach there.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "model/learners/lda.hpp"
#include "model/learners/sparse_logistic_regression.hpp"
#include "scenarios/load_dataset.hpp"
#include "tests/support/l1_optimum.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/small_data.hpp"

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

TrainTest documents() {
  DataSpec spec;
  spec.file = std::string(PSGRID_SOURCE_DIR) + "/scenarios/data/austen.ldac.gz";
  spec.format = DataFormat::kLdaC;
  spec.numeric_labels = true;
  spec.test_fraction = 1.0 / 270;
  Result<TrainTest> loaded = load_dataset(spec, 7);
  EXPECT_TRUE(loaded);
  return std::move(*loaded);
}

// 20 topics: training perplexity 2,657 before the first sweep, 1,967 after 60.
TEST(LearnerQuality, TopicsOfAusten) {
  const Dataset data = documents().train;
  Lda learner({.type = LearnerType::kLda, .topics = 20, .seed = 7}, data);
  learner.take_share(data, {worker_id(0), {}, 0, data.rows});
  std::vector<std::vector<float>> tables;
  for (const Table& table : learner.tables()) tables.emplace_back(table.keys * table.width);
  std::vector<double> perplexity;  // before each sweep; the first is that of no counts
  for (int sweep = 0; sweep <= 61; ++sweep) {
    std::vector<Section> all;
    for (std::uint16_t t = 0; t < 2; ++t)
      all.push_back({{t}, KeySet::range(0, tables[t].size() / 20), Values(tables[t])});
    const std::vector<KeySet> keys = learner.keys(data, all_rows(data));
    const Gradient pushed = learner.gradient(data, all_rows(data), select(all, keys));
    perplexity.push_back(std::exp(pushed.loss));
    for (const Section& section : pushed.sections) {
      const float* from = section.values.data().data();
      section.keys.for_each_run([&](Key begin, std::uint64_t count) {
        for (std::size_t i = 20 * begin; i < 20 * (begin + count); ++i)
          tables[section.table.value][i] += *from++;
      });
    }
  }
  EXPECT_NEAR(perplexity[1], 2657, 15);
  EXPECT_NEAR(perplexity[61], 1967, 40);
}

double accuracy(const Dataset& data, const std::vector<float>& weights) {
  double right = 0;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    double score = 0;
    for (std::size_t i = 0; i < data.columns_of(row).size(); ++i)
      score += double{data.values_of(row)[i]} * weights[data.columns_of(row)[i]];
    right += (score > 0) == (data.labels[row] > 0.5f);
  }
  return right / data.rows;
}

// The optimum of a plain program, in blocks; logistic regression without a penalty: 0.967.
TEST(LearnerQuality, SparseLogisticRegressionOnHashedMails) {
  constexpr double kL1 = 1e-3;
  const TrainTest data = bundled("spamassassin-hash16.libsvm.gz");
  SparseLogisticRegression learner({.type = LearnerType::kSparseLogisticRegression,
                                    .l1 = kL1,
                                    .blocks = 64,
                                    .step = 3,
                                    .kkt_filter = true},
                                   data.train);
  learner.take_share(data.train, {worker_id(0), {}, 0, data.train.rows});
  const std::unique_ptr<UpdateRule> rule = learner.update_rule();
  std::vector<float> weights(data.train.features);
  for (int iteration = 0; iteration < 64 * 64; ++iteration) {
    const std::vector<KeySet> keys = learner.keys(data.train, {});
    std::vector<float> block;
    keys[0].for_each_run([&](Key begin, std::uint64_t count) {
      for (Key key = begin; key < begin + count; ++key) block.push_back(weights[key]);
    });
    const Gradient pushed =
        learner.gradient(data.train, {}, {{{0}, keys[0], Values(std::move(block))}});
    for (const Section& section : pushed.sections) {
      std::span<const float> from = section.values.data();
      section.keys.for_each_run([&](Key begin, std::uint64_t count) {
        rule->apply(std::span(weights).subspan(begin, count), {}, from.first(2 * count), 1, 1);
        from = from.subspan(2 * count);
      });
    }
  }
  const double least = least_objective(data.train, kL1, 1500);
  EXPECT_NEAR(l1_objective(data.train, weights, kL1), least, 0.005 * least);
  EXPECT_LT(kkt_violation(data.train, weights, kL1), 2 * kL1);
  EXPECT_NEAR(accuracy(data.test, weights), 0.96, 0.02);
  const auto zeros = std::count(weights.begin(), weights.end(), 0.0f);
  EXPECT_GT(zeros, 65'000) << "of 65,536 weights";
  EXPECT_GT(learner.skipped(), 4 * learner.pushed());
}

}  // namespace
}  // namespace psgrid::scenarios
