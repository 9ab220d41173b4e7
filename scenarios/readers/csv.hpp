// Comma-separated numbers, one example a line, with an optional header line.
//
// The first line is a header if none of its fields is a number. Blank lines are skipped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scenarios/readers/raw_data.hpp"

namespace psgrid::scenarios {

// Dense rows. label_column: where the label is, from 0; negative counts from the end (-1: last).
// features: number of other columns that is expected, or 0. Stops at the first error.
Result<RawData> read_csv(std::string_view text, const std::string& name,
                         std::int32_t label_column = -1, std::uint32_t features = 0);

}  // namespace psgrid::scenarios
