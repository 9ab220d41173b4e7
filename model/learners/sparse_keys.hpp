// From the columns of sparse examples to keys of a table, and from columns to rows of a section.
//
// In a table for sparse data key c is column c, and the last key belongs to the bias.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/dataset.hpp"
#include "model/key_set.hpp"

namespace psgrid {

// The columns that occur in `rows`, and the key `bias` (above all columns), as a list.
KeySet columns_and_bias(const Dataset& data, std::span<const std::uint32_t> rows, Key bias);

// The columns alone.
KeySet columns_of_rows(const Dataset& data, std::span<const std::uint32_t> rows);

// Where each key of a set stands in it. Uses memory of the calling thread: at most one may be in
// use on a thread at a time.
class KeyPositions {
 public:
  // Requires all keys below `bound`.
  KeyPositions(const KeySet& keys, std::uint64_t bound);

  // Requires a key of the set.
  std::uint32_t operator[](Key key) const { return positions_[key]; }

 private:
  std::vector<std::uint32_t>& positions_;
};

}  // namespace psgrid
