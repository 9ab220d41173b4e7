// `psgrid fidelity`: the same runs on the simulator and on sockets.
#include <csignal>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Fidelity : public CommandLine {};

TEST_F(Fidelity, RunsEveryVariantOnBoth) {
  const Ended ended = psgrid({"fidelity", quick_, "--seeds", "2"});
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  for (const char* variant : {"bsp", "ssp-3", "async"})
    for (const char* side : {"sim", "sockets"})
      for (const char* seed : {"seed-1", "seed-2"}) {
        const auto summary = read_json(std::string("psgrid-out/fidelity/quick/") + variant + "/" +
                                       side + "/" + seed + "/summary.json");
        EXPECT_EQ(summary["status"], "done");
        EXPECT_EQ(summary["backend"], side);
      }
  const auto result = read_json("psgrid-out/fidelity/fidelity.json");
  EXPECT_EQ(result["status"], "done");
  EXPECT_EQ(result["overall"]["cases"], 3);
  EXPECT_EQ(result["models"]["BSP"]["cases_bytes_equal"], 1);
  EXPECT_TRUE(exists("psgrid-out/fidelity/fidelity.csv"));
  EXPECT_TRUE(exists("psgrid-out/fidelity/report.html"));
  EXPECT_THAT(ended.output, StartsWith("Simulator against sockets\n"));
  EXPECT_THAT(ended.output, HasSubstr("\nquick\n  BSP "));
  EXPECT_EQ(ended.errors, "Report: psgrid-out/fidelity/report.html\n");
}

TEST_F(Fidelity, AScenarioWithoutVariantsIsACase) {
  auto document = nlohmann::json::parse(this->document(5));
  document.erase("variants");
  document["name"] = "alone";
  document["seeds"] = 1;
  const std::string scenario = directory_.put("alone.json", document.dump());
  const Ended ended = psgrid({"fidelity", scenario, "-o", "out", "--quiet"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.errors, IsEmpty());
  EXPECT_TRUE(exists("out/alone/bsp/sockets/seed-1/summary.json"));
  EXPECT_FALSE(exists("out/alone/bsp/sockets/seed-2")) << "the scenario asks for one seed";
  const std::string before = contents(at("out/report.html"));
  std::filesystem::remove(at("out/report.html"));
  EXPECT_EQ(psgrid({"report", "out"}).exit_code, 0);
  EXPECT_TRUE(contents(at("out/report.html")) == before);
}

TEST_F(Fidelity, MistakesInAnyScenarioAreReportedTogether) {
  const std::string racks =
      directory_.put("racks.json", R"({"name": "racks", "cluster": {"workers": 2, "servers": 1,
      "network": {"topology": "racks", "racks": 1}}, "job": {"learner": {"type": "none", "parameters": 10},
      "compute": {"seconds": 1}, "stop": {"iterations": 1}}})");
  const Ended ended = psgrid({"fidelity", "missing.json", racks, quick_, "-o", "out"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.errors, HasSubstr("missing.json"));
  EXPECT_THAT(ended.errors, HasSubstr("sockets emulate the NICs of a star only"));
  EXPECT_FALSE(exists("out"));
}

TEST_F(Fidelity, AnInterruptLeavesWhatThereIs) {
  const std::string scenario = directory_.put("long.json", document(20'000));
  Program program({"fidelity", scenario, "-o", at("out"), "--seeds", "1", "--quiet"});
  ASSERT_TRUE(eventually([&] { return exists("out/quick/bsp/sockets/seed-1/scenario.json"); }));
  kill(program.pid(), SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_EQ(read_json("out/fidelity.json")["status"], "interrupted");
  EXPECT_EQ(read_json("out/quick/bsp/sim/seed-1/summary.json")["status"], "done");
  EXPECT_THAT(ended.output, HasSubstr("(0 of 1 seeds)"));
  EXPECT_THAT(contents(at("out/report.html")), HasSubstr("Interrupted."));
}

}  // namespace
}  // namespace psgrid::testing
