// The results of a report as HTML tables. All text is escaped.
#pragma once

#include <string>

#include "analysis/comparison.hpp"

namespace psgrid::analysis {

// One row a variant.
std::string variants_table(const Comparison& comparison);

// Outcome and cost of faults, one row a variant; empty if there is nothing to tell.
std::string failures_table(const Comparison& comparison);

// Whether the results are as the scenario expects; empty if it expects nothing.
std::string expectations_list(const ComparisonData& data);

// The figures of a single run.
std::string run_facts(const RunData& run);

}  // namespace psgrid::analysis
