// The LIBSVM text format: one example a line, "label column:value column:value ...".
//
// Columns count from 1 and rise within a line; what is not listed is zero. Blank lines and
// comments (from '#' to the end of the line) are skipped.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/readers/raw_data.hpp"

namespace psgrid::scenarios {

// Sparse rows with as many features as the largest column, or `features` if that is not 0 (then a
// larger column is an error). Stops at the first error.
Result<RawData> read_libsvm(std::string_view text, const std::string& name,
                            std::uint32_t features = 0);

}  // namespace psgrid::scenarios
