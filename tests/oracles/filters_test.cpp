// Filters against what was published of them: what key caching saves, and that training with lossy
// filters ends about where it ends without.
#include <cmath>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "scenarios/load_dataset.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 8;

RunSpec on_data(const DataSpec& data, LearnerType learner, std::uint32_t iterations) {
  RunSpec spec = learning_scenario(learner, kWorkers, 2, iterations);
  spec.seed = 3;
  spec.job.data = data;
  spec.job.data->file = PSGRID_SOURCE_DIR "/scenarios/data/" + data.file;
  spec.job.evaluate_every = iterations;
  return spec;
}

// Mini-batches of mails: lists of some hundred of 65,536 keys at each server.
RunSpec mails(std::uint32_t iterations) {
  RunSpec spec = on_data({.file = "spamassassin-hash16.libsvm.gz"},
                         LearnerType::kLogisticRegression, iterations);
  spec.job.optimizer = {.type = OptimizerType::kAdagrad, .learning_rate = 0.1};
  spec.job.batch = 16;
  return spec;
}

FilterSpec key_caching() { return {.type = FilterType::kKeyCaching, .pull = true}; }

Simulated run(const RunSpec& spec) {
  const auto data = scenarios::load_dataset(*spec.job.data, spec.seed);
  EXPECT_TRUE(data);
  return simulate(std::make_shared<const Job>(spec, data->train, data->test));
}

using BytesByType = std::map<std::string, double>;

BytesByType bytes_of(const RunSpec& spec) {
  BytesByType bytes;
  for (const MessageTrace& message : run(spec).messages) {
    bytes[std::string(message.type)] += static_cast<double>(message.size.count);
    if (message.type == "pull" || message.type == "push" || message.type == "pull_reply")
      bytes["all"] += static_cast<double>(message.size.count);
  }
  return bytes;
}

// By type, what of the bytes is left with key caching.
BytesByType left_by_key_caching(RunSpec spec) {
  const BytesByType before = bytes_of(spec);
  spec.filters = {key_caching()};
  BytesByType left = bytes_of(spec);
  for (auto& [type, bytes] : left)
    if (before.contains(type)) bytes /= before.at(type);
  return left;
}

// Li et al., OSDI 2014, Figure 11: with 8 bytes a key and 8 a value, caching keys halves what
// carries both.
TEST(KeyCachingSaves, HalfOfWhatServersSend) {
  RunSpec spec = mails(10);
  spec.wire = {.fixed_keys = true, .doubles = true};
  BytesByType left = left_by_key_caching(spec);
  EXPECT_NEAR(left["pull_reply"], 0.5, 0.02);
  EXPECT_NEAR(left["push"], 0.5, 0.02);
  EXPECT_DOUBLE_EQ(left["pull"], 1) << "every mini-batch has other keys";
}

// A list goes to a server once, with the pull, and not again with the answer and the push: 8 + 4 +
// 4 bytes in place of 8 + 12 + 12.
TEST(KeyCachingSaves, HalfOfAllTrafficOfMiniBatchesWithFloats) {
  RunSpec spec = mails(10);
  spec.wire.fixed_keys = true;
  EXPECT_NEAR(left_by_key_caching(spec)["all"], 0.5, 0.02);
}

// Workers that go over all their examples every time have the same keys every time.
TEST(KeyCachingSaves, AllKeysWhereTheListsStayTheSame) {
  constexpr double kIterations = 20;
  RunSpec spec = mails(static_cast<std::uint32_t>(kIterations));
  spec.job.batch = 10'000;
  spec.wire = {.fixed_keys = true, .doubles = true};
  BytesByType left = left_by_key_caching(spec);
  EXPECT_NEAR(left["pull_reply"], 0.5, 0.02);
  EXPECT_NEAR(left["push"], 0.5, 0.02);
  EXPECT_NEAR(left["pull"], 1 / kIterations, 0.01);
}

