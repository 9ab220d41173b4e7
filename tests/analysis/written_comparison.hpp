// A synthetic comparison with all its files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/compare_files.hpp"
#include "analysis/run_files.hpp"
#include "tests/analysis/synthetic_run.hpp"

namespace psgrid::analysis::testing {

inline ComparisonData written_comparison(const std::filesystem::path& path, std::uint32_t workers,
                                         std::uint32_t iterations) {
  ComparisonData data = synthetic_comparison(workers, iterations);
  std::vector<std::string> names;
  for (const VariantRuns& variant : data.variants) names.push_back(variant.name);
  const std::vector<std::string> directories = variant_directories(names);
  const OutputDirectory output = OutputDirectory::create(path).value();
  for (std::size_t i = 0; i < directories.size(); ++i) {
    data.variants[i].directory = directories[i];
    for (const RunData& run : data.variants[i].runs) {
      const std::filesystem::path of_run = path / directories[i] / seed_directory(run.header.seed);
      const Failure failure = write_run(OutputDirectory::create(of_run).value(), run);
      EXPECT_FALSE(failure) << failure->message;
    }
  }
  const Failure failure = write_comparison(output, data);
  EXPECT_FALSE(failure) << failure->message;
  return data;
}

}  // namespace psgrid::analysis::testing
