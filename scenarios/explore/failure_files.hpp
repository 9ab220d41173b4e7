// What a campaign leaves of a run that breaks a promise.
#pragma once

#include <string>

#include "analysis/output_directory.hpp"
#include "model/run_spec.hpp"
#include "scenarios/explore/outcome.hpp"

namespace psgrid::scenarios {

// NAME.json, a scenario that `psgrid run` replays and checks; NAME.mmd and NAME.svg, the messages,
// views and faults before a promise broke, if one breaks. On sockets NAME.txt besides, with all
// that nodes recorded: the next run may be another.
analysis::Failure write_failure(const analysis::OutputDirectory& directory, const std::string& name,
                                const RunSpec& run, const Outcome& outcome);

}  // namespace psgrid::scenarios
