#include "model/learners/examples.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "model/learners/metrics.hpp"

namespace psgrid {
namespace {

std::span<float> row_of(Matrix& matrix, std::size_t i) {
  const auto width = static_cast<std::size_t>(matrix.cols());
  return {matrix.data() + i * width, width};
}

}  // namespace

Matrix examples_and_one(const Dataset& data, std::span<const std::uint32_t> rows) {
  Matrix inputs(static_cast<Eigen::Index>(rows.size()), Eigen::Index{data.features} + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<float> out = row_of(inputs, i);
    if (data.is_sparse()) {
      const std::span<const std::uint32_t> columns = data.columns_of(rows[i]);
      const std::span<const float> values = data.values_of(rows[i]);
      std::fill(out.begin(), out.end(), 0.0f);
      for (std::size_t k = 0; k < columns.size(); ++k) out[columns[k]] = values[k];
    } else {
      const std::span<const float> row = data.dense_row(rows[i]);
      std::copy(row.begin(), row.end(), out.begin());
    }
    out[data.features] = 1;
  }
  return inputs;
}

double cross_entropy(const Dataset& data, std::span<const std::uint32_t> rows, Matrix& scores) {
  double loss = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<float> row = row_of(scores, i);
    const auto label = static_cast<std::uint32_t>(data.labels[rows[i]]);
    loss += softmax(row, label);
    row[label] -= 1;
  }
  scores *= 1 / static_cast<float>(rows.size());
  return loss / static_cast<double>(rows.size());
}

Evaluation evaluate_classes(
    const Dataset& data, const std::function<Matrix(std::span<const std::uint32_t> rows)>& scores) {
  constexpr std::uint32_t kRowsAtATime = 256;  // bounds the memory
  Evaluation evaluation;
  std::uint32_t correct = 0;
  for (std::uint32_t begin = 0; begin < data.rows; begin += kRowsAtATime) {
    std::vector<std::uint32_t> rows(std::min(kRowsAtATime, data.rows - begin));
    std::iota(rows.begin(), rows.end(), begin);
    Matrix block = scores(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::span<float> row = row_of(block, i);
      const auto label = static_cast<std::uint32_t>(data.labels[rows[i]]);
      correct += best_class(row) == label;
      evaluation.loss += softmax(row, label);
    }
  }
  const double count = std::max(data.rows, 1u);
  evaluation.loss /= count;
  evaluation.metric = correct / count;
  return evaluation;
}

}  // namespace psgrid
