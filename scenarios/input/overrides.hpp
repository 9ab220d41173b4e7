// Changes made on the command line: --set /json/pointer=VALUE.
#pragma once

#include <string>
#include <vector>

#include "scenarios/input/document.hpp"

namespace psgrid::scenarios {

// Applies the options in order; the errors of those that do not apply.
std::vector<InputError> apply_overrides(Document& document, const std::vector<std::string>& set);

// "--set /seed=x": how messages name an option.
std::string option_text(const std::string& set);

}  // namespace psgrid::scenarios
