// Rows of sections, for filters that choose among them or remember something of each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/key_set.hpp"
#include "model/values.hpp"

namespace psgrid {

// Calls f(key, row) for each key; rows count from 0.
template <class F>
void for_each_row(const KeySet& keys, F&& f) {
  std::uint64_t row = 0;
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key) f(key, row++);
  });
}

// The section with these of its rows (their numbers, rising) only.
Section rows_of(const Section& section, std::span<const std::uint64_t> rows);

// The same share of the rows of a phantom, one at random of each run of 1/share.
Section phantom_share(const Section& section, double share);

// Finds rows of a section by their keys, which must be asked for in rising order.
class WeightRows {
 public:
  explicit WeightRows(const Section& section);

  // Empty if the section has no such row.
  std::span<const float> row(Key key) const;

 private:
  struct Run {
    Key begin = 0;
    std::uint64_t count = 0, first = 0;
  };
  std::vector<Run> runs_;
  mutable std::size_t next_ = 0;
  std::span<const float> values_;
  std::uint64_t width_ = 0;
};

// `width` floats for each key of a table, zeros at first.
class RowMemory {
 public:
  RowMemory(std::uint64_t keys, std::uint32_t width) : keys_(keys), width_(width) {}

  std::span<float> row(Key key) {
    if (values_.empty()) values_.resize(keys_ * width_);
    return {values_.data() + key * width_, width_};
  }
  std::uint64_t rows() const { return values_.size() / width_; }

 private:
  std::uint64_t keys_;
  std::uint32_t width_;
  std::vector<float> values_;
};

}  // namespace psgrid
