#include "model/learners/linear_model.hpp"

#include <algorithm>
#include <utility>

#include "model/check.hpp"
#include "model/learners/sparse_keys.hpp"
#include "model/learners/vector_math.hpp"

namespace psgrid {
namespace {

// Rows of dense data against a whole table.
class DenseRows {
 public:
  explicit DenseRows(const Dataset& data) : data_(data) {}
  float score(std::uint32_t row, std::span<const float> weights) const {
    return dot(data_.dense_row(row), weights.first(data_.features)) + weights.back();
  }
  void add(std::uint32_t row, float factor, std::span<float> gradient) const {
    add_scaled(gradient.first(data_.features), factor, data_.dense_row(row));
    gradient.back() += factor;
  }

 private:
  const Dataset& data_;
};

// Rows of sparse data against the part of a table that has all their columns and the bias.
class SparseRows {
 public:
  SparseRows(const Dataset& data, const KeySet& keys)
      : data_(data), positions_(keys, std::uint64_t{data.features} + 1) {}
  float score(std::uint32_t row, std::span<const float> weights) const {
    const std::span<const std::uint32_t> columns = data_.columns_of(row);
    const std::span<const float> values = data_.values_of(row);
    float sum = 0;
    for (std::size_t i = 0; i < columns.size(); ++i)
      sum += values[i] * weights[positions_[columns[i]]];
    return sum + weights.back();
  }
  void add(std::uint32_t row, float factor, std::span<float> gradient) const {
    const std::span<const std::uint32_t> columns = data_.columns_of(row);
    const std::span<const float> values = data_.values_of(row);
    for (std::size_t i = 0; i < columns.size(); ++i)
      gradient[positions_[columns[i]]] += factor * values[i];
    gradient.back() += factor;
  }

 private:
  const Dataset& data_;
  KeyPositions positions_;
};

}  // namespace

// Mean derivative of the loss over `rows`; and of the loss in `loss_sum`.
template <class Rows>
std::vector<float> LinearModel::mean_gradient(const Dataset& data, const Rows& examples,
                                              std::span<const std::uint32_t> rows,
                                              std::span<const float> weights,
                                              double* loss_sum) const {
  const double scale = 1 / static_cast<double>(rows.size());
  std::vector<float> gradient(weights.size());
  for (std::uint32_t row : rows) {
    const float score = examples.score(row, weights);
    const float label = data.labels[row];
    *loss_sum += loss(score, label);
    examples.add(row, static_cast<float>(slope(score, label) * scale), gradient);
  }
  *loss_sum *= scale;
  return gradient;
}

template <class Rows>
Evaluation LinearModel::evaluate_rows(const Dataset& data, const Rows& examples,
                                      std::span<const float> weights) const {
  Evaluation evaluation;
  std::vector<float> scores(data.rows);
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    scores[row] = examples.score(row, weights);
    evaluation.loss += loss(scores[row], data.labels[row]);
  }
  evaluation.loss /= std::max(data.rows, 1u);
  evaluation.metric = quality(scores, data.labels);
  return evaluation;
}

LinearModel::LinearModel(const LearnerSpec& spec, const Dataset& data)
    : bias_(data.features), l2_(static_cast<float>(spec.l2)) {
  if (!data.is_sparse()) all_keys_ = KeySet::range(0, bias_ + 1);
}

std::vector<Table> LinearModel::tables() const {
  return {{.name = "weights", .id = {0}, .keys = bias_ + 1, .width = 1, .initial = {}}};
}

std::vector<KeySet> LinearModel::keys(const Dataset& data, std::span<const std::uint32_t> rows) {
  return {data.is_sparse() ? columns_and_bias(data, rows, bias_) : all_keys_};
}

Gradient LinearModel::gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                               const std::vector<Section>& weights) {
  const Section& section = weights.at(0);
  const std::span<const float> w = section.values.data();
  PSGRID_CHECK(w.size() == section.keys.size(), "one weight a key");
  Gradient result;
  std::vector<float> gradient =
      data.is_sparse() ? mean_gradient(data, SparseRows(data, section.keys), rows, w, &result.loss)
                       : mean_gradient(data, DenseRows(data), rows, w, &result.loss);
  if (l2_ != 0) add_scaled(std::span(gradient).first(w.size() - 1), l2_, w.first(w.size() - 1));
  result.sections.push_back({section.table, section.keys, Values(std::move(gradient))});
  return result;
}

Evaluation LinearModel::evaluate(const Dataset& data, const std::vector<Section>& weights) const {
  const Section& section = weights.at(0);
  const std::span<const float> w = section.values.data();
  PSGRID_CHECK(w.size() == bias_ + 1, "the whole table");
  return data.is_sparse() ? evaluate_rows(data, SparseRows(data, section.keys), w)
                          : evaluate_rows(data, DenseRows(data), w);
}

double LinearModel::flops_per_example(const Dataset& data) const {
  const double terms = data.is_sparse() && data.rows > 0
                           ? static_cast<double>(data.column.size()) / data.rows
                           : data.features;
  return 4 * (terms + 1);
}

}  // namespace psgrid
