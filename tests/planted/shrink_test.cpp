// `psgrid explore --shrink`: what it leaves of a run that breaks a promise.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/planted.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/explore/shrink_run.hpp"
#include "scenarios/scenario.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temporary_directory.hpp"

namespace psgrid::testing {
namespace {

using namespace scenarios;
using ::testing::HasSubstr;

// The name of the first of the runs that were written; empty if there is none.
std::string first_run(const std::filesystem::path& found) {
  for (std::size_t number = 0; number < 5; ++number)
    if (const std::string name = "run-" + std::to_string(number);
        std::filesystem::exists(found / (name + ".json")))
      return name;
  return {};
}

// "Durable broken", of the title of a diagram.
std::string broken_promise(const std::string& svg) {
  const std::size_t end = svg.find(" broken at");
  if (end == std::string::npos) return "(none)";
  return svg.substr(svg.rfind('>', end) + 1, end - svg.rfind('>', end) - 1) + " broken";
}

TEST(Shrink, WritesASmallScenarioThatBreaksTheSamePromiseWhenReplayed) {
  const TemporaryDirectory directory;
  plant(Mistake::kNoResendAfterChainChange);
  ExploreOptions explore;
  explore.scenario = PSGRID_SOURCE_DIR "/scenarios/exploration/replicated.json";
  explore.output = (directory / "found").string();
  explore.quiet = explore.shrink = true;
  explore.runs = 5;
  const ChildOutcome explored = in_child([&] { return std::to_string(explore_command(explore)); });
  ASSERT_EQ(explored.result, std::to_string(kFailed)) << explored.errors;

  const std::string name = first_run(directory / "found");
  ASSERT_NE(name, "");
  const std::string file = (directory / ("found/" + name + ".json")).string();
  const auto scenario = load_scenario(file);
  ASSERT_TRUE(scenario);
  EXPECT_LE(count_faults(scenario->base), 3u);
  EXPECT_THAT(contents(directory / ("found/" + name + ".mmd")), HasSubstr("sequenceDiagram"));
  const std::string broken = broken_promise(contents(directory / ("found/" + name + ".svg")));

  SingleRunOptions run;
  run.scenario = file;
  run.output = (directory / "replayed").string();
  run.quiet = true;
  const ChildOutcome replayed = in_child([&] { return std::to_string(run_command(run)); });
  EXPECT_EQ(replayed.result, std::to_string(kFailed)) << replayed.errors;
  EXPECT_THAT(contents(directory / "replayed/promises.txt"), HasSubstr(broken));
}

}  // namespace
}  // namespace psgrid::testing
