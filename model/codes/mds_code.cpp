#include "model/codes/mds_code.hpp"

#include <cmath>

#include "model/check.hpp"
#include "model/codes/linear_solve.hpp"
#include "model/random.hpp"

namespace psgrid {

MdsCode::MdsCode(std::uint32_t workers, std::uint32_t stragglers)
    : workers_(workers), blocks_(workers - stragglers) {
  PSGRID_CHECK(stragglers < workers, "fewer stragglers than workers");
}

std::vector<double> MdsCode::row(std::uint32_t worker) const {
  std::vector<double> row(blocks_);
  if (worker < blocks_) {
    row[worker] = 1;
    return row;
  }
  RandomStream random(0, worker_id(worker), Purpose::kCode, blocks_);
  for (double& coefficient : row) coefficient = random.normal() / std::sqrt(blocks_);
  return row;
}

std::vector<double> MdsCode::decoding(std::span<const std::uint32_t> pieces) const {
  PSGRID_CHECK(pieces.size() == blocks_, "as many pushes as blocks");
  Matrix rows(blocks_, blocks_), ones(blocks_, blocks_);
  for (std::uint32_t i = 0; i < blocks_; ++i) {
    const std::vector<double> row = this->row(pieces[i]);
    for (std::uint32_t block = 0; block < blocks_; ++block) rows.at(i, block) = row[block];
    ones.at(i, i) = 1;
  }
  return solve(std::move(rows), std::move(ones)).values;
}

}  // namespace psgrid
