// report.html: one self-contained page that shows a run or a comparison; it needs no network.
//
// The page is a pure function of what is in the other files, so it can be made again from them.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/comparison.hpp"
#include "analysis/result.hpp"
#include "analysis/run_data.hpp"

namespace psgrid::analysis {

std::string report_html(const ComparisonData& data);
std::string report_html(const RunData& run);

// Makes report.html again from the files of a finished run, comparison or fidelity check.
Failure rebuild_report(const std::filesystem::path& directory);

}  // namespace psgrid::analysis
