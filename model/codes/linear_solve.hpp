// Small systems of linear equations, solved in an order of operations that no library or machine
// changes.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "model/check.hpp"

namespace psgrid {

// Row-major.
struct Matrix {
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}
  double& at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
  double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }

  std::size_t rows, columns;
  std::vector<double> values;
};

// X of A X = B, by elimination with pivots; requires a regular A.
inline Matrix solve(Matrix a, Matrix b) {
  const std::size_t size = a.rows;
  PSGRID_CHECK(a.columns == size && b.rows == size, "as many equations as unknowns");
  for (std::size_t step = 0; step < size; ++step) {
    std::size_t pivot = step;
    for (std::size_t row = step + 1; row < size; ++row)
      if (std::abs(a.at(row, step)) > std::abs(a.at(pivot, step))) pivot = row;
    PSGRID_CHECK(a.at(pivot, step) != 0, "a regular matrix");
    for (std::size_t i = 0; i < size; ++i) std::swap(a.at(step, i), a.at(pivot, i));
    for (std::size_t i = 0; i < b.columns; ++i) std::swap(b.at(step, i), b.at(pivot, i));
    for (std::size_t row = 0; row < size; ++row) {
      if (row == step) continue;
      const double factor = a.at(row, step) / a.at(step, step);
      for (std::size_t i = step; i < size; ++i) a.at(row, i) -= factor * a.at(step, i);
      for (std::size_t i = 0; i < b.columns; ++i) b.at(row, i) -= factor * b.at(step, i);
    }
  }
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t i = 0; i < b.columns; ++i) b.at(row, i) /= a.at(row, row);
  return b;
}

}  // namespace psgrid
