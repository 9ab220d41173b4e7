#include "model/learners/coded_linear_regression.hpp"

#include "model/check.hpp"

namespace psgrid {

namespace {

// A'A / n with the penalty, and A'y / n.
struct NormalEquations {
  std::vector<double> matrix, right;
};

NormalEquations normal_equations(const Dataset& data, std::uint32_t weights, double l2) {
  NormalEquations equations{std::vector<double>(std::size_t{weights} * weights),
                            std::vector<double>(weights)};
  std::vector<double> example(weights);
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    example.assign(weights, 0);
    if (data.is_sparse()) {
      const auto columns = data.columns_of(row);
      for (std::size_t i = 0; i < columns.size(); ++i) example[columns[i]] = data.values_of(row)[i];
    } else {
      const auto values = data.dense_row(row);
      example.assign(values.begin(), values.end());
      example.resize(weights);
    }
    example.back() = 1;
    for (std::uint32_t i = 0; i < weights; ++i) {
      const double share = example[i] / data.rows;
      if (share == 0) continue;
      for (std::uint32_t j = 0; j < weights; ++j)
        equations.matrix[std::size_t{i} * weights + j] += share * example[j];
      equations.right[i] += share * data.labels[row];
    }
  }
  for (std::uint32_t i = 0; i + 1 < weights; ++i)
    equations.matrix[std::size_t{i} * weights + i] += l2;
  return equations;
}

}  // namespace

CodedLinearRegression::CodedLinearRegression(const LearnerSpec& spec, const Dataset& data)
    : plain_(spec, data),
      l2_(spec.l2),
      code_(spec.workers, spec.stragglers),
      weights_(data.features + 1),
      height_((weights_ + code_.blocks() - 1) / code_.blocks()) {}

std::vector<Table> CodedLinearRegression::tables() const {
  return {{.name = "weights", .id = {0}, .keys = height_, .width = code_.blocks(), .initial = {}}};
}

void CodedLinearRegression::take_share(const Dataset& data, const Share& share) {
  const NormalEquations equations = normal_equations(data, weights_, l2_);
  const std::vector<double> coefficients = code_.row(share.worker.rank);
  block_.assign(std::size_t{height_} * weights_, 0);
  offset_.assign(height_, 0);
  for (std::uint32_t row = 0; row < weights_; ++row) {
    const double coefficient = coefficients[row / height_];
    const std::uint32_t coded = row % height_;
    for (std::uint32_t i = 0; i < weights_; ++i)
      block_[std::size_t{coded} * weights_ + i] +=
          coefficient * equations.matrix[std::size_t{row} * weights_ + i];
    offset_[coded] += coefficient * equations.right[row];
  }
}

std::vector<KeySet> CodedLinearRegression::keys(const Dataset&, std::span<const std::uint32_t>) {
  return {KeySet::range(0, height_)};
}

std::vector<double> CodedLinearRegression::in_order(const Section& weights) const {
  const std::span<const float> rows = weights.values.data();
  PSGRID_CHECK(rows.size() == std::size_t{height_} * code_.blocks(), "the whole table");
  std::vector<double> ordered(weights_);
  for (std::uint32_t i = 0; i < weights_; ++i)
    ordered[i] = rows[std::size_t{i % height_} * code_.blocks() + i / height_];
  return ordered;
}

Gradient CodedLinearRegression::gradient(const Dataset&, std::span<const std::uint32_t>,
                                         const std::vector<Section>& weights) {
  const std::vector<double> w = in_order(weights.at(0));
  std::vector<float> product;
  for (std::uint32_t row = 0; row < height_; ++row) {
    double sum = -offset_[row];
    for (std::uint32_t i = 0; i < weights_; ++i)
      sum += block_[std::size_t{row} * weights_ + i] * w[i];
    product.push_back(static_cast<float>(sum));
  }
  return {{{weights[0].table, weights[0].keys, Values(std::move(product))}}, 0};
}

Evaluation CodedLinearRegression::evaluate(const Dataset& data,
                                           const std::vector<Section>& weights) const {
  const std::vector<double> w = in_order(weights.at(0));
  return plain_.evaluate(data, {{weights[0].table, KeySet::range(0, weights_),
                                 Values(std::vector<float>(w.begin(), w.end()))}});
}

double CodedLinearRegression::flops_per_example(const Dataset& data) const {
  return 2.0 * weights_ * weights_ / data.rows;
}

}  // namespace psgrid
