// Pages from templates with {{placeholders}}.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace psgrid::analysis {

// Replaces each {{name}} in one pass, so that no value is ever searched for names. Throws
// std::logic_error if a name has no value.
std::string filled_template(std::string_view text,
                            const std::vector<std::pair<std::string_view, std::string>>& values);

}  // namespace psgrid::analysis
