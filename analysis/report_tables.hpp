// The parts of a report that are words and tables, as HTML. All text is escaped.
#pragma once

#include <string>

#include "analysis/comparison.hpp"

namespace psgrid::analysis {

// Empty if everything is done; else says what is missing.
std::string status_banner(const ComparisonData& data);

// "32 workers, 4 servers, star, 125 MB/s · ... · 3 seeds"
std::string subtitle(const ComparisonData& data);

// One row a variant.
std::string variants_table(const Comparison& comparison);

// The figures of a single run.
std::string run_facts(const RunData& run);

// Events of the first run of each variant.
std::string events_section(const ComparisonData& data);

// Cluster and job.
std::string scenario_section(const ComparisonData& data);

}  // namespace psgrid::analysis
