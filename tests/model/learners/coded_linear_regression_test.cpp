#include "model/learners/coded_linear_regression.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "model/synthetic.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

constexpr std::uint32_t kWorkers = 5, kStragglers = 2, kBlocks = kWorkers - kStragglers;

LearnerSpec spec() {
  return {.type = LearnerType::kCodedLinearRegression,
          .l2 = 0.25,
          .workers = kWorkers,
          .stragglers = kStragglers};
}

// The products of these workers' blocks with the weights, decoded and in the order of the weights.
std::vector<double> decoded_gradient(const Dataset& data, const std::vector<Section>& weights,
                                     const std::vector<std::uint32_t>& pieces) {
  std::vector<std::vector<float>> pushed;
  for (std::uint32_t worker : pieces) {
    CodedLinearRegression learner(spec(), data);
    learner.take_share(data, {.worker = worker_id(worker), .from = {}, .rows = data.rows});
    const Gradient gradient = learner.gradient(data, {}, weights);
    const auto values = gradient.sections.at(0).values.data();
    EXPECT_EQ(values.size(), gradient.sections[0].keys.size()) << "one value a key";
    pushed.emplace_back(values.begin(), values.end());
  }
  const std::vector<double> factors = MdsCode(kWorkers, kStragglers).decoding(pieces);
  std::vector<double> decoded;
  for (std::uint32_t block = 0; block < kBlocks; ++block)
    for (std::size_t row = 0; row < pushed[0].size(); ++row) {
      decoded.push_back(0);
      for (std::size_t i = 0; i < pieces.size(); ++i)
        decoded.back() += factors[block * kBlocks + i] * pushed[i][row];
    }
  return decoded;
}

void expect_full_gradient(const Dataset& data) {
  CodedLinearRegression coded(spec(), data);
  const Table table = coded.tables().at(0);
  const std::uint64_t height = table.keys;
  ASSERT_EQ(table.width, kBlocks);
  ASSERT_GE(height * kBlocks, data.features + 1);
  const std::vector<Section> blocks = random_weights(coded);
  std::vector<float> in_order;
  for (std::uint64_t i = 0; i <= data.features; ++i)
    in_order.push_back(blocks[0].values.data()[i % height * kBlocks + i / height]);

  LinearRegression plain(spec(), data);
  const KeySet keys = KeySet::range(0, data.features + 1);
  const std::vector<Section> weights = {{{0}, keys, Values(in_order)}};
  const Gradient expected = plain.gradient(data, all_rows(data), weights);
  const auto derivative = expected.sections[0].values.data();
  for (const std::vector<std::uint32_t>& pieces :
       {std::vector<std::uint32_t>{0, 1, 2}, {0, 3, 4}, {1, 2, 4}, {2, 3, 4}}) {
    const std::vector<double> found = decoded_gradient(data, blocks, pieces);
    for (std::size_t i = 0; i < derivative.size(); ++i)
      EXPECT_NEAR(found[i], derivative[i], 1e-4) << "weight " << i;
    for (std::size_t i = derivative.size(); i < found.size(); ++i)
      EXPECT_NEAR(found[i], 0, 1e-4) << "padding";
  }
  EXPECT_EQ(coded.evaluate(data, blocks).loss, plain.evaluate(data, weights).loss);
}

TEST(CodedLinearRegression, DecodesTheGradientOfAllExamples) {
  expect_full_gradient(
      make_synthetic({.type = SyntheticType::kLinear, .rows = 50, .features = 6, .noise = 0.1}, 3));
  expect_full_gradient(sparse_bags(40, 10, 2));
}

TEST(CodedLinearRegression, CountsTheOperationsOfAShare) {
  const Dataset data =
      make_synthetic({.type = SyntheticType::kLinear, .rows = 50, .features = 9}, 3);
  const CodedLinearRegression learner(spec(), data);
  EXPECT_DOUBLE_EQ(learner.flops_per_example(data) * data.rows, 2 * 10 * 10);
}

}  // namespace
}  // namespace psgrid
