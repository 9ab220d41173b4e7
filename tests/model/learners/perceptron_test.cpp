#include "model/learners/perceptron.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "model/learners/softmax_regression.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

LearnerSpec spec(std::vector<std::uint32_t> hidden, double l2 = 0) {
  return {.type = LearnerType::kPerceptron, .l2 = l2, .hidden = std::move(hidden)};
}

TEST(Perceptron, HasATableALayer) {
  const Perceptron learner(spec({8, 6}), dense_clouds(4, 5, 3));
  const std::vector<Table> tables = learner.tables();
  ASSERT_EQ(tables.size(), 3u);
  EXPECT_EQ(tables[0].name, "layer1");
  EXPECT_EQ(tables[0].keys, 6u);
  EXPECT_EQ(tables[0].width, 8u);
  EXPECT_DOUBLE_EQ(tables[0].initial.scale, std::sqrt(6.0 / 13));
  EXPECT_EQ(tables[1].keys, 9u);
  EXPECT_EQ(tables[1].width, 6u);
  EXPECT_EQ(tables[2].name, "layer3");
  EXPECT_EQ(tables[2].id, Namespace{2});
  EXPECT_EQ(tables[2].keys, 7u);
  EXPECT_EQ(tables[2].width, 3u);
}

TEST(Perceptron, GradientIsTheDerivativeOfTheLoss) {
  const Dataset data = dense_clouds(20, 5, 3);
  for (const std::vector<std::uint32_t>& hidden :
       {std::vector<std::uint32_t>{}, {6}, {6, 4}, {5, 5, 5}}) {
    Perceptron learner(spec(hidden, 0.1), data);
    EXPECT_LT(gradient_error(learner, 0.1, data, {3, 4, 4, 17}, random_weights(learner)), 2e-3)
        << hidden.size() << " hidden layers";
  }
}

TEST(Perceptron, WithoutHiddenLayersIsSoftmaxRegression) {
  const Dataset data = dense_clouds(40, 6, 4);
  Perceptron perceptron(spec({}), data);
  SoftmaxRegression softmax({.type = LearnerType::kSoftmaxRegression, .hidden = {}}, data);
  const std::vector<Section> weights = random_weights(softmax);
  const Gradient a = perceptron.gradient(data, all_rows(data), weights);
  const Gradient b = softmax.gradient(data, all_rows(data), weights);
  EXPECT_EQ(a.loss, b.loss);
  for (std::size_t i = 0; i < 7 * 4; ++i)
    EXPECT_EQ(a.sections[0].values.data()[i], b.sections[0].values.data()[i]);
}

TEST(Perceptron, LearnsFromSparseDataAsFromDense) {
  const Dataset sparse = sparse_bags(30, 40, 3), dense = densified(sparse);
  Perceptron on_sparse(spec({7}), sparse), on_dense(spec({7}), dense);
  const std::vector<Section> weights = random_weights(on_dense);
  const Gradient a = on_sparse.gradient(sparse, all_rows(sparse), weights);
  const Gradient b = on_dense.gradient(dense, all_rows(dense), weights);
  EXPECT_EQ(a.loss, b.loss);
  for (std::size_t i = 0; i < 41 * 7; ++i)
    EXPECT_EQ(a.sections[0].values.data()[i], b.sections[0].values.data()[i]);
}

TEST(Perceptron, BatchesShareTheirKeys) {
  const Dataset data = dense_clouds(4, 5, 3);
  Perceptron learner(spec({8}), data);
  const std::vector<KeySet> first = learner.keys(data, std::vector<std::uint32_t>{0});
  const std::vector<KeySet> second = learner.keys(data, std::vector<std::uint32_t>{1});
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[1], KeySet::range(0, 9));
  EXPECT_TRUE(first[0].same_as(second[0]) && first[1].same_as(second[1]));
}

TEST(Perceptron, CountsOperationsLayerByLayer) {
  const Dataset data = dense_clouds(4, 5, 3);
  // Weights 5*8 (4 each), 8*3 (6 each); biases 8 and 3 (4 each).
  EXPECT_EQ(Perceptron(spec({8}), data).flops_per_example(data), 4 * 40 + 6 * 24 + 4 * 11);
}

}  // namespace
}  // namespace psgrid
