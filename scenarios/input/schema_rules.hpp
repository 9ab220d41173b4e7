// Single rules of a JSON Schema, as far as the scenario schema uses them.
#pragma once

#include <optional>
#include <string>

#include "scenarios/input/document.hpp"

namespace psgrid::scenarios {

// True if a value keeps the rules about itself: type, range, length, format. Not about its parts.
bool fits(const Json& value, const Json& schema);

// What a condition (the schema of "if", or of a dependency) demands and the value does not meet.
struct Unmet {
  std::string pointer;  // below the value
  std::string key;      // the same for people: "learner/type"
  const Json* schema;   // false: the key must be absent
  const Json* found;    // null: it is absent
};

// The first demand of a condition, made of "properties" and "required", that an object does not
// meet. Anything else meets every condition.
std::optional<Unmet> first_unmet(const Json& value, const Json& condition);

}  // namespace psgrid::scenarios
