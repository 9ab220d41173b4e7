// Which training examples a worker uses, and in which mini-batches.
//
// The rows of a data set are put into a random order when it is loaded, so each worker's share is
// a contiguous range of rows.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/random.hpp"

namespace psgrid {

// Rows begin, ..., end - 1 of the training data.
struct DataRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  auto operator<=>(const DataRange&) const = default;
  std::uint32_t size() const { return end - begin; }
};

// The share of worker `worker` of `workers`: the shares cover all rows and their sizes differ by at
// most one. With fewer rows than workers each gets one row, and rows are used more than once.
// Requires rows > 0 and worker < workers.
DataRange data_range(std::uint32_t rows, std::uint32_t worker, std::uint32_t workers);

// The same where each worker has a weight; those of weight 0 have no share. Requires that the
// worker's is positive.
DataRange data_range(std::uint32_t rows, std::uint32_t worker,
                     std::span<const std::uint32_t> weights);

// The examples of each worker's mini-batch: so many in all, in proportion to their speeds, and at
// least one each. Requires at least as many as there are workers.
std::vector<std::uint32_t> batches_by_speed(std::uint32_t examples, std::span<const double> speeds);

// Hands out the mini-batches of one worker. Each epoch goes through the range in a fresh random
// order. Every batch has min(batch, range.size()) different rows; those left over at the end of an
// epoch are skipped (a different choice each epoch), so that all iterations cost the same.
class BatchSampler {
 public:
  // random: a stream of Purpose::kBatches. Requires a non-empty range and batch > 0.
  BatchSampler(DataRange range, std::uint32_t batch, RandomStream random);

  // Valid until the next call.
  std::span<const std::uint32_t> next();

  std::uint32_t batch_size() const { return batch_; }

 private:
  std::vector<std::uint32_t> order_;
  RandomStream random_;
  std::uint32_t batch_;
  std::size_t used_;  // of order_ in this epoch
};

}  // namespace psgrid
