// Checks a document against the scenario schema, with messages for people.
//
// A walk over the schema's own text makes every message; valijson then has the last word, so the
// program can never accept what an editor using the schema rejects. The walk also knows the formats
// "psgrid-..." (units, sets of nodes), which other validators ignore.
#pragma once

#include "scenarios/input/document.hpp"
#include "scenarios/input/problems.hpp"

namespace psgrid::scenarios {

// The scenario schema.
const Json& scenario_schema();

// Adds every mistake to `problems`. Settings that a later layer has made void are removed from the
// document (see Problems::has_no_effect).
void check_schema(Document& document, Problems& problems);

}  // namespace psgrid::scenarios
