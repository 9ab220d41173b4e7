// Some rows of a data set by column, and the columns by block of features.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/dataset.hpp"
#include "model/key_set.hpp"

namespace psgrid {

class FeatureBlocks {
 public:
  struct Entry {
    std::uint32_t row = 0;  // from 0
    float value = 0;
  };

  // Rows first_row, ... of the data; blocks are ranges of features of equal size.
  FeatureBlocks(const Dataset& data, std::uint32_t first_row, std::uint32_t rows,
                std::uint32_t blocks);

  // Columns are those that the rows have, numbered from 0 in the order of their features.
  std::uint32_t columns() const { return static_cast<std::uint32_t>(begin_.size()) - 1; }
  std::span<const Entry> entries(std::uint32_t column) const {
    return std::span(entries_).subspan(begin_[column], begin_[column + 1] - begin_[column]);
  }

  // The columns first, ..., second - 1 of a block.
  std::pair<std::uint32_t, std::uint32_t> block(std::uint32_t block) const {
    return {first_column_[block], first_column_[block + 1]};
  }

  // Their features.
  const KeySet& all() const { return all_; }
  const KeySet& of_block(std::uint32_t block) const { return keys_[block]; }
  Key feature(std::uint32_t column) const { return features_[column]; }

  // Bounds of a column's curvature, see SparseLogisticRegression; times the training rows.
  float curvature(std::uint32_t column) const { return curvature_[column]; }

 private:
  void bound_curvature(std::uint32_t rows);

  std::vector<Key> features_;                // by column
  std::vector<std::size_t> begin_;           // of each column's entries
  std::vector<Entry> entries_;               // by column, then row
  std::vector<std::uint32_t> first_column_;  // by block, and one more
  std::vector<KeySet> keys_;                 // by block
  KeySet all_;
  std::vector<float> curvature_;  // by column
};

}  // namespace psgrid
