// `psgrid compare`: variants, seeds and jobs.
#include <csignal>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Compare : public CommandLine {};

TEST_F(Compare, RunsEveryVariant) {
  const Ended ended = psgrid({"compare", quick_});
  EXPECT_EQ(ended.exit_code, 0);
  for (const char* variant : {"bsp", "ssp-3", "async"})
    for (const char* file : {"summary.json", "iterations.csv", "scenario.json", "run_info.json"})
      EXPECT_TRUE(exists(std::string("psgrid-out/quick/") + variant + "/seed-1/" + file));
  EXPECT_TRUE(exists("psgrid-out/quick/scenario.json"));
  EXPECT_TRUE(exists("psgrid-out/quick/report.html"));
  EXPECT_EQ(read_json("psgrid-out/quick/compare.json")["status"], "done");
  EXPECT_THAT(ended.output, StartsWith("quick\n"));
  EXPECT_THAT(ended.output, HasSubstr("\nSSP 3 "));
  EXPECT_EQ(ended.errors, "Report: psgrid-out/quick/report.html\n");
}

TEST_F(Compare, QuietLeavesStandardErrorEmpty) {
  const Ended ended = psgrid({"compare", quick_, "--quiet"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.errors, IsEmpty());
}

TEST_F(Compare, SeedsFollowTheSeed) {
  ASSERT_EQ(psgrid({"compare", quick_, "-o", "out", "--seed", "40", "--seeds", "3"}).exit_code, 0);
  for (const char* seed : {"seed-40", "seed-41", "seed-42"})
    EXPECT_TRUE(exists(std::string("out/async/") + seed + "/summary.json")) << seed;
  EXPECT_FALSE(exists("out/async/seed-43"));
  EXPECT_EQ(read_json("out/scenario.json")["seeds"], 3);
  EXPECT_EQ(read_json("out/async/seed-41/summary.json")["seed"], 41);
}

TEST_F(Compare, SettingsReachIntoVariants) {
  const Ended ended =
      psgrid({"compare", quick_, "-o", "out", "--set", "/variants/1/set/consistency/staleness=5",
              "--set", "/variants/1/name=SSP 5", "--set", "/variants/2/set/cluster/workers=3",
              "--set", "/seeds=2"});
  ASSERT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.errors, "Report: out/report.html\n") << "no warnings";
  EXPECT_TRUE(exists("out/bsp/seed-2"));
  EXPECT_EQ(read_json("out/ssp-5/seed-1/scenario.json")["consistency"]["staleness"], 5);
  EXPECT_EQ(read_json("out/async/seed-1/scenario.json")["cluster"]["workers"], 3);
  EXPECT_EQ(read_json("out/bsp/seed-1/scenario.json")["cluster"]["workers"], 2);
}

TEST_F(Compare, SettingsThatEveryVariantOverridesAreWarnedOf) {
  const std::string setting = "/consistency={\"model\":\"async\"}";
  EXPECT_THAT(psgrid({"compare", quick_, "--set", setting}).errors,
              StartsWith("warning: --set " + setting +
                         ": has no effect on any variant: each sets "
                         "a value of its own\n"));
}

TEST_F(Compare, NothingToCompare) {
  const Ended ended = psgrid({"compare", quick_, "-o", "out", "--set", "/variants=null"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.errors, HasSubstr("found no \"variants\""));
  EXPECT_FALSE(exists("out"));
}

TEST_F(Compare, MistakeInOneVariantStopsAll) {
  const Ended ended =
      psgrid({"compare", quick_, "-o", "out", "--set", "/variants/1/set/consistency/staleness=-1"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.errors, HasSubstr("staleness"));
  EXPECT_FALSE(exists("out"));
}

TEST_F(Compare, RemovesVariantsOfBefore) {
  ASSERT_EQ(psgrid({"compare", quick_, "-o", "out"}).exit_code, 0);
  ASSERT_EQ(psgrid({"compare", quick_, "-o", "out", "--set", "/variants/1/name=Stale"}).exit_code,
            0);
  EXPECT_TRUE(exists("out/stale"));
  EXPECT_FALSE(exists("out/ssp-3"));
  ASSERT_EQ(psgrid({"run", quick_, "-o", "out"}).exit_code, 0);
  EXPECT_FALSE(exists("out/stale"));
  EXPECT_FALSE(exists("out/compare.json"));
}

TEST_F(Compare, ReportsARunThatIsKilled) {
  const std::string scenario = directory_.put("endless.json", document(1'000'000'000));
  Program program({"compare", scenario, "-o", at("out"), "--jobs", "3", "--quiet"});
  ASSERT_TRUE(eventually([&] { return exists("out/async/seed-1/scenario.json"); }));
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string status = contents(entry.path() / "status");
    if (status.find("\nPPid:\t" + std::to_string(program.pid()) + "\n") != std::string::npos)
      kill(std::stoi(entry.path().filename().string()), SIGKILL);
  }
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.errors,
              HasSubstr("psgrid: BSP, seed 1 failed: killed, perhaps for want of memory\n"));
  EXPECT_EQ(read_json("out/compare.json")["status"], "failed");
}

}  // namespace
}  // namespace psgrid::testing
