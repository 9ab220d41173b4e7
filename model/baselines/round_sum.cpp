#include "model/baselines/round_sum.hpp"

#include "model/check.hpp"

namespace psgrid {

RoundSum::RoundSum(const Job& job, const ModelCopy& model) : job_(job), model_(model) { begin(); }

void RoundSum::begin() {
  added_.assign(job_.spec.cluster.workers, false);
  count_ = 0;
  if (!job_.timing_only) sum_.emplace(model_.tables());
}

void RoundSum::add(std::uint32_t worker, const Sections& gradient) {
  PSGRID_CHECK(!added_[worker], "one gradient of a worker in a round");
  added_[worker] = true;
  ++count_;
  if (!sum_) return;
  sum_->add(worker, gradient);
  sum_->close(worker);
}

std::vector<Section> RoundSum::take() {
  PSGRID_CHECK(is_complete(), "the gradients of all workers");
  std::vector<Section> mean;
  if (sum_) mean = std::move(*sum_).take_scaled(job_.spec.cluster.workers, factor_of_sum(job_));
  begin();
  return mean;
}

}  // namespace psgrid
