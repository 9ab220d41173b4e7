#include "analysis/histogram.hpp"

#include <algorithm>
#include <bit>

namespace psgrid::analysis {
namespace {

constexpr std::uint32_t exact_values = 128;
constexpr std::uint32_t bins_per_octave = 64;
constexpr int first_octave = 7;  // exact_values == 1 << first_octave

}  // namespace

std::size_t Histogram::bin_of(std::uint32_t value) {
  if (value < exact_values) return value;
  const int octave = std::bit_width(value) - 1;
  const std::uint32_t within = (value >> (octave - 6)) - bins_per_octave;
  return exact_values + std::size_t{bins_per_octave} * (octave - first_octave) + within;
}

Histogram::Bin Histogram::bounds_of(std::size_t bin) {
  if (bin < exact_values) {
    const auto value = static_cast<std::uint32_t>(bin);
    return {value, value, 0};
  }
  const std::size_t octave = first_octave + (bin - exact_values) / bins_per_octave;
  const std::size_t within = (bin - exact_values) % bins_per_octave;
  const std::size_t width = std::size_t{1} << (octave - 6);
  const std::size_t low = (bins_per_octave + within) * width;
  return {static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low + width - 1), 0};
}

void Histogram::add(std::uint32_t value) {
  const std::size_t bin = bin_of(value);
  if (bin >= counts_.size()) counts_.resize(bin + 1);
  ++counts_[bin];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

Histogram Histogram::from_bins(const std::vector<Bin>& bins, std::uint64_t sum, std::uint32_t max) {
  Histogram histogram;
  for (const Bin& bin : bins) {
    const std::size_t index = bin_of(bin.low);
    if (index >= histogram.counts_.size()) histogram.counts_.resize(index + 1);
    histogram.counts_[index] += bin.count;
    histogram.count_ += bin.count;
  }
  histogram.sum_ = sum;
  histogram.max_ = max;
  return histogram;
}

double Histogram::mean() const {
  return count_ == 0 ? 0.0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::vector<Histogram::Bin> Histogram::non_empty_bins() const {
  std::vector<Bin> bins;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    bins.push_back(bounds_of(i));
    bins.back().count = counts_[i];
  }
  return bins;
}

}  // namespace psgrid::analysis
