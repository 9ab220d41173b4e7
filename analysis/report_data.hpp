// What the figures of a report are drawn from, as compact JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/comparison.hpp"

namespace psgrid::analysis {

// How much of a run a report shows; what is beyond is sampled evenly.
struct ReportLimits {
  std::size_t curve_points = 400;
  std::size_t staleness_bins = 40;
  std::size_t timeline_workers = 48;
  std::size_t timeline_rows = 4000;  // of each variant
  std::size_t servers = 128;
};

nlohmann::json report_data(const ComparisonData& data, const Comparison& comparison,
                           const ReportLimits& limits = {});

}  // namespace psgrid::analysis
