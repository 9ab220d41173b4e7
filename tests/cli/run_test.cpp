// `psgrid run`: its options, its files, and what it refuses.
#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Run : public CommandLine {
 protected:
  // Nothing may have been written.
  void expect_bad_input(std::vector<std::string> arguments, const std::string& errors) {
    const Ended ended = psgrid(std::move(arguments));
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.errors, HasSubstr(errors));
    EXPECT_THAT(ended.output, IsEmpty());
    EXPECT_FALSE(exists("psgrid-out"));
    EXPECT_FALSE(exists("out"));
  }
};

TEST_F(Run, WritesTheDocumentedFiles) {
  const Ended ended = psgrid({"run", quick_});
  EXPECT_EQ(ended.exit_code, 0);
  for (const char* file :
       {"summary.json", "convergence.csv", "iterations.csv", "nodes.csv", "messages.csv", "events.csv",
        "staleness.csv", "trace.json", "report.html", "scenario.json", "run_info.json"})
    EXPECT_TRUE(exists(std::string("psgrid-out/quick/") + file)) << file;
  EXPECT_EQ(read_json("psgrid-out/quick/summary.json")["status"], "done");
  EXPECT_THAT(ended.output, StartsWith("quick, BSP, seed 1: done\n"));
  EXPECT_EQ(ended.errors, "Report: psgrid-out/quick/report.html\n");
}

TEST_F(Run, OutputGoesWhereItIsTold) {
  EXPECT_EQ(psgrid({"run", quick_, "-o", "a/b/out"}).exit_code, 0);
  EXPECT_TRUE(exists("a/b/out/summary.json"));
  EXPECT_EQ(psgrid({"run", quick_, "--output=out2"}).exit_code, 0);
  EXPECT_TRUE(exists("out2/summary.json"));
  EXPECT_FALSE(exists("psgrid-out"));
}

