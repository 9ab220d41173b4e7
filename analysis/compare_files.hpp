// The files of a comparison: compare.json, and below it one directory a variant with one directory
// a seed, each with the files of a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/comparison.hpp"
#include "analysis/output_directory.hpp"
#include "analysis/result.hpp"

namespace psgrid::analysis {

// A directory name for each variant, distinct and safe on any file system: "SSP 3" gives "ssp-3".
std::vector<std::string> variant_directories(const std::vector<std::string>& names);

// "seed-7"
std::string seed_directory(std::uint64_t seed);

std::string compare_json(const ComparisonData& data);

// Writes compare.json; the runs have been written, each to <directory>/<variant>/<seed>.
Failure write_comparison(const OutputDirectory& directory, const ComparisonData& data);

// Reads compare.json and the runs it names. Rows of iterations are read for the first run of each
// variant only: nothing needs more.
Result<ComparisonData> read_comparison(const std::filesystem::path& directory);

}  // namespace psgrid::analysis
