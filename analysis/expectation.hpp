// What a comparison is expected to show: published shapes and ratios, checked on its results.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "analysis/comparison.hpp"

namespace psgrid::analysis {

// What it says once it is checked.
struct Verified {
  std::string text;  // "wait_s falls: BSP 12.1, SSP 3 4.2"
  bool holds = false;
};

Verified verify(const Expectation& expectation, const ComparisonData& data);
std::vector<Verified> verify(const ComparisonData& data);

// Whether everything that was expected holds.
bool all_hold(const ComparisonData& data);

// As in a scenario. from_json requires what the schema of scenarios does.
nlohmann::json to_json(const Expectation& expectation);
Expectation expectation_of_json(const nlohmann::json& object);

// The numbers in summary.json: what an expectation can be about.
std::vector<std::string> summary_metrics();

}  // namespace psgrid::analysis