TEST_F(Run, QuietLeavesStandardErrorEmpty) {
  const Ended ended = psgrid({"run", quick_, "--quiet"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.errors, IsEmpty());
  EXPECT_THAT(ended.output, HasSubstr("virtual time"));
}

TEST_F(Run, QuietStillReportsErrors) {
  const Ended ended = psgrid({"run", "nowhere.json", "--quiet"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.errors, "nowhere.json: no such file\n");
}

TEST_F(Run, SeedReplacesTheScenarios) {
  EXPECT_EQ(psgrid({"run", quick_, "--seed", "9007199254740991"}).exit_code, 0);
  EXPECT_EQ(read_json("psgrid-out/quick/summary.json")["seed"], 9007199254740991);
  EXPECT_EQ(read_json("psgrid-out/quick/scenario.json")["seed"], 9007199254740991);
}

TEST_F(Run, SeveralSettings) {
  const Ended ended =
      psgrid({"run", quick_, "--set", "/cluster/workers=3", "--set=/job/stop/iterations=7", "--set",
              "/stragglers/0/rate=2.5", "--set", "/cluster/network/latency=70us"});
  EXPECT_EQ(ended.exit_code, 0);
  const auto scenario = read_json("psgrid-out/quick/scenario.json");
  EXPECT_EQ(scenario["cluster"]["workers"], 3);
  EXPECT_EQ(scenario["job"]["stop"]["iterations"], 7);
  EXPECT_EQ(scenario["stragglers"][0]["rate"], 2.5);
  EXPECT_EQ(scenario["cluster"]["network"]["latency"], 70e-6);
  EXPECT_EQ(read_json("psgrid-out/quick/summary.json")["iterations_max"], 7);
}

TEST_F(Run, SettingsThatDoNothingAreWarnedOf) {
  const Ended none = psgrid({"run", quick_, "--set", "/consistency={\"model\":\"async\"}"});
  EXPECT_EQ(none.errors, "Report: psgrid-out/quick/report.html\n") << "a run takes no variants";
  for (const char* setting : {"/variants/0/set/cluster/workers=3", "/seeds=4"})
    EXPECT_THAT(psgrid({"run", quick_, "--set", setting}).errors,
                StartsWith(std::string("warning: --set ") + setting +
                           ": has no effect on a single run, only on a comparison\n"));
  EXPECT_THAT(
      psgrid({"run", quick_, "--set", "/cluster/workers=3", "--set", "/cluster/workers=4"}).errors,
      StartsWith("warning: --set /cluster/workers=3: has no effect: overridden\n"));
}

TEST_F(Run, BadSettings) {
  expect_bad_input({"run", quick_, "--set", "workers=3"},
                   "--set workers=3: found \"workers\", expected a JSON pointer");
  expect_bad_input({"run", quick_, "--set", "/cluster/workers"},
                   "--set /cluster/workers: found no '='");
  expect_bad_input({"run", quick_, "--set", "/cluster/workers=-3"},
                   "--set /cluster/workers=-3: /cluster/workers: found -3");
  expect_bad_input({"run", quick_, "--set", "/cluster/wokers=3"}, "did you mean \"workers\"?");
  expect_bad_input({"run", quick_, "--set", "/stragglers/4/rate=1"}, "expected an index up to 1");
}

TEST_F(Run, EveryErrorIsReported) {
  const Ended ended = psgrid({"run", quick_, "--set", "/cluster/workers=-3", "--set", "/seed=x"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.errors, AllOf(HasSubstr("/cluster/workers"), HasSubstr("/seed")));
}

TEST_F(Run, TraceCoversWhatIsAskedFor) {
  ASSERT_EQ(psgrid({"run", quick_, "-o", "none", "--trace", "0"}).exit_code, 0);
  EXPECT_FALSE(exists("none/trace.json"));
  ASSERT_EQ(psgrid({"run", quick_, "-o", "some", "--trace", "0.02"}).exit_code, 0);
  ASSERT_EQ(psgrid({"run", quick_, "-o", "all", "--trace", "100"}).exit_code, 0);
  const auto some = read_json("some/trace.json"), all = read_json("all/trace.json");
  EXPECT_GT(some["traceEvents"].size(), 0u);
  EXPECT_GT(all["traceEvents"].size(), some["traceEvents"].size());
}

TEST_F(Run, ReplacesResultsOfBefore) {
  ASSERT_EQ(psgrid({"run", quick_, "-o", "out"}).exit_code, 0);
  directory_.put("out/notes.txt", "mine");
  ASSERT_EQ(psgrid({"run", quick_, "-o", "out", "--trace", "0"}).exit_code, 0);
  EXPECT_FALSE(exists("out/trace.json"));
  EXPECT_EQ(contents(at("out/notes.txt")), "mine");
}

TEST_F(Run, NeverWritesIntoSomebodyElsesDirectory) {
  directory_.put("mine/thesis.tex", "text");
  const Ended ended = psgrid({"run", quick_, "-o", "mine"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.errors,
            "psgrid: will not write results to mine: it holds files that psgrid did not write\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_ / "mine"), {}), 1);
}

TEST_F(Run, OutputThatIsAFile) {
  directory_.put("file", "text");
  EXPECT_EQ(psgrid({"run", quick_, "-o", "file"}).exit_code, 2);
  EXPECT_EQ(psgrid({"run", quick_, "-o", "file/below"}).exit_code, 2);
  EXPECT_EQ(contents(at("file")), "text");
}

TEST_F(Run, MissingScenario) {
  expect_bad_input({"run", "nowhere.json"}, "nowhere.json: no such file\n");
}

class BadData : public Run {
 protected:
  std::string with_data(const std::string& content, const std::string& learner) {
    directory_.put("data.csv", content);
    auto document = nlohmann::json::parse(this->document(5));
    document["job"] = {{"learner", {{"type", learner}}},
                       {"data", {{"file", "data.csv"}, {"format", "csv"}}},
                       {"batch", 1},
                       {"stop", {{"iterations", 5}}}};
    return directory_.put("learning.json", document.dump());
  }
};

TEST_F(BadData, MistakesInTheFile) {
  const std::string scenario = with_data("1,2,0\n1,x,1\n0,1,1\n1,1,0\n", "logistic_regression");
  expect_bad_input({"run", scenario, "-o", "out"}, "data.csv:2:3: ");
  expect_bad_input({"compare", scenario, "-o", "out"}, "data.csv:2:3: ");
  expect_bad_input({"validate", scenario}, "data.csv:2:3: ");
}

TEST_F(BadData, TooManyClassesForTheLearner) {
  const std::string data = "1,2,0\n1,3,1\n0,1,2\n1,1,0\n2,1,1\n3,1,2\n";
  const std::string scenario = with_data(data, "logistic_regression");
  expect_bad_input({"run", scenario, "-o", "out"}, "data.csv: found 3 classes, expected 2");
  EXPECT_EQ(psgrid({"run", with_data(data, "softmax_regression")}).exit_code, 0);
}

TEST_F(BadData, OnlyOneVariantsLearnerCannotUseThem) {
  const std::string scenario =
      with_data("1,2,0\n1,3,1\n0,1,2\n1,1,0\n2,1,1\n3,1,2\n", "softmax_regression");
  expect_bad_input({"compare", scenario, "-o", "out", "--set",
                    "/variants/1/set/job={\"learner\":{\"type\":\"logistic_regression\"}}"},
                   "data.csv: found 3 classes, expected 2");
}

TEST_F(Run, PlatformFileThatSimgridRejects) {
  directory_.put("platform.xml",
                 "<?xml version='1.0'?>\n"
                 "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
                 "<platform version=\"4.1\"><zone id=\"z\" routing=\"Full\">"
                 "<host id=\"a\" speed=\"1Gf\"/><host id=\"b\" speed=\"1Gf\"/>"
                 "<host id=\"c\" speed=\"1Gf\"/><host id=\"d\" speed=\"1Gf\"/>"
                 "</zone></platform>\n");
  const std::string network = R"(/cluster/network={"topology":"platform","file":"platform.xml"})";
  for (const char* command : {"run", "compare"})
    expect_bad_input({command, quick_, "-o", "out", "--set", network},
                     "platform.xml: the platform file has no route");
}

// As `head` does.
TEST_F(Run, ReaderThatGoesAwayStillGetsTheFiles) {
  const Ended ended = psgrid({"run", quick_, "--quiet"}, {.reader_left = true});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.errors, IsEmpty());
  EXPECT_TRUE(exists("psgrid-out/quick/report.html"));
}

TEST_F(Run, TableThatCannotBeWrittenIsAFailure) {
  const Ended ended = psgrid({"run", quick_, "--quiet"}, {.output_file = "/dev/full"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.errors, StartsWith("psgrid: cannot write to standard output: "));
  EXPECT_TRUE(exists("psgrid-out/quick/report.html"));
}

TEST_F(Run, HugeClusterIsNotTraced) {
  auto document = nlohmann::json::parse(this->document(1));
  document["cluster"]["workers"] = 1001;
  document.erase("stragglers");
  const std::string scenario = directory_.put("huge.json", document.dump());
  ASSERT_EQ(psgrid({"run", scenario, "-o", "out"}).exit_code, 0);
  EXPECT_FALSE(exists("out/trace.json"));
  EXPECT_FALSE(exists("out/iterations.csv"));
}

}  // namespace
}  // namespace psgrid::testing
