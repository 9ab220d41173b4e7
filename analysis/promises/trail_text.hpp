// A trail as lines for a person to read.
#pragma once

#include <string>

#include "analysis/promises/trail.hpp"

namespace psgrid::analysis {

// "began push 17 of iteration 16"; empty for what only tables are made of.
std::string to_string(const Record& record);

// A line for each fault, record and message, by time.
std::string trail_text(const Trail& trail);

}  // namespace psgrid::analysis
