// Checks a document against the scenario schema, with messages for people.
//
// A walk over the schema's own text makes every message; valijson then has the last word, so the
// program does not accept what the schema rejects. The walk also knows the formats "psgrid-..."
// (units, sets of nodes), which other validators ignore; they have a "pattern" beside them.
#pragma once

#include "scenarios/input/document.hpp"
#include "scenarios/input/problems.hpp"

namespace psgrid::scenarios {

// Adds every mistake to `problems`. Settings that a later layer has made void are removed from the
// document (see Problems::overridden).
void check_schema(Document& document, Problems& problems);

}  // namespace psgrid::scenarios
