// Mini-batches of examples as matrices.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "model/dataset.hpp"
#include "model/learner.hpp"
#include "model/learners/vector_math.hpp"

namespace psgrid {

// One row an example: its features, then a 1 that multiplies the bias. Sparse rows are filled up
// with zeros.
Matrix examples_and_one(const Dataset& data, std::span<const std::uint32_t> rows);

// Turns scores (a row an example, a column a class) into the derivative of the mean cross-entropy
// after softmax: (p - y) / rows. Returns that mean.
double cross_entropy(const Dataset& data, std::span<const std::uint32_t> rows, Matrix& scores);

// Mean cross-entropy and accuracy over all rows of `data`; `scores` gives the scores of some rows.
Evaluation evaluate_classes(
    const Dataset& data, const std::function<Matrix(std::span<const std::uint32_t> rows)>& scores);

}  // namespace psgrid
