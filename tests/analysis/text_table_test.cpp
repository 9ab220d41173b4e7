#include "analysis/text_table.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/analysis/synthetic_run.hpp"

namespace psgrid::analysis {
namespace {

TEST(TextTable, AlignsNamesLeftAndFiguresRight) {
  TextTable table({"variant", "time"});
  table.add_row({"BSP", "22.1 s"});
  table.add_row({"λ", "9 s"});
  EXPECT_EQ(table.text(),
            "variant    time\n"
            "BSP      22.1 s\n"
            "λ           9 s\n");
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST(TextTable, AComparisonFitsATerminalOf100Columns) {
  ComparisonData data = testing::synthetic_comparison(8, 100);
  EXPECT_LE(widest_line(compare_table(data)), 100u);
  data.variants[1].name = "a variant with quite a long name";
  const std::string text = compare_table(data);
  EXPECT_NE(text.find("a variant with q.."), std::string::npos) << text;
}

TEST(TextTable, ARunTellsItsFigures) {
  testing::SyntheticSpec spec;
  spec.staleness = 3;
  spec.crash = true;
  const std::string text = run_table(testing::SyntheticRun(spec).run());
  EXPECT_LE(widest_line(text), 100u);
  for (const char* part : {"SSP, staleness 3, seed 1: done", "\nvirtual time  ", "\nfinal loss    ",
                           "0.25 reached at ", "at most 3 clocks", "1 fault, 2 failovers"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(TextTable, WithoutATargetTheRateIsShown) {
  ComparisonData data = testing::synthetic_comparison(4, 10);
  for (VariantRuns& variant : data.variants) {
    for (RunData& run : variant.runs) run.header.target_loss.reset();
  }
  EXPECT_NE(compare_table(data).find("iterations/s"), std::string::npos);
}

}  // namespace
}  // namespace psgrid::analysis
