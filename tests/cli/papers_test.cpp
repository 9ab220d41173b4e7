// Every scenario of scenarios/papers/ shows what it expects.
#include <algorithm>
#include <filesystem>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

const std::filesystem::path kPapers = std::filesystem::path(PSGRID_SOURCE_DIR) / "scenarios/papers";

std::vector<std::string> papers() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kPapers))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Papers : public CommandLine, public ::testing::WithParamInterface<std::string> {};

TEST_P(Papers, ShowWhatWasPublished) {
  const Ended ended =
      psgrid({"compare", (kPapers / (GetParam() + ".json")).string(), "-o", "out", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output << ended.errors;
  EXPECT_FALSE(read_json("out/compare.json").at("expect").empty()) << "nothing is expected";
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Papers, ::testing::ValuesIn(papers()), [](const auto& paper) {
  std::string name = paper.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace psgrid::testing
