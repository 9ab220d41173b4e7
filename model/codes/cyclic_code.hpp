// Gradient coding by a cyclic code: worker i does parts i, i + 1, ..., i + stragglers.
#pragma once

#include <vector>

#include "model/codes/code.hpp"

namespace psgrid {

// The coefficients are those of the polynomial whose roots are the `stragglers` n-th roots of unity
// nearest to -1 (of roots of -1, where that many of unity are no conjugates of each other): its
// shifts make a cyclic MDS code that has the vector of ones (Raviv et al., IEEE Trans. Inf. Theory
// 66(12), 2020; over the reals).
class CyclicCode final : public Code {
 public:
  CyclicCode(std::uint32_t workers, std::uint32_t stragglers);

  std::vector<Part> parts_of(std::uint32_t worker) const override;
  std::vector<double> decoding(std::span<const std::uint32_t> pieces) const override;
  float scale() const override { return 1.0f / static_cast<float>(workers_); }

  // How often a gradient's rounding error can be in the sum, if neighbours are those who are late:
  // the sum of the absolute values of what adds up to 1 times it.
  double error_growth() const;

 private:
  double column_scale(std::uint32_t part) const;
  double coefficient(std::uint32_t worker, std::uint32_t step) const;
  double of_all(std::uint32_t worker) const;
  double of_nothing(std::uint32_t worker, std::uint32_t way) const;

  std::uint32_t workers_, stragglers_;
  double half_;  // 1/2 for roots of -1, else 0
  std::vector<double> polynomial_;
};

}  // namespace psgrid
