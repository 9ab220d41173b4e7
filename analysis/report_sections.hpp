// The parts of a report that are words, as HTML: what was run, and what happened to it. All text is
// escaped.
#pragma once

#include <string>

#include "analysis/comparison.hpp"

namespace psgrid::analysis {

// Empty if everything is done; else says what is missing.
std::string status_banner(const ComparisonData& data);

// One line: "32 workers, 4 servers, logistic regression, ..., 3 seeds".
std::string subtitle(const ComparisonData& data);

// Events of the first run of each variant.
std::string events_section(const ComparisonData& data);

// Cluster and job.
std::string scenario_section(const ComparisonData& data);

}  // namespace psgrid::analysis
