#include "model/learners/sparse_logistic_regression.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "model/batches.hpp"
#include "tests/support/l1_optimum.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

constexpr double kL1 = 0.01;

LearnerSpec spec(std::uint32_t blocks, bool kkt_filter = false) {
  return {.type = LearnerType::kSparseLogisticRegression,
          .l1 = kL1,
          .blocks = blocks,
          .kkt_filter = kkt_filter};
}

// A server, and workers that share the data, all in step. Reads see what was there `delay`
// iterations ago, as late as bounded delay allows.
class InStep {
 public:
  InStep(const Dataset& data, LearnerSpec spec, std::uint32_t workers, std::uint32_t delay = 0)
      : data_(data), delay_(delay) {
    spec.delay = delay;
    for (std::uint32_t rank = 0; rank < workers; ++rank) {
      learners_.push_back(std::make_unique<SparseLogisticRegression>(spec, data));
      const DataRange rows = data_range(data.rows, rank, workers);
      learners_.back()->take_share(data, {worker_id(rank), {}, rows.begin, rows.size()});
    }
    rule_ = learners_[0]->update_rule();
    history_.emplace_back(data.features);
  }

  void iterate() {
    std::vector<float> pushed(2 * data_.features);
    const std::vector<float>& read =
        history_[history_.size() > delay_ ? history_.size() - 1 - delay_ : 0];
    for (const auto& learner : learners_) {
      const KeySet keys = learner->keys(data_, {})[0];
      const std::vector<Section> all = {{{0}, KeySet::range(0, read.size()), Values(read)}};
      const Gradient gradient = learner->gradient(
          data_, {}, keys.empty() ? std::vector<Section>{{{0}, {}, {}}} : select(all, {keys}));
      for (const Section& section : gradient.sections) {
        const float* from = section.values.data().data();
        section.keys.for_each_run([&](Key begin, std::uint64_t count) {
          for (std::size_t i = 2 * begin; i < 2 * (begin + count); ++i) pushed[i] += *from++;
        });
      }
    }
    std::vector<float> next = history_.back();
    rule_->apply(next, {}, pushed, 1, 1);
    history_.push_back(std::move(next));
  }

  const std::vector<float>& weights() const { return history_.back(); }
  double objective() const { return l1_objective(data_, weights(), kL1); }
  const SparseLogisticRegression& learner(std::size_t rank) const { return *learners_[rank]; }

 private:
  const Dataset data_;
  const std::uint32_t delay_;
  std::vector<std::unique_ptr<SparseLogisticRegression>> learners_;
  std::unique_ptr<UpdateRule> rule_;
  std::vector<std::vector<float>> history_;
};

Dataset bags() { return sparse_bags(300, 120, 2); }

TEST(SparseLogisticRegression, TheFirstPushIsTheDerivativeAtZeroAndItsBound) {
  Dataset data;
  data.rows = 2;
  data.features = 3;
  data.classes = 2;
  data.labels = {1, 0};
  data.row_begin = {0, 2, 3};
  data.column = {0, 2, 0};
  data.value = {2, 1, -4};
  LearnerSpec one_block = spec(1);
  SparseLogisticRegression learner(one_block, data);
  learner.take_share(data, {worker_id(0), {}, 0, 2});
  EXPECT_TRUE(learner.keys(data, {})[0].empty()) << "all weights are known to be 0";
  const Gradient pushed = learner.gradient(data, {}, {{{0}, {}, {}}});
  EXPECT_NEAR(pushed.loss, std::log(2), 1e-12);
  EXPECT_EQ(pushed.sections[0].keys, KeySet::list({0, 2}));
  const std::span<const float> values = pushed.sections[0].values.data();
  EXPECT_FLOAT_EQ(values[0], (-0.5f * 2 + 0.5f * -4) / 2);
  EXPECT_FLOAT_EQ(values[1], (2 * 3 + 4 * 4) / 4.0f / 2);
  EXPECT_FLOAT_EQ(values[2], -0.5f / 2);
  EXPECT_FLOAT_EQ(values[3], 3 / 4.0f / 2);
}

// Whatever the blocks and their order: the bound is one.
TEST(SparseLogisticRegression, TheObjectiveNeverRises) {
  for (std::uint32_t blocks : {1u, 7u, 120u})
    for (bool random : {false, true}) {
      LearnerSpec ordered = spec(blocks);
      ordered.random_order = random;
      InStep run(bags(), ordered, 3);
      double before = run.objective();
      for (int i = 0; i < 200; ++i) {
        run.iterate();
        EXPECT_LE(run.objective(), before + 1e-7) << blocks << " blocks, iteration " << i;
        before = run.objective();
      }
    }
}

