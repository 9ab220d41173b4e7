// Training or test examples in memory: dense rows or compressed sparse rows, with a label each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace psgrid {

struct Dataset {
  std::uint32_t rows = 0;
  std::uint32_t features = 0;
  std::uint32_t classes = 0;  // labels are 0, ..., classes - 1; 0 if the labels are real numbers

  // Ratings only: each row has two columns, that of its user and `users` + that of its item.
  std::uint32_t users = 0;

  std::vector<float> labels;  // one a row

  std::vector<float> dense;  // row-major rows x features; empty if the rows are sparse

  std::vector<std::uint64_t> row_begin;  // rows + 1 offsets into column and value; empty if dense
  std::vector<std::uint32_t> column;     // strictly rising within a row
  std::vector<float> value;

  bool is_sparse() const { return !row_begin.empty(); }

  std::span<const float> dense_row(std::uint32_t row) const {
    return std::span<const float>(dense).subspan(std::size_t{row} * features, features);
  }
  std::span<const std::uint32_t> columns_of(std::uint32_t row) const {
    return std::span<const std::uint32_t>(column).subspan(row_begin[row],
                                                          row_begin[row + 1] - row_begin[row]);
  }
  std::span<const float> values_of(std::uint32_t row) const {
    return std::span<const float>(value).subspan(row_begin[row],
                                                 row_begin[row + 1] - row_begin[row]);
  }
};

}  // namespace psgrid
