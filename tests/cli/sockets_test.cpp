// `--on sockets` and `psgrid calibrate`.
#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::HasSubstr;

using Sockets = CommandLine;

TEST_F(Sockets, ARunWritesTheSameFilesWithTheSameModel) {
  ASSERT_EQ(psgrid({"run", quick_, "-o", "sim"}).exit_code, 0);
  const Ended ended = psgrid({"run", quick_, "-o", "sockets", "--on", "sockets"});
  ASSERT_EQ(ended.exit_code, 0) << ended.errors;
  for (const char* file : {"convergence.csv", "iterations.csv", "nodes.csv", "messages.csv", "events.csv",
                           "staleness.csv", "trace.json", "report.html", "run_info.json"})
    EXPECT_TRUE(exists(std::string("sockets/") + file)) << file;
  const auto sim = read_json("sim/summary.json"), sockets = read_json("sockets/summary.json");
  EXPECT_EQ(sockets["backend"], "sockets");
  for (const char* key : {"final_loss", "iterations", "messages", "bytes_on_wire"})
    EXPECT_EQ(sockets[key], sim[key]) << key;
  EXPECT_EQ(read_json("sockets/scenario.json"), read_json("sim/scenario.json"));
}

TEST_F(Sockets, VariantsAreComparedOnThem) {
  const Ended ended = psgrid({"compare", quick_, "-o", "out", "--on", "sockets", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  EXPECT_EQ(read_json("out/bsp/seed-1/summary.json")["backend"], "sockets");
}

TEST_F(Sockets, RefusesWhatTheyCannotEmulate) {
  const Ended racks = psgrid({"run", quick_, "--on", "sockets", "--set",
                              "/cluster/network={\"topology\":\"racks\",\"racks\":2}"});
  EXPECT_EQ(racks.exit_code, 2);
  EXPECT_THAT(racks.errors, HasSubstr("sockets emulate the NICs of a star only"));
  const Ended shared =
      psgrid({"run", quick_, "--on", "sockets", "--set", "/sockets={\"nodes_per_process\":2}",
              "--set", "/faults=[{\"at\":1,\"pause\":\"worker[0]\",\"for\":1}]"});
  EXPECT_EQ(shared.exit_code, 2);
  EXPECT_THAT(shared.errors,
              HasSubstr("on sockets a pause of worker[0] is one of its whole process, which "
                        "worker[1] is in too"));
  EXPECT_FALSE(exists("psgrid-out"));
  EXPECT_EQ(psgrid({"run", quick_, "--on", "tin cans"}).exit_code, 2);
}

// The shipped scenario says so: what is lost is made up for, on both runtimes, to the last bit.
TEST_F(Sockets, BspEndsWithTheSameModelWhateverFailsOnTheWay) {
  const std::string scenario = PSGRID_SOURCE_DIR "/scenarios/faults.json";
  ASSERT_EQ(psgrid({"run", scenario, "-o", "calm", "--set", "/faults=null"}).exit_code, 0);
  ASSERT_EQ(psgrid({"run", scenario, "-o", "sim"}).exit_code, 0);
  ASSERT_EQ(psgrid({"run", scenario, "-o", "sockets", "--on", "sockets"}).exit_code, 0);
  const auto calm = read_json("calm/summary.json"), sim = read_json("sim/summary.json"),
             sockets = read_json("sockets/summary.json");
  EXPECT_EQ(sim["final_loss"], calm["final_loss"]);
  EXPECT_EQ(sockets["final_loss"], calm["final_loss"]);
  EXPECT_EQ(sim["faults"], 7);
  EXPECT_EQ(sockets["faults"], 7);
  EXPECT_EQ(calm["messages_corrupted"], 0);
  EXPECT_GT(sim["messages_corrupted"], 0);
  EXPECT_GT(sockets["messages_corrupted"], 0);
  EXPECT_GT(sim["virtual_time_s"], 1.2 * calm["virtual_time_s"].get<double>());
}

TEST_F(Sockets, CtrlCEndsEveryProcessAndMarksTheResults) {
  Program program({"run", quick_, "-o", "out", "--on", "sockets", "--set",
                   "/job/stop={\"iterations\":1000000}", "--set", "/job/compute/seconds=0.01"},
                  {.directory = directory_.path()});
  ASSERT_TRUE(eventually([&] { return processes_with(quick_) > 3; }));
  program.signal_group(SIGINT);
  EXPECT_EQ(program.wait().exit_code, 3);
  EXPECT_EQ(read_json("out/summary.json")["status"], "interrupted");
  EXPECT_TRUE(eventually([&] { return processes_with(quick_) == 0; }));
}

TEST_F(Sockets, CalibrationMakesABlockThatAScenarioCanInclude) {
  ASSERT_EQ(psgrid({"calibrate", "--quiet", "-o", "machine.json"}).exit_code, 0);
  const auto cluster = read_json("machine.json")["cluster"];
  EXPECT_GT(cluster["host"]["flops"], 1e7);
  EXPECT_GT(cluster["costs"]["message_flops"], 0);
  const Ended ended = psgrid({"run", quick_, "-o", "out", "--quiet", "--set",
                              "/cluster/host=" + cluster["host"].dump(), "--set",
                              "/cluster/network=" + cluster["network"].dump(), "--set",
                              "/cluster/costs=" + cluster["costs"].dump()});
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
}

}  // namespace
}  // namespace psgrid::testing
