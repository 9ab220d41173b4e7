// Multi-layer perceptron: ReLU hidden layers, softmax output.
#pragma once

#include <string>
#include <vector>

#include "model/learner.hpp"
#include "model/learners/vector_math.hpp"

namespace psgrid {

// Labels are 0, ..., classes - 1. One table a layer, "layer1", "layer2", ...: key u is the row of
// the layer's input u, with a weight for each of the layer's units; the last key is the row of
// biases. Values start uniform in +-sqrt(6 / (inputs + units)) (Glorot, Bengio, AISTATS 2010).
// Loss: cross-entropy of the softmax of the last layer. l2 acts on all weights but the biases.
class Perceptron : public Learner {
 public:
  Perceptron(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "accuracy"; }

  // 6 an inner weight: two for the scores, two for the gradient, two to pass derivatives back;
  // 4 a weight of the first layer, which passes nothing back, and 4 a bias.
  double flops_per_example(const Dataset& data) const override;

 private:
  std::size_t layers() const { return units_.size() - 1; }
  ConstMatrixMap layer_weights(const std::vector<Section>& weights, std::size_t layer) const;
  // The inputs of each layer (with a column of ones) and, last, the scores.
  std::vector<Matrix> forward(const Dataset& data, std::span<const std::uint32_t> rows,
                              const std::vector<Section>& weights) const;

  std::vector<std::uint32_t> units_;  // features, units of each hidden layer, classes
  std::vector<KeySet> all_keys_;      // of each layer
  float l2_;
};

}  // namespace psgrid
