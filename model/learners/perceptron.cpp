#include "model/learners/perceptron.hpp"

#include <cmath>
#include <utility>

#include "model/check.hpp"
#include "model/learners/examples.hpp"

namespace psgrid {

Perceptron::Perceptron(const LearnerSpec& spec, const Dataset& data)
    : l2_(static_cast<float>(spec.l2)) {
  PSGRID_CHECK(data.classes > 0, "data with classes");
  fix_product_blocking();
  units_.push_back(data.features);
  units_.insert(units_.end(), spec.hidden.begin(), spec.hidden.end());
  units_.push_back(data.classes);
  for (std::size_t l = 0; l < layers(); ++l)
    all_keys_.push_back(KeySet::range(0, std::uint64_t{units_[l]} + 1));
}

std::vector<Table> Perceptron::tables() const {
  std::vector<Table> tables;
  for (std::size_t l = 0; l < layers(); ++l)
    tables.push_back({.name = "layer" + std::to_string(l + 1),
                      .id = {static_cast<std::uint16_t>(l)},
                      .keys = all_keys_[l].size(),
                      .width = units_[l + 1],
                      .initial = {std::sqrt(6.0 / (1.0 * units_[l] + units_[l + 1]))}});
  return tables;
}

std::vector<KeySet> Perceptron::keys(const Dataset&, std::span<const std::uint32_t>) {
  return all_keys_;
}

ConstMatrixMap Perceptron::layer_weights(const std::vector<Section>& weights,
                                         std::size_t layer) const {
  const std::span<const float> values = weights.at(layer).values.data();
  const Eigen::Index inputs = Eigen::Index{units_[layer]} + 1, units = units_[layer + 1];
  PSGRID_CHECK(values.size() == static_cast<std::size_t>(inputs * units), "the whole layer");
  return {values.data(), inputs, units};
}

std::vector<Matrix> Perceptron::forward(const Dataset& data, std::span<const std::uint32_t> rows,
                                        const std::vector<Section>& weights) const {
  std::vector<Matrix> activations;
  activations.push_back(examples_and_one(data, rows));
  for (std::size_t l = 0; l + 1 < layers(); ++l) {
    const ConstMatrixMap w = layer_weights(weights, l);
    Matrix outputs(activations[l].rows(), w.cols() + 1);
    outputs.leftCols(w.cols()).noalias() = activations[l] * w;
    outputs.leftCols(w.cols()) = outputs.leftCols(w.cols()).cwiseMax(0.0f);
    outputs.col(w.cols()).setOnes();
    activations.push_back(std::move(outputs));
  }
  activations.push_back(activations.back() * layer_weights(weights, layers() - 1));
  return activations;
}

Gradient Perceptron::gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                              const std::vector<Section>& weights) {
  std::vector<Matrix> activations = forward(data, rows, weights);
  Matrix derivatives = std::move(activations.back());
  Gradient result;
  result.loss = cross_entropy(data, rows, derivatives);
  result.sections.resize(layers());
  for (std::size_t l = layers(); l-- > 0;) {
    const Matrix& inputs = activations[l];
    const ConstMatrixMap w = layer_weights(weights, l);
    const Eigen::Index units = w.rows() - 1;  // inputs but the bias
    std::vector<float> values(static_cast<std::size_t>(w.size()));
    Eigen::Map<Matrix> gradient(values.data(), w.rows(), w.cols());
    gradient.noalias() = inputs.transpose() * derivatives;
    if (l2_ != 0) gradient.topRows(units) += l2_ * w.topRows(units);
    result.sections[l] = {weights[l].table, weights[l].keys, Values(std::move(values))};
    if (l == 0) break;
    Matrix passed = derivatives * w.topRows(units).transpose();
    derivatives = (inputs.leftCols(units).array() > 0).select(passed, 0.0f);
  }
  return result;
}

Evaluation Perceptron::evaluate(const Dataset& data, const std::vector<Section>& weights) const {
  return evaluate_classes(data, [&](std::span<const std::uint32_t> rows) {
    return std::move(forward(data, rows, weights).back());
  });
}

double Perceptron::flops_per_example(const Dataset&) const {
  double flops = 0;
  for (std::size_t l = 0; l < layers(); ++l) {
    const double weights = 1.0 * units_[l] * units_[l + 1];
    flops += (l == 0 ? 4 : 6) * weights + 4.0 * units_[l + 1];
  }
  return flops;
}

}  // namespace psgrid
