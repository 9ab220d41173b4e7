// The comparison of the parameter servers that people know.
#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

class Systems : public CommandLine {};

TEST_F(Systems, AllReachTheTarget) {
  const std::string scenario = PSGRID_SOURCE_DIR "/scenarios/systems/all.json";
  const Ended run = psgrid({"compare", scenario, "-o", "out", "--seeds", "1", "--quiet"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto variants = read_json("out/compare.json")["variants"];
  EXPECT_EQ(variants.size(), 9u);
  for (const auto& entry : std::filesystem::directory_iterator(at("out"))) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    const auto summary = read_json("out/" + name + "/seed-1/summary.json");
    EXPECT_EQ(summary["status"], "done") << name;
    EXPECT_EQ(summary["stop_reason"], "target_loss") << name;
  }
}

}  // namespace
}  // namespace psgrid::testing
