#include "analysis/compare_files.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/run_files.hpp"
#include "tests/analysis/scratch_directory.hpp"
#include "tests/analysis/synthetic_run.hpp"
#include "tests/analysis/written_comparison.hpp"

namespace psgrid::analysis {
namespace {

using testing::contents;
using testing::ScratchDirectory;

TEST(CompareFiles, DirectoriesAreDistinctAndTame) {
  EXPECT_EQ(
      variant_directories({"BSP", "SSP 3", "ssp-3", "../../etc", "λ!", "", "a / b "}),
      (std::vector<std::string>{"bsp", "ssp-3", "ssp-3-2", "etc", "variant", "variant-2", "a-b"}));
  EXPECT_LE(variant_directories({std::string(500, 'x')})[0].size(), 60u);
}

TEST(CompareFiles, ReadBackGivesTheSameComparison) {
  ScratchDirectory scratch;
  const ComparisonData data = testing::written_comparison(scratch / "out", 8, 60);
  const Result<ComparisonData> read = read_comparison(scratch / "out");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(compare_json(read.value()), contents(scratch / "out/compare.json"));
  EXPECT_EQ(compare_json(read.value()), compare_json(data));
  EXPECT_FALSE(read.value().variants[0].runs[0].iterations.empty());
  EXPECT_TRUE(read.value().variants[0].runs[1].iterations.empty()) << "rows of one seed suffice";
}

TEST(CompareFiles, CompareJsonNamesTheFirstVariant) {
  ScratchDirectory scratch;
  testing::written_comparison(scratch / "out", 4, 150);
  const auto object = nlohmann::json::parse(contents(scratch / "out/compare.json"));
  EXPECT_EQ(object["variants"].size(), 5u);
  EXPECT_EQ(object["variants"][0]["speedup"], 1.0);
  EXPECT_EQ(object["variants"][2]["runs"][1]["directory"], "ssp-3/seed-8");
  EXPECT_TRUE(object["first"].is_string());
}

TEST(CompareFiles, AMissingRunIsReported) {
  ScratchDirectory scratch;
  testing::written_comparison(scratch / "out", 4, 10);
  std::filesystem::remove(scratch / "out/bsp/seed-8/summary.json");
  EXPECT_EQ(read_comparison(scratch / "out").error().message,
            "cannot read " + (scratch / "out/bsp/seed-8/summary.json").string());
}

}  // namespace
}  // namespace psgrid::analysis
