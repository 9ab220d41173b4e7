// `psgrid explore`: small clusters under random faults keep what psgrid promises.
#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::HasSubstr;

const std::string kShipped = PSGRID_SOURCE_DIR "/scenarios/exploration/replicated.json";

class Explore : public CommandLine {};

TEST_F(Explore, ThreeHundredSchedulesBreakNoPromise) {
  const Ended ended = psgrid({"explore", kShipped, "--runs", "300", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr(" 0 broke one"));
  EXPECT_THAT(ended.output, HasSubstr("server crash"));
  EXPECT_THAT(ended.output, HasSubstr("chain repaired"));
}

TEST_F(Explore, BeyondToleranceNothingWrongIsAcknowledgedOrRead) {
  const Ended ended = psgrid({"explore", kShipped, "--runs", "100", "--beyond", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
}

TEST_F(Explore, ASeedGivesTheSameCampaignWhateverRunsAtOnce) {
  const Ended one = psgrid({"explore", kShipped, "--runs", "40", "--jobs", "1", "--quiet"});
  const Ended many = psgrid({"explore", kShipped, "--runs", "40", "--jobs", "4", "--quiet"});
  const Ended other = psgrid({"explore", kShipped, "--runs", "40", "--seed", "5", "--quiet"});
  EXPECT_EQ(one.output, many.output);
  EXPECT_NE(one.output, other.output);
}

TEST_F(Explore, ARunCanBeReplayedAndIsChecked) {
  EXPECT_EQ(psgrid({"explore", kShipped, "--first", "7", "--runs", "1", "-o", "found", "--quiet"})
                .exit_code,
            0);
  const Ended replayed = psgrid({"run", "found/run-7.json", "-o", "replayed", "--quiet"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.errors;
  EXPECT_TRUE(exists("replayed/promises.txt"));
}

TEST(ExploreLong, ThousandsOfSchedulesBreakNoPromise) {
  Program program({"explore", kShipped, "--runs", "2500", "--quiet"});
  EXPECT_EQ(program.wait().exit_code, 0);
}

}  // namespace
}  // namespace psgrid::testing
