#include "model/learners/feature_blocks.hpp"

#include <algorithm>
#include <cmath>

#include "model/check.hpp"

namespace psgrid {
namespace {

// Calls visit(feature, value) for what is not zero in a row.
template <class Visit>
void for_each_nonzero(const Dataset& data, std::uint32_t row, Visit visit) {
  if (data.is_sparse()) {
    for (std::size_t i = 0; i < data.columns_of(row).size(); ++i)
      visit(data.columns_of(row)[i], data.values_of(row)[i]);
    return;
  }
  const std::span<const float> values = data.dense_row(row);
  for (std::uint32_t feature = 0; feature < data.features; ++feature)
    if (values[feature] != 0) visit(feature, values[feature]);
}

KeySet list_of(std::span<const Key> keys) {
  return keys.empty() ? KeySet() : KeySet::list({keys.begin(), keys.end()});
}

}  // namespace

FeatureBlocks::FeatureBlocks(const Dataset& data, std::uint32_t first_row, std::uint32_t rows,
                             std::uint32_t blocks) {
  PSGRID_CHECK(blocks > 0 && first_row + rows <= data.rows, "blocks, and rows of the data");
  std::vector<std::size_t> count(data.features);
  for (std::uint32_t row = 0; row < rows; ++row)
    for_each_nonzero(data, first_row + row,
                     [&](std::uint32_t feature, float) { ++count[feature]; });

  begin_.push_back(0);
  first_column_.push_back(0);
  std::vector<std::size_t> next(data.features);  // place of the feature's next entry
  for (std::uint32_t block = 0; block < blocks; ++block) {
    const std::uint64_t end = (std::uint64_t{block} + 1) * data.features / blocks;
    for (std::uint64_t feature = std::uint64_t{block} * data.features / blocks; feature < end;
         ++feature) {
      if (count[feature] == 0) continue;
      features_.push_back(feature);
      next[feature] = begin_.back();
      begin_.push_back(begin_.back() + count[feature]);
    }
    keys_.push_back(list_of(std::span(features_).subspan(first_column_.back())));
    first_column_.push_back(static_cast<std::uint32_t>(features_.size()));
  }
  all_ = list_of(features_);

  entries_.resize(begin_.back());
  for (std::uint32_t row = 0; row < rows; ++row)
    for_each_nonzero(data, first_row + row, [&](std::uint32_t feature, float value) {
      entries_[next[feature]++] = {row, value};
    });
  bound_curvature(rows);
}

void FeatureBlocks::bound_curvature(std::uint32_t rows) {
  curvature_.resize(columns());
  std::vector<double> sums(rows);  // of a row's magnitudes in the block
  for (std::size_t block = 0; block + 1 < first_column_.size(); ++block) {
    const std::uint32_t first = first_column_[block], end = first_column_[block + 1];
    for (std::uint32_t column = first; column < end; ++column)
      for (const Entry& entry : entries(column)) sums[entry.row] += std::abs(entry.value);
    for (std::uint32_t column = first; column < end; ++column) {
      double bound = 0;
      for (const Entry& entry : entries(column)) bound += std::abs(entry.value) * sums[entry.row];
      curvature_[column] = static_cast<float>(bound / 4);
    }
    for (std::uint32_t column = first; column < end; ++column)
      for (const Entry& entry : entries(column)) sums[entry.row] = 0;
  }
}

}  // namespace psgrid
