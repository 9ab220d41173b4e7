// `psgrid explore --shrink`: what it leaves of a run that breaks a promise.
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

TEST(Shrink, WritesASmallScenarioThatBreaksTheSamePromiseWhenReplayed) {
  const TemporaryDirectory directory;
  plant(Mistake::kNoResendAfterChainChange);
  ExploreOptions explore;
  explore.scenario = PSGRID_SOURCE_DIR "/scenarios/exploration/replicated.json";
  explore.output = (directory / "found").string();
  explore.quiet = explore.shrink = true;
  explore.runs = 1;
  const ChildOutcome explored = in_child([&] { return std::to_string(explore_command(explore)); });
  ASSERT_EQ(explored.result, std::to_string(kFailed)) << explored.errors;

  const std::string file = (directory / "found/run-0.json").string();
  const auto scenario = load_scenario(file);
  ASSERT_TRUE(scenario);
  EXPECT_LE(count_faults(scenario->base), 2u);
  EXPECT_THAT(contents(directory / "found/run-0.mmd"), HasSubstr("sequenceDiagram"));
  EXPECT_THAT(contents(directory / "found/run-0.svg"), HasSubstr("Durable broken"));

  SingleRunOptions run;
  run.scenario = file;
  run.output = (directory / "replayed").string();
  run.quiet = true;
  const ChildOutcome replayed = in_child([&] { return std::to_string(run_command(run)); });
  EXPECT_EQ(replayed.result, std::to_string(kFailed)) << replayed.errors;
  EXPECT_THAT(contents(directory / "replayed/promises.txt"), HasSubstr("Durable broken"));
}

}  // namespace
}  // namespace psgrid::testing
