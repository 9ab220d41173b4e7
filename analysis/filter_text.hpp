// Filters in words.
#pragma once

#include <string>
#include <vector>

#include "model/filter_spec.hpp"

namespace psgrid::analysis {

// "key_caching (both ways); top_k 0.01 (push)": types as in scenarios, and the parameters that
// matter most.
std::string filters_text(const std::vector<FilterSpec>& filters);

// "key_caching", "top_k 0.01": the parts of such a text, without directions.
std::vector<std::string> filter_names(const std::string& text);

}  // namespace psgrid::analysis
