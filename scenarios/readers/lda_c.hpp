// The LDA-C text format: one document a line, "words word:count word:count ...".
//
// Words count from 0; the first number of a line is how many entries follow.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/readers/raw_data.hpp"

namespace psgrid::scenarios {

// Sparse rows with as many features as the largest word asks for, or `features` if that is not 0
// (then a larger word is an error). Labels are 0. Stops at the first error.
Result<RawData> read_lda_c(std::string_view text, const std::string& name,
                           std::uint32_t features = 0);

}  // namespace psgrid::scenarios
