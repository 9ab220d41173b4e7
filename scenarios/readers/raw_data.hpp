// Examples as a file has them: labels not yet turned into classes, rows not yet split.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/dataset.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

struct RawData {
  std::string file;
  Dataset data;                     // classes is 0, labels as written
  std::vector<std::uint64_t> line;  // of each row; empty for binary formats
};

// What no file may exceed.
inline constexpr std::uint64_t kMaxRows = std::uint64_t{1} << 27;
inline constexpr std::uint64_t kMaxFeatures = std::uint64_t{1} << 27;
inline constexpr std::uint64_t kMaxClasses = 65536;

// An error at one row of the data.
InputError row_error(const RawData& raw, std::uint32_t row, std::string message);

// Turns labels into classes 0, ..., C - 1, the same way in both parts (`test` may be empty):
//   -1 and +1  become 0 and 1;
//   1, ..., C (no 0, none missing, C >= 2) become 0, ..., C - 1;
//   0, ..., C - 1 stay.
// Anything else (negative, fractional, above kMaxClasses) is an error at the first such row.
std::vector<InputError> assign_classes(RawData& train, RawData* test);

// Rewrites compressed rows as dense ones, and the reverse.
Dataset to_dense(const Dataset& sparse);

// Share of the values that are not zero.
double density(const Dataset& data);

}  // namespace psgrid::scenarios
