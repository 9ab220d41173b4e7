// The scenario schema as a library for JSON Schema understands it.
#pragma once

#include "scenarios/input/document.hpp"
#include "scenarios/input/problems.hpp"

namespace psgrid::scenarios {

// The scenario schema.
const Json& scenario_schema();

// Validates with valijson. For documents without known mistakes: an error says, in the words of the
// library, what check_schema has missed.
void check_with_library(const Json& value, Problems& problems);

}  // namespace psgrid::scenarios
