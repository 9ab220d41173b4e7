// `psgrid explore`: small clusters under random faults keep what psgrid promises.
#include <regex>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kShipped = PSGRID_SOURCE_DIR "/scenarios/exploration/replicated.json";
const std::string kSchemes = PSGRID_SOURCE_DIR "/scenarios/exploration/schemes.json";

class Explore : public CommandLine {};

// The rare situations that a campaign says it was not in.
std::vector<std::string> not_reached(const std::string& output) {
  const std::size_t begin = output.find("Rare situations reached\n");
  if (begin == std::string::npos) return {"(no list of them)"};
  const std::string list = output.substr(begin, output.find("\n\n", begin) - begin);
  const std::regex never("  (.*[^ ]) +0\n");
  std::vector<std::string> names;
  for (std::sregex_iterator line(list.begin(), list.end(), never), end; line != end; ++line)
    names.push_back((*line)[1]);
  return names;
}

TEST_F(Explore, ThreeHundredSchedulesBreakNoPromise) {
  const Ended ended = psgrid({"explore", kShipped, "--runs", "300", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr(" 0 broke one"));
  EXPECT_THAT(ended.output, HasSubstr("server crash"));
  EXPECT_THAT(ended.output, HasSubstr("chain repaired"));
  const std::vector<std::string> missed = not_reached(ended.output);
  for (const char* situation :
       {"head crashed with a forward in flight", "middle crashed with a forward in flight",
        "tail crashed with a forward in flight", "duplicate suppressed after a failover",
        "acknowledgement lost, push retried at the new head", "message of an old epoch refused",
        "paused server woke past its lease", "two view changes overlapped",
        "pull held by the gate, released by an expulsion", "worker restarted with pushes in flight",
        "all replicas but one lost"}) {
    EXPECT_THAT(ended.output, HasSubstr(situation));
    EXPECT_THAT(missed, Not(Contains(situation)));
  }
}

TEST_F(Explore, SchedulesOfAllSchemesBreakNoPromise) {
  const Ended ended = psgrid({"explore", kSchemes, "--runs", "150", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("runs 150: "));
  EXPECT_THAT(ended.output, HasSubstr(" 0 broke one"));
  EXPECT_THAT(ended.output, HasSubstr("worker crash"));
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

TEST_F(Explore, OnSocketsSchedulesBreakNoPromise) {
  const Ended ended =
      psgrid({"explore", kShipped, "--on", "sockets", "--runs", "6", "--jobs", "3", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output << ended.errors;
  EXPECT_THAT(ended.output, HasSubstr(" 0 broke one"));
  EXPECT_THAT(ended.output, HasSubstr(" crash"));
}

TEST_F(Explore, AScheduleIsReplayedOnSocketsWithItsVerdict) {
  ASSERT_EQ(psgrid({"explore", kShipped, "--first", "3", "--runs", "1", "-o", "found", "--quiet"})
                .exit_code,
            0);
  const Ended replayed =
      psgrid({"run", "found/run-3.json", "--on", "sockets", "-o", "replayed", "--quiet"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.errors;
  const std::string verdict = contents(at("replayed/promises.txt"));
  EXPECT_THAT(verdict, HasSubstr("Durable      kept"));
  EXPECT_THAT(verdict, HasSubstr("ExactlyOnce  kept"));
  EXPECT_THAT(verdict, HasSubstr("Conserved    not checked"));
}

TEST_F(Explore, NothingThatDiffersFromRunToRunIsMadeSmall) {
  const Ended ended = psgrid({"explore", kShipped, "--on", "sockets", "--shrink"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.errors, HasSubstr("no two runs are alike"));
}

TEST(ExploreLong, OnSocketsTwoHundredSchedulesBreakNoPromise) {
  Program program({"explore", kShipped, "--on", "sockets", "--runs", "200", "--quiet"});
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
}

TEST(ExploreLong, TenThousandSchedulesBreakNoPromiseAndAreInAllRareSituations) {
  Program program({"explore", kShipped, "--runs", "10000", "--quiet"});
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(not_reached(ended.output), IsEmpty());
}

TEST(ExploreLong, ThreeThousandSchedulesOfAllSchemesBreakNoPromise) {
  Program program({"explore", kSchemes, "--runs", "3000", "--quiet"});
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(not_reached(ended.output), IsEmpty());
}

TEST(ExploreLong, BeyondToleranceWholeChainsAreLost) {
  Program program({"explore", kShipped, "--runs", "2000", "--beyond", "--quiet"});
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("whole chain lost"));
  EXPECT_THAT(not_reached(ended.output), IsEmpty());
}

}  // namespace
}  // namespace psgrid::testing
