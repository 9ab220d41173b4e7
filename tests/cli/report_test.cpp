// Results as a source: report.html made again from them, scenario.json run again.
#include "tests/cli/command_line.hpp"
#include "tests/support/result_files.hpp"

namespace psgrid::testing {
namespace {

using ::testing::IsEmpty;

// On real data, so that every file has something in it.
class Results : public CommandLine {
 protected:
  Results() {
    directory_.copy_from_repository("scenarios/data/spambase.libsvm.gz");
    auto document = nlohmann::json::parse(this->document(20));
    document["seeds"] = 2;
    document["job"]["learner"] = {{"type", "logistic_regression"}};
    document["job"]["data"] = {{"file", "scenarios/data/spambase.libsvm.gz"},
                               {"format", "libsvm"},
                               {"transform", "log1p"}};
    document["job"]["stop"]["target_loss"] = 0.6;
    scenario_ = directory_.put("learning.json", document.dump());
  }

  void expect_same_report(const std::string& out) {
    const std::string before = contents(at(out + "/report.html"));
    std::filesystem::remove(at(out + "/report.html"));
    const Ended ended = psgrid({"report", out});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_THAT(ended.errors, IsEmpty());
    EXPECT_TRUE(contents(at(out + "/report.html")) == before);
  }

  std::string scenario_;
};

TEST_F(Results, ReportOfARunIsMadeAgain) {
  ASSERT_EQ(psgrid({"run", scenario_, "-o", "out"}).exit_code, 0);
  expect_same_report("out");
}

TEST_F(Results, ReportOfAComparisonIsMadeAgain) {
  ASSERT_EQ(psgrid({"compare", scenario_, "-o", "out"}).exit_code, 0);
  expect_same_report("out");
}

TEST_F(Results, ReportOfAVariantIsMade) {
  ASSERT_EQ(psgrid({"compare", scenario_, "-o", "out"}).exit_code, 0);
  EXPECT_EQ(psgrid({"report", "out/async/seed-1"}).exit_code, 0);
  EXPECT_TRUE(exists("out/async/seed-1/report.html"));
}

TEST_F(Results, ScenarioOfARunRunsAgain) {
  ASSERT_EQ(psgrid({"run", scenario_, "-o", "first", "--seed", "12", "--set", "/cluster/workers=3"})
                .exit_code,
            0);
  ASSERT_EQ(psgrid({"run", "first/scenario.json", "-o", "second"}).exit_code, 0);
  EXPECT_EQ(differences(at("first"), at("second")), "");
}

TEST_F(Results, ScenarioOfAComparisonRunsAgain) {
  ASSERT_EQ(psgrid({"compare", scenario_, "-o", "first", "--seed", "12", "--seeds", "3"}).exit_code,
            0);
  ASSERT_EQ(psgrid({"compare", "first/scenario.json", "-o", "second"}).exit_code, 0);
  EXPECT_EQ(differences(at("first"), at("second")), "");
}

TEST_F(Results, ScenarioRunsAgainInItsPlace) {
  ASSERT_EQ(psgrid({"compare", scenario_, "-o", "out"}).exit_code, 0);
  std::filesystem::copy(at("out"), at("before"), std::filesystem::copy_options::recursive);
  ASSERT_EQ(psgrid({"compare", "out/scenario.json", "-o", "out"}).exit_code, 0);
  EXPECT_EQ(differences(at("before"), at("out")), "");
}

// A run of a comparison alone: the same but for the variant's name, the report and the trace.
TEST_F(Results, OneRunOfAComparisonRunsAlone) {
  ASSERT_EQ(psgrid({"compare", scenario_, "-o", "out"}).exit_code, 0);
  ASSERT_EQ(psgrid({"run", "out/async/seed-2/scenario.json", "-o", "out/a/again", "--trace", "0"})
                .exit_code,
            0);
  for (const char* file : {"convergence.csv", "iterations.csv", "nodes.csv", "messages.csv", "events.csv",
                           "staleness.csv", "scenario.json"})
    EXPECT_TRUE(contents(at(std::string("out/async/seed-2/") + file)) ==
                contents(at(std::string("out/a/again/") + file)))
        << file;
}

}  // namespace
}  // namespace psgrid::testing