// Blocks of features: their lists come again in every pass over the blocks. A push has two values a
// key, 8 (pull) + 8 + 16 (push) bytes become 16.
TEST(KeyCachingSaves, HalfOfWhatPassesOverBlocksSend) {
  constexpr std::uint32_t kPasses = 25;
  RunSpec spec = on_data({.file = "spamassassin-hash16.libsvm.gz"},
                         LearnerType::kSparseLogisticRegression, 8 * kPasses);
  spec.job.learner.l1 = 0.01;
  spec.job.learner.blocks = 8;
  spec.wire = {.fixed_keys = true, .doubles = true};
  BytesByType left = left_by_key_caching(spec);
  EXPECT_NEAR(left["all"], 0.5, 0.04);
  EXPECT_NEAR(left["push"], 2.0 / 3, 0.03);  // in the first pass, a list is new
}

// psgrid's own lists take 1 or 2 bytes a key, so there is less to save.
TEST(KeyCachingSaves, LessWhereKeysAreWrittenAsGaps) {
  BytesByType left = left_by_key_caching(mails(10));
  EXPECT_GT(left["all"], 0.75);
  EXPECT_LT(left["all"], 0.85);
}

// --- what is learnt -----------------------------------------------------------------------------

RunSpec spambase(std::vector<FilterSpec> filters) {
  RunSpec spec = on_data({.file = "spambase.libsvm.gz", .transform = Transform::kStandardize},
                         LearnerType::kLogisticRegression, 150);
  spec.job.learner.l2 = 1e-4;
  spec.job.optimizer.learning_rate = 0.5;
  spec.filters = std::move(filters);
  return spec;
}

RunSpec digits(std::vector<FilterSpec> filters) {
  RunSpec spec = on_data(
      {.file = "digits.csv.gz", .format = DataFormat::kCsv, .transform = Transform::kMaxAbs},
      LearnerType::kSoftmaxRegression, 150);
  spec.job.optimizer.learning_rate = 0.5;
  spec.filters = std::move(filters);
  return spec;
}

double final_loss(const RunSpec& spec) { return run(spec).evaluations.back().record.loss; }

TEST(LossyFilters, LearnAboutAsMuch) {
  const std::vector<std::pair<const char*, std::vector<FilterSpec>>> chains = {
      {"fixed_point 1", {{.type = FilterType::kFixedPoint, .bytes = 1}}},
      {"fixed_point 1 both ways", {{.type = FilterType::kFixedPoint, .pull = true, .bytes = 1}}},
      {"random_skip", {{.type = FilterType::kRandomSkip, .probability = 0.5}}},
      {"significantly_modified", {{.type = FilterType::kSignificantlyModified, .threshold = 0.05}}},
      {"top_k", {{.type = FilterType::kTopK, .ratio = 0.1}}},
      {"one_bit", {{.type = FilterType::kOneBit}}}};
  for (const auto& job : {spambase, digits}) {
    const double plain = final_loss(job({}));
    for (const auto& [name, filters] : chains) {
      const double loss = final_loss(job(filters));
      RecordProperty(name, std::to_string(loss) + " without " + std::to_string(plain));
      EXPECT_NEAR(loss, plain, 0.1 * plain) << name;
    }
  }
}

// Most weights of a sparse model are zero, and stay so: their gradients need not be sent.
TEST(LossyFilters, KktSavesPushesOfASparseModel) {
  RunSpec spec = mails(60);
  spec.job.optimizer = {.type = OptimizerType::kProximal, .learning_rate = 1, .l1 = 2e-3};
  const double loss = final_loss(spec), before = bytes_of(spec)["push"];
  spec.filters = {{.type = FilterType::kKkt}};
  EXPECT_LT(bytes_of(spec)["push"], 0.9 * before);
  EXPECT_NEAR(final_loss(spec), loss, 0.1 * loss);
}

}  // namespace
}  // namespace psgrid::testing
