// What a JSON Schema expects, and what a value is, in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scenarios/input/document.hpp"
#include "scenarios/input/quantity.hpp"

namespace psgrid::scenarios {

// The quantity that a "format" of the scenario schema stands for.
std::optional<Quantity> quantity_of_format(std::string_view format);

// Follows "$ref" within `root`.
const Json& resolve_reference(const Json& schema, const Json& root);

// "an integer from 1 to 64", "\"ring\" or \"range\"", "a duration above 0, such as ...".
std::string expected_text(const Json& schema, const Json& root);

// "-3", "\"fast\"", "an object", "an empty list".
std::string found_text(const Json& value);

// "a, b or c".
std::string either_text(const std::vector<std::string>& items);

// ", did you mean \"workers\"?" if a candidate is within a few typing errors; else nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace psgrid::scenarios
