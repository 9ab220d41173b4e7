// psgrid run with checkpoints, and --resume.
#include "tests/cli/command_line.hpp"
#include "tests/support/result_files.hpp"

namespace psgrid::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Resume : public CommandLine {
 protected:
  Resume() {
    const std::string data = "scenarios/data/spambase.libsvm.gz";
    directory_.copy_from_repository(data);
    document_ = {{"name", "story"},
                 {"cluster", {{"workers", 2}, {"servers", 2}}},
                 {"job",
                  {{"learner", {{"type", "logistic_regression"}}},
                   {"data", {{"file", data}, {"format", "libsvm"}, {"transform", "log1p"}}},
                   {"compute", {{"seconds", "10ms"}}},
                   {"evaluate_every", 10},
                   {"stop", {{"iterations", 30}}}}},
                 {"checkpoint", {{"every", {{"iterations", 8}}}}}};
    scenario_ = directory_.put("story.json", document_.dump());
  }

  Ended run(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"run", scenario_, "-o", out, "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return psgrid(arguments);
  }
  double final_loss(const std::string& out) const {
    return read_json(out + "/summary.json")["final_loss"];
  }

  json document_;
  std::string scenario_;
};

TEST_F(Resume, EndsAsTheRunThatWentOn) {
  ASSERT_EQ(run("whole").exit_code, 0);
  EXPECT_EQ(read_json("whole/summary.json")["checkpoints"], 3);
  EXPECT_EQ(read_json("whole/checkpoint/manifest.json")["iteration"], 24);
  ASSERT_EQ(run("part", {"--set", "/job/stop/iterations=20"}).exit_code, 0);
  EXPECT_EQ(read_json("part/checkpoint/manifest.json")["iteration"], 16);
  const Ended resumed = run("resumed", {"--resume", "part/checkpoint"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
  EXPECT_EQ(read_json("resumed/summary.json")["iterations"], 14);
  EXPECT_EQ(final_loss("resumed"), final_loss("whole"));
  const Ended on_sockets = run("sockets", {"--resume", "part", "--on", "sockets"});
  EXPECT_EQ(on_sockets.exit_code, 0) << on_sockets.errors;
  EXPECT_EQ(final_loss("sockets"), final_loss("whole"));
}

// The results are replaced, but not what the run begins from before there is something newer.
TEST_F(Resume, MayGoOnInTheSameDirectory) {
  ASSERT_EQ(run("out", {"--set", "/job/stop/iterations=20"}).exit_code, 0);
  const Ended resumed = run("out", {"--resume", "out"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
  const json manifest = read_json("out/checkpoint/manifest.json");
  EXPECT_EQ(manifest["iteration"], 24);
  EXPECT_EQ(manifest["number"], 3);
}

TEST_F(Resume, FilesAreTheSameFromRunToRun) {
  ASSERT_EQ(run("first").exit_code, 0);
  ASSERT_EQ(run("second").exit_code, 0);
  for (const char* name : {"manifest.json", "3-shard-0.bin", "3-shard-1.bin"})
    EXPECT_EQ(contents(at("first/checkpoint") + "/" + name),
              contents(at("second/checkpoint") + "/" + name))
        << name;
  EXPECT_FALSE(contents(at("first/checkpoint/3-shard-0.bin")).empty());
}

TEST_F(Resume, RefusesWhatItCannotBeginFrom) {
  ASSERT_EQ(run("out").exit_code, 0);
  const Ended other = run("other", {"--resume", "out", "--seed", "9"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.errors, HasSubstr("of another job, with the seed 1, expected 9"));
  EXPECT_FALSE(exists("other")) << "nothing may have been written";
  std::filesystem::resize_file(at("out/checkpoint/3-shard-0.bin"), 20);
  const Ended broken = run("out", {"--resume", "out"});
  EXPECT_EQ(broken.exit_code, 2);
  EXPECT_THAT(broken.errors, HasSubstr("3-shard-0.bin: found 20 bytes, expected "));
  EXPECT_TRUE(exists("out/summary.json")) << "nothing may have been removed";
  EXPECT_EQ(run("out", {"--resume", "nowhere"}).exit_code, 2);
}

TEST_F(Resume, AnotherRunDoesNotLeaveAnOldCheckpoint) {
  ASSERT_EQ(run("out").exit_code, 0);
  ASSERT_EQ(run("out", {"--set", "/checkpoint=null"}).exit_code, 0);
  EXPECT_FALSE(exists("out/checkpoint"));
}

TEST_F(Resume, ALostClusterCountsAsAFaultAndItsIterationsAsLost) {
  document_["faults"] = {{{"at", 0.23}, {"restart", "cluster"}, {"for", "0.1s"}}};
  directory_.put("story.json", document_.dump());
  for (const char* backend : {"sim", "sockets"}) {
    const Ended ended = run(backend, {"--on", backend});
    ASSERT_EQ(ended.exit_code, 0) << ended.errors;
    const json summary = read_json(std::string(backend) + "/summary.json");
    EXPECT_EQ(summary["faults"], 1);
    EXPECT_EQ(summary["iterations"], 30);
    // Processes that are ended do not tell of what they did last.
    if (std::string(backend) == "sim") {
      EXPECT_GT(summary["iterations_lost"], 0);
    }
    EXPECT_GE(summary["checkpoints"], 2);
    EXPECT_THAT(contents(at(std::string(backend) + "/events.csv")), HasSubstr("restart_cluster"));
  }
  EXPECT_EQ(final_loss("sim"), final_loss("sockets"));
}

}  // namespace
}  // namespace psgrid::testing
