// A real MDS code: what is cut into k blocks becomes n, of which any k give all of it (Lee et al.,
// IEEE Trans. Inf. Theory 64(3), 2018).
#pragma once

#include <vector>

#include "model/codes/code.hpp"

namespace psgrid {

// Workers 0, ..., k - 1 have the blocks as they are, the others random combinations of all of them:
// normal coefficients, any square part of which is regular and seldom far from it.
class MdsCode final : public Code {
 public:
  MdsCode(std::uint32_t workers, std::uint32_t stragglers);

  std::uint32_t blocks() const { return blocks_; }

  // By what a worker's coded block has each of the blocks.
  std::vector<double> row(std::uint32_t worker) const;

  std::vector<Part> parts_of(std::uint32_t worker) const override { return {{worker}}; }
  std::uint32_t expansion() const override { return blocks_; }
  std::vector<double> decoding(std::span<const std::uint32_t> pieces) const override;
  float scale() const override { return 1; }

 private:
  std::uint32_t workers_, blocks_;
};

}  // namespace psgrid
