// Results as aligned plain text for a terminal of 100 columns.
#pragma once

#include <string>
#include <vector>

#include "analysis/comparison.hpp"
#include "analysis/run_data.hpp"

namespace psgrid::analysis {

// Columns as wide as their widest cell, two spaces apart; all but the first align to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  void add_row(std::vector<std::string> cells);  // as many as the header has
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// The text in lines of at most so many characters, broken between words.
std::string wrapped(const std::string& text, std::size_t width);

// What `run` prints: one line a fact.
std::string run_table(const RunData& run);

// What `compare` prints: one line a variant, then the verdict.
std::string compare_table(const ComparisonData& data);

}  // namespace psgrid::analysis
