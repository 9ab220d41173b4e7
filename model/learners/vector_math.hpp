// Linear algebra whose every result has one fixed order of additions.
//
// Eigen's own reductions start at the first aligned element, and its matrix products are cut into
// blocks by the sizes of the processor's caches: both move roundings from machine to machine.
#pragma once

#include <span>

#include <Eigen/Core>

namespace psgrid {

// Row-major, as examples and tables are.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMatrixMap = Eigen::Map<const Matrix>;

// a . b, summed in eight interleaved lanes. Requires equal lengths.
float dot(std::span<const float> a, std::span<const float> b);

// y += factor x. Requires equal lengths.
void add_scaled(std::span<float> y, float factor, std::span<const float> x);

// Makes Eigen's matrix products, in the whole program, block for caches of one fixed size. Whoever
// multiplies matrices calls it before, and before threads start that do.
void fix_product_blocking();

}  // namespace psgrid
