#include "model/batches.hpp"

#include <algorithm>
#include <numeric>

#include "model/check.hpp"

namespace psgrid {

DataRange data_range(std::uint32_t rows, std::uint32_t worker, std::uint32_t workers) {
  PSGRID_CHECK(rows > 0 && worker < workers, "rows to share and a worker among `workers`");
  if (workers > rows) return {worker % rows, worker % rows + 1};
  const auto boundary = [&](std::uint64_t w) {
    return static_cast<std::uint32_t>(w * rows / workers);
  };
  return {boundary(worker), boundary(std::uint64_t{worker} + 1)};
}

BatchSampler::BatchSampler(DataRange range, std::uint32_t batch, RandomStream random)
    : order_(range.size()),
      random_(random),
      batch_(std::min(batch, range.size())),
      used_(order_.size()) {
  PSGRID_CHECK(range.begin < range.end && batch > 0, "batches that are not empty");
  std::iota(order_.begin(), order_.end(), range.begin);
}

std::span<const std::uint32_t> BatchSampler::next() {
  if (order_.size() - used_ < batch_) {
    random_.shuffle(order_);
    used_ = 0;
  }
  const std::span<const std::uint32_t> rows(order_.data() + used_, batch_);
  used_ += batch_;
  return rows;
}

}  // namespace psgrid
