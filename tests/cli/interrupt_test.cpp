// Ctrl-C, termination and sudden death.
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Parameter: the network's `sharing`, because SimGrid's engine has signal handlers of its own.
class Interrupt : public CommandLine, public ::testing::WithParamInterface<const char*> {
 protected:
  Interrupt() {
    auto document = nlohmann::json::parse(this->document(1'000'000'000));
    document["name"] = "endless";
    document["cluster"]["network"] = {{"sharing", GetParam()}};
    endless_ = directory_.put("endless.json", document.dump());
  }

  Program run() const { return Program({"run", endless_, "-o", at("out"), "--quiet"}); }
  Program compare() const {
    return Program({"compare", endless_, "-o", at("out"), "--jobs", "2", "--quiet"});
  }
  // A second of computing is enough for what is written to be worth looking at.
  bool under_way(const std::string& run) const {
    const bool begun = eventually([&] { return exists(run + "/scenario.json"); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return begun;
  }
  bool nothing_left() const {
    return eventually([&] { return processes_with(at("out")) == 0; });
  }

  std::string endless_;
};

TEST_P(Interrupt, RunWritesWhatItHas) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Program program = run();
    ASSERT_TRUE(under_way("out"));
    program.signal(signal);
    const Ended ended = program.wait();
    EXPECT_EQ(ended.exit_code, 3);
    EXPECT_THAT(ended.output, StartsWith("endless, BSP, seed 1: interrupted\n"));
    EXPECT_EQ(ended.errors, "");
    EXPECT_EQ(read_json("out/summary.json")["status"], "interrupted");
    EXPECT_GT(read_json("out/summary.json")["virtual_time_s"], 0);
    EXPECT_THAT(contents(at("out/report.html")), HasSubstr("interrupted"));
    EXPECT_TRUE(nothing_left());
    std::filesystem::remove_all(at("out"));
  }
}

TEST_P(Interrupt, CompareWritesWhatItHas) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Program program = compare();
    ASSERT_TRUE(under_way("out/ssp-3/seed-1"));
    program.signal(signal);
    const Ended ended = program.wait();
    EXPECT_EQ(ended.exit_code, 3);
    EXPECT_THAT(ended.output, StartsWith("endless: interrupted\n"));
    EXPECT_EQ(ended.errors, "");
    EXPECT_EQ(read_json("out/compare.json")["status"], "interrupted");
    for (const char* variant : {"bsp", "ssp-3"})
      EXPECT_EQ(read_json(std::string("out/") + variant + "/seed-1/summary.json")["status"],
                "interrupted");
    EXPECT_FALSE(exists("out/async/seed-1"));
    EXPECT_THAT(contents(at("out/report.html")), HasSubstr("interrupted"));
    EXPECT_TRUE(nothing_left());
    std::filesystem::remove_all(at("out"));
  }
}

// As from a keyboard: the whole foreground group gets the signal, not just the parent.
TEST_P(Interrupt, ReachesTheWholeGroup) {
  Program program = compare();
  ASSERT_TRUE(under_way("out/ssp-3/seed-1"));
  program.signal_group(SIGINT);
  EXPECT_EQ(program.wait().exit_code, 3);
  for (const char* variant : {"bsp", "ssp-3"})
    EXPECT_EQ(read_json(std::string("out/") + variant + "/seed-1/summary.json")["status"],
              "interrupted");
  EXPECT_TRUE(nothing_left());
}

TEST_P(Interrupt, TwiceEndsItAtOnce) {
  for (const int second : {SIGINT, SIGTERM}) {
    Program program = compare();
    ASSERT_TRUE(under_way("out/ssp-3/seed-1"));
    program.signal(SIGINT);
    program.signal(second);
    const int exit_code = program.wait().exit_code;
    // It may have been done with writing before the second signal came.
    EXPECT_TRUE(exit_code == -second || exit_code == 3) << exit_code;
    EXPECT_TRUE(nothing_left());
    std::filesystem::remove_all(at("out"));
  }
}

TEST_P(Interrupt, ChildrenDieWithTheirParent) {
  Program program = compare();
  ASSERT_TRUE(under_way("out/ssp-3/seed-1"));
  EXPECT_EQ(processes_with(at("out")), 3u);
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().exit_code, -SIGKILL);
  EXPECT_TRUE(nothing_left());
}

TEST_P(Interrupt, NextRunReplacesWhatWasLeftBehind) {
  Program program = run();
  ASSERT_TRUE(under_way("out"));
  program.signal(SIGKILL);
  program.wait();
  EXPECT_FALSE(exists("out/summary.json"));
  EXPECT_EQ(psgrid({"report", "out"}).exit_code, 2);
  EXPECT_EQ(psgrid({"run", quick_, "-o", "out"}).exit_code, 0);
  EXPECT_EQ(read_json("out/summary.json")["status"], "done");
}

INSTANTIATE_TEST_SUITE_P(Networks, Interrupt, ::testing::Values("windowed", "analytic"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace psgrid::testing
