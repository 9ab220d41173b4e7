// The gradients of a round, one of each worker, added up in the order of the ranks whatever order
// they come in: to the bit what a parameter server under BSP makes of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/baselines/model_copy.hpp"
#include "model/gradient_sum.hpp"
#include "model/job.hpp"

namespace psgrid {

class RoundSum {
 public:
  // Of the keys that `model` has; both outlive the sum.
  RoundSum(const Job& job, const ModelCopy& model);

  bool has(std::uint32_t worker) const { return added_[worker]; }

  // Once a worker.
  void add(std::uint32_t worker, const Sections& gradient);

  bool is_complete() const { return count_ == added_.size(); }

  // The mean (or the sum, where the rule takes sums) of all; the next round begins.
  std::vector<Section> take();

 private:
  void begin();

  const Job& job_;
  const ModelCopy& model_;
  std::optional<GradientSum> sum_;  // none of phantoms
  std::vector<bool> added_;         // by worker
  std::size_t count_ = 0;
};

}  // namespace psgrid