TEST(SparseLogisticRegression, EndsWhereTheOptimumIs) {
  const double least = least_objective(bags(), kL1, 3000);
  for (std::uint32_t blocks : {1u, 10u}) {
    InStep run(bags(), spec(blocks), 4);
    for (std::uint32_t i = 0; i < 1500 * blocks; ++i) run.iterate();
    EXPECT_NEAR(run.objective(), least, 1e-5 * least) << blocks << " blocks";
    EXPECT_LT(kkt_violation(bags(), run.weights(), kL1), 1e-4) << blocks << " blocks";
    EXPECT_GT(std::count(run.weights().begin(), run.weights().end(), 0.0f), 20);
  }
}

TEST(SparseLogisticRegression, ConvergesThoughWhatItReadsIsLate) {
  const double least = least_objective(bags(), kL1, 3000);
  for (std::uint32_t delay : {1u, 4u, 16u}) {
    InStep run(bags(), spec(10), 3, delay);
    for (std::uint32_t i = 0; i < 3000 * (delay + 1); ++i) run.iterate();
    EXPECT_NEAR(run.objective(), least, 1e-4 * least) << "delay " << delay;
  }
}

TEST(SparseLogisticRegression, TheFilterSavesPushesAndEndsAtTheSameOptimum) {
  const double least = least_objective(bags(), kL1, 3000);
  InStep plain(bags(), spec(10), 3), filtered(bags(), spec(10, true), 3);
  for (int i = 0; i < 15'000; ++i) plain.iterate();
  for (int i = 0; i < 15'000; ++i) filtered.iterate();
  EXPECT_NEAR(filtered.objective(), least, 1e-4 * least);
  EXPECT_EQ(plain.learner(0).skipped(), 0u);
  const SparseLogisticRegression& learner = filtered.learner(0);
  EXPECT_EQ(learner.skipped() + learner.pushed(), plain.learner(0).pushed());
  EXPECT_GT(learner.skipped(), learner.pushed() / 20);
}

TEST(SparseLogisticRegression, AWorkerThatIsStartedAnewReadsAllItsFeaturesFirst) {
  const Dataset data = bags();
  InStep run(data, spec(10), 1);
  for (int i = 0; i < 37; ++i) run.iterate();
  SparseLogisticRegression again(spec(10), data);
  again.take_share(data, {worker_id(0), {37}, 0, data.rows});
  const std::vector<KeySet> keys = again.keys(data, {});
  EXPECT_EQ(keys[0].size(), FeatureBlocks(data, 0, data.rows, 1).columns());
  const std::vector<Section> all = {{{0}, KeySet::range(0, 120), Values(run.weights())}};
  const Gradient pushed = again.gradient(data, {}, select(all, keys));
  // As the worker that had been there all the time.
  const std::vector<double> expected = mean_derivative(data, run.weights());
  std::size_t i = 0;
  pushed.sections[0].keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key, ++i)
      EXPECT_NEAR(pushed.sections[0].values.data()[2 * i], expected[key], 1e-6);
  });
  EXPECT_LT(again.keys(data, {})[0].size(), 20u) << "then only what was updated last";
}

TEST(SparseLogisticRegression, RowsThatChangeAreReadAnew) {
  const Dataset data = bags();
  InStep run(data, spec(10), 1);
  for (int i = 0; i < 37; ++i) run.iterate();
  SparseLogisticRegression half(spec(10), data);
  half.take_share(data, {worker_id(0), {36}, 0, 150});
  const std::vector<Section> all = {{{0}, KeySet::range(0, 120), Values(run.weights())}};
  const std::vector<KeySet> before = half.keys(data, {});
  half.take_share(data, {worker_id(0), {37}, 0, 300});
  const std::vector<KeySet> after = half.keys(data, {});
  Dataset old_rows = data;
  old_rows.rows = 150;
  EXPECT_NEAR(half.gradient(data, {}, select(all, before)).loss,
              l1_objective(old_rows, run.weights(), 0), 1e-6);
  const double loss = half.gradient(data, {}, select(all, after)).loss;
  EXPECT_NEAR(loss, l1_objective(data, run.weights(), 0), 1e-6);
}

TEST(SparseLogisticRegression, EvaluatesLossAndCountsWeights) {
  const Dataset data = bags();
  const SparseLogisticRegression learner(spec(3), data);
  std::vector<float> weights(120);
  weights[4] = 0.5f;
  weights[7] = -1;
  const Evaluation evaluation =
      learner.evaluate(data, {{{0}, KeySet::range(0, 120), Values(weights)}});
  EXPECT_EQ(evaluation.metric, 2);
  EXPECT_NEAR(evaluation.loss, l1_objective(data, weights, 0), 1e-9);
}

TEST(SparseLogisticRegression, CountsFourOperationsANonZeroOfABlock) {
  const Dataset data = bags();
  EXPECT_DOUBLE_EQ(SparseLogisticRegression(spec(5), data).flops_per_example(data),
                   4 * static_cast<double>(data.value.size()) / 300 / 5);
}

}  // namespace
}  // namespace psgrid
