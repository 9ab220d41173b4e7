#include "model/batches.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

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

DataRange data_range(std::uint32_t rows, std::uint32_t worker,
                     std::span<const std::uint32_t> weights) {
  PSGRID_CHECK(rows > 0 && worker < weights.size() && weights[worker] > 0,
               "rows to share and a worker with a share");
  const auto before = weights.first(worker);
  const auto all = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  const auto first = std::accumulate(before.begin(), before.end(), std::uint64_t{0});
  const auto boundary = [&](std::uint64_t weight) {
    return static_cast<std::uint32_t>(weight * rows / all);
  };
  const DataRange range{boundary(first), boundary(first + weights[worker])};
  return range.size() > 0 ? range : DataRange{worker % rows, worker % rows + 1};
}

std::vector<std::uint32_t> batches_by_speed(std::uint32_t examples,
                                            std::span<const double> speeds) {
  PSGRID_CHECK(examples >= speeds.size(), "an example for each worker");
  const double all = std::accumulate(speeds.begin(), speeds.end(), 0.0);
  std::vector<std::uint32_t> batches(speeds.size(), 1);
  // What is left of whole shares goes one by one to whom it takes the least time.
  auto left = examples - static_cast<std::uint32_t>(speeds.size());
  for (std::size_t worker = 0; worker < speeds.size(); ++worker) {
    const double share = std::floor(speeds[worker] / all * examples);
    const std::uint32_t more =
        share > 1 ? std::min(left, static_cast<std::uint32_t>(share) - 1) : 0;
    batches[worker] += more;
    left -= more;
  }
  using OneMore = std::pair<double, std::size_t>;  // how long it takes, and whom
  std::priority_queue<OneMore, std::vector<OneMore>, std::greater<>> soonest;
  const auto time = [&](std::size_t worker) { return (batches[worker] + 1) / speeds[worker]; };
  for (std::size_t worker = 0; worker < speeds.size(); ++worker)
    soonest.emplace(time(worker), worker);
  for (; left > 0; --left) {
    const std::size_t worker = soonest.top().second;
    soonest.pop();
    ++batches[worker];
    soonest.emplace(time(worker), worker);
  }
  return batches;
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
