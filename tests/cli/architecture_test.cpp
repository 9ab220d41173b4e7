// Architectures side by side on the command line, and what only parameter servers do.
#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::HasSubstr;

class Architectures : public CommandLine {
 protected:
  // Learning, so that there is a loss to compare; 10 iterations of 3 workers.
  std::string scenario(const nlohmann::json& variants) const {
    auto document = nlohmann::json::parse(this->document(10));
    directory_.copy_from_repository("scenarios/data/digits.csv.gz");
    document["cluster"]["workers"] = 3;
    document["cluster"]["servers"] = 2;
    document["job"]["learner"] = {{"type", "softmax_regression"}};
    document["job"]["data"] = {{"file", "scenarios/data/digits.csv.gz"},
                               {"format", "csv"},
                               {"transform", "max_abs"},
                               {"split_seed", 1}};
    document["variants"] = variants;
    return directory_.put("mixed.json", document.dump());
  }

  nlohmann::json summary(const std::string& variant) const {
    return read_json("out/" + variant + "/seed-1/summary.json");
  }
};

TEST_F(Architectures, StandSideBySide) {
  auto variants = nlohmann::json::array();
  variants.push_back({{"name", "PS"}, {"set", nlohmann::json::object()}});
  for (const char* type : {"all_to_all", "coordinator", "ring_all_reduce", "map_reduce"})
    variants.push_back({{"name", type}, {"set", {{"architecture", {{"type", type}}}}}});
  const Ended run = psgrid({"compare", scenario(variants), "-o", "out", "--quiet"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(summary("ps")["architecture"], "parameter server");
  EXPECT_EQ(summary("ring_all_reduce")["architecture"], "ring all-reduce");
  EXPECT_EQ(summary("map_reduce")["architecture"], "MapReduce, storage of 500 MB/s");
  for (const char* same : {"all_to_all", "coordinator", "map_reduce"}) {
    EXPECT_EQ(summary(same)["final_loss"], summary("ps")["final_loss"]) << same;
    EXPECT_EQ(summary(same)["iterations"], 10) << same;
    EXPECT_EQ(summary(same)["max_staleness"], 0) << same;
  }
  EXPECT_NEAR(summary("ring_all_reduce")["final_loss"].get<double>(),
              summary("ps")["final_loss"].get<double>(), 1e-5);
  EXPECT_TRUE(summary("all_to_all")["server_load_skew"].is_null()) << "no server does anything";
  EXPECT_EQ(summary("ring_all_reduce")["gradients_applied"], 30);
  const std::string report = contents(at("out/report.html"));
  EXPECT_THAT(report, HasSubstr("<dt>Architecture</dt><dd>parameter server; all to all; "
                                "coordinator; ring all-reduce; MapReduce, storage of 500 MB/s"));
}

TEST_F(Architectures, OneRunHasAllFilesAndCanBeRunAgain) {
  const std::string file = scenario(nlohmann::json::array());
  const std::string ring = "/architecture={\"type\":\"ring_all_reduce\"}";
  const Ended run = psgrid({"run", file, "--set", ring, "-o", "out", "--quiet"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("quick, ring all-reduce, seed 1: done"));
  for (const char* name : {"convergence.csv", "iterations.csv", "nodes.csv", "messages.csv",
                           "trace.json", "report.html"})
    EXPECT_TRUE(exists(std::string("out/") + name)) << name;
  EXPECT_THAT(contents(at("out/messages.csv")), HasSubstr("\ngradients,"));
  EXPECT_EQ(psgrid({"run", "out/scenario.json", "-o", "again", "--quiet"}).exit_code, 0);
  EXPECT_EQ(contents(at("again/iterations.csv")), contents(at("out/iterations.csv")));
}

TEST_F(Architectures, OtherThanParameterServersAreNotExploredNorResumed) {
  const std::string file = scenario(nlohmann::json::array());
  const std::string all = "/architecture={\"type\":\"all_to_all\"}";
  const Ended explored = psgrid({"explore", file, "--set", all, "--runs", "1", "--quiet"});
  EXPECT_EQ(explored.exit_code, 2);
  EXPECT_EQ(explored.errors,
            "psgrid: only parameter servers are explored, found the architecture "
            "\"all_to_all\"\n");
  const Ended resumed = psgrid({"run", file, "--set", all, "--resume", "out", "--quiet"});
  EXPECT_EQ(resumed.exit_code, 2);
  EXPECT_EQ(resumed.errors,
            "psgrid: only a parameter server resumes from a checkpoint, found the architecture "
            "\"all_to_all\"\n");
}

}  // namespace
}  // namespace psgrid::testing
