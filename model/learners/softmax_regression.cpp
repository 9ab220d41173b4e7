#include "model/learners/softmax_regression.hpp"

#include <algorithm>
#include <utility>

#include "model/check.hpp"
#include "model/learners/examples.hpp"
#include "model/learners/metrics.hpp"
#include "model/learners/sparse_keys.hpp"
#include "model/learners/vector_math.hpp"

namespace psgrid {
namespace {

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }

// Scores of sparse rows: x W + b, where `weights` has the rows of the keys behind `positions`.
Matrix sparse_scores(const Dataset& data, std::span<const std::uint32_t> rows,
                     const KeyPositions& positions, const ConstMatrixMap& weights) {
  Matrix scores(index(rows.size()), weights.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto out = scores.row(index(i));
    out = weights.row(weights.rows() - 1);
    const std::span<const std::uint32_t> columns = data.columns_of(rows[i]);
    const std::span<const float> values = data.values_of(rows[i]);
    for (std::size_t k = 0; k < columns.size(); ++k)
      out += values[k] * weights.row(positions[columns[k]]);
  }
  return scores;
}

// The transpose of the above: adds up the rows' score derivatives for each weight.
void add_sparse(const Dataset& data, std::span<const std::uint32_t> rows,
                const KeyPositions& positions, const Matrix& derivatives,
                Eigen::Map<Matrix> gradient) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto derivative = derivatives.row(index(i));
    const std::span<const std::uint32_t> columns = data.columns_of(rows[i]);
    const std::span<const float> values = data.values_of(rows[i]);
    for (std::size_t k = 0; k < columns.size(); ++k)
      gradient.row(positions[columns[k]]) += values[k] * derivative;
    gradient.row(gradient.rows() - 1) += derivative;
  }
}

}  // namespace

SoftmaxRegression::SoftmaxRegression(const LearnerSpec& spec, const Dataset& data)
    : bias_(data.features), classes_(data.classes), l2_(static_cast<float>(spec.l2)) {
  PSGRID_CHECK(classes_ > 0, "data with classes");
  fix_product_blocking();
  if (!data.is_sparse()) all_keys_ = KeySet::range(0, bias_ + 1);
}

std::vector<Table> SoftmaxRegression::tables() const {
  return {{.name = "weights", .id = {0}, .keys = bias_ + 1, .width = classes_, .initial = {}}};
}

std::vector<KeySet> SoftmaxRegression::keys(const Dataset& data,
                                            std::span<const std::uint32_t> rows) {
  return {data.is_sparse() ? columns_and_bias(data, rows, bias_) : all_keys_};
}

Gradient SoftmaxRegression::gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                                     const std::vector<Section>& weights) {
  const Section& section = weights.at(0);
  const std::span<const float> w = section.values.data();
  PSGRID_CHECK(w.size() == section.keys.size() * classes_, "one row of weights a key");
  const ConstMatrixMap matrix(w.data(), index(section.keys.size()), classes_);
  Gradient result;
  std::vector<float> values(w.size());
  Eigen::Map<Matrix> gradient(values.data(), matrix.rows(), matrix.cols());
  if (data.is_sparse()) {
    const KeyPositions positions(section.keys, bias_ + 1);
    Matrix scores = sparse_scores(data, rows, positions, matrix);
    result.loss = cross_entropy(data, rows, scores);
    add_sparse(data, rows, positions, scores, gradient);
  } else {
    const Matrix inputs = examples_and_one(data, rows);
    Matrix scores = inputs * matrix;
    result.loss = cross_entropy(data, rows, scores);
    gradient.noalias() = inputs.transpose() * scores;
  }
  if (l2_ != 0) {
    const std::size_t penalised = w.size() - classes_;
    add_scaled(std::span(values).first(penalised), l2_, w.first(penalised));
  }
  result.sections.push_back({section.table, section.keys, Values(std::move(values))});
  return result;
}

Evaluation SoftmaxRegression::evaluate(const Dataset& data,
                                       const std::vector<Section>& weights) const {
  const Section& section = weights.at(0);
  const std::span<const float> w = section.values.data();
  PSGRID_CHECK(w.size() == (bias_ + 1) * classes_, "the whole table");
  const ConstMatrixMap matrix(w.data(), index(bias_ + 1), classes_);
  return evaluate_classes(data, [&](std::span<const std::uint32_t> rows) -> Matrix {
    if (data.is_sparse())
      return sparse_scores(data, rows, KeyPositions(section.keys, bias_ + 1), matrix);
    return examples_and_one(data, rows) * matrix;
  });
}

double SoftmaxRegression::flops_per_example(const Dataset& data) const {
  const double terms = data.is_sparse() && data.rows > 0
                           ? static_cast<double>(data.column.size()) / data.rows
                           : data.features;
  return 4 * (terms + 1) * classes_;
}

}  // namespace psgrid
