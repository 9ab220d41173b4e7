// Counts of non-negative integers in a small, fixed amount of memory.
//
// Values below 128 are counted exactly; above, each power of two is divided into 64 bins, so that
// a bin is never wider than 1/64 of its values. Mean and maximum are exact at any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace psgrid::analysis {

class Histogram {
 public:
  // The values low, ..., high of one bin.
  struct Bin {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::uint64_t count = 0;
    bool operator==(const Bin&) const = default;
  };

  void add(std::uint32_t value);

  // Restores what non_empty_bins(), sum() and max() of another histogram said.
  static Histogram from_bins(const std::vector<Bin>& bins, std::uint64_t sum, std::uint32_t max);

  std::uint64_t count() const { return count_; }
  std::uint64_t sum() const { return sum_; }
  std::uint32_t max() const { return max_; }
  double mean() const;  // 0 if empty
  std::vector<Bin> non_empty_bins() const;

  bool operator==(const Histogram& other) const = default;

 private:
  static std::size_t bin_of(std::uint32_t value);
  static Bin bounds_of(std::size_t bin);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint32_t max_ = 0;
};

}  // namespace psgrid::analysis
