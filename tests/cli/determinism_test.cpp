// The same scenario and seed give the same bytes: again, at any --jobs, with any number of threads,
// in every build and on every machine.
//
// The fingerprints below are of all files of a comparison but run_info.json and report.html. They
// change when results or formats change. If that is on purpose, run
//   build/test_cli --gtest_filter='*Fingerprint*'
// in a release build and copy the values that it prints; other builds and machines must then agree.
#include <fmt/format.h>

#include "tests/cli/command_line.hpp"
#include "tests/support/result_files.hpp"

namespace psgrid::testing {
namespace {

using nlohmann::json;

struct Case {
  const char* name;
  const char* data;  // file in scenarios/data
  json cluster, stragglers, job;
  std::uint64_t fingerprint;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

const Case kCases[] = {
    {"DenseLogisticWindowed", "spambase.libsvm.gz",
     json::parse(R"({"workers": 6, "servers": 2, "network": {"sharing": "windowed"},
                     "groups": [{"nodes": "worker[0-1]", "flops": "3Gf"}]})"),
     json::parse(R"([{"nodes": "worker[*]", "model": "shifted_exponential", "rate": 2},
                     {"nodes": "worker[3]", "model": "bursts", "factor": 5, "mean_on": "20ms",
                      "mean_off": "50ms"}])"),
     json::parse(R"({"learner": {"type": "logistic_regression", "l2": 1e-3},
                     "data": {"format": "libsvm", "transform": "log1p"},
                     "learning_rate": 0.5, "compute": {"seconds": "5ms"},
                     "stop": {"iterations": 25}})"),
     0xab4b413c43f297f1},
    {"PerceptronAnalytic", "digits.csv.gz",
     json::parse(R"({"workers": 5, "servers": 3, "network": {"sharing": "analytic"}})"),
     json::parse(R"([{"nodes": "worker[*]", "model": "weibull", "shape": 0.7, "scale": 1},
                     {"nodes": "worker[0]", "model": "periodic", "factor": 3, "period": "40ms",
                      "duration": "10ms"}])"),
     json::parse(R"({"learner": {"type": "perceptron", "hidden": [24, 12]},
                     "data": {"format": "csv", "transform": "standardize"},
                     "optimizer": {"type": "adam"}, "learning_rate": 0.01,
                     "compute": {"seconds": "5ms"}, "stop": {"iterations": 25}})"),
     0xcafbc69570eef464},
    {"SparseLogisticFluid", "spamassassin-hash16.libsvm.gz",
     json::parse(R"({"workers": 4, "servers": 2, "network": {"sharing": "fluid"}})"),
     json::parse(R"([{"nodes": "worker[*]", "model": "pareto", "alpha": 2.5, "minimum": 1}])"),
     json::parse(R"({"learner": {"type": "logistic_regression", "l2": 1e-5},
                     "data": {"format": "libsvm"}, "optimizer": {"type": "adagrad"},
                     "learning_rate": 0.1, "compute": {"seconds": "5ms"},
                     "stop": {"iterations": 15}})"),
     0xfebae9705bfb9970},
};

class Determinism : public CommandLine, public ::testing::WithParamInterface<Case> {
 protected:
  Determinism() {
    const Case& test = GetParam();
    const std::string data = std::string("scenarios/data/") + test.data;
    directory_.copy_from_repository(data);
    json document = json::parse(this->document(1));
    document["name"] = test.name;
    document["seed"] = 11;
    document["seeds"] = 2;
    document["cluster"] = test.cluster;
    document["stragglers"] = test.stragglers;
    document["job"] = test.job;
    document["job"]["data"]["file"] = data;
    document["variants"].push_back(
        {{"name", "bounded delay 2"},
         {"set", {{"consistency", {{"model", "bounded_delay"}, {"delay", 2}}}}}});
    scenario_ = directory_.put("scenario.json", document.dump());
  }

  // In a directory at the same depth each time, because results name the data by relative paths.
  std::string compare(const std::string& out, const std::string& jobs, bool one_core = false) {
    const Ended ended = psgrid({"compare", scenario_, "-o", out, "--jobs", jobs, "--quiet"},
                               {.one_core = one_core});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    return at(out);
  }
  std::string run(const std::string& out, bool one_core) {
    const Ended ended = psgrid({"run", scenario_, "-o", out, "--quiet"}, {.one_core = one_core});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    return at(out);
  }

  std::string scenario_;
};

TEST_P(Determinism, OfComparisonsAtAnyNumberOfJobs) {
  const std::string first = compare("first", "1");
  EXPECT_EQ(differences(first, compare("again", "1")), "");
  EXPECT_EQ(differences(first, compare("two-jobs", "2")), "");
  EXPECT_EQ(differences(first, compare("eight-jobs", "8")), "");
}

// With one core the gradients are computed by the thread of the simulation.
TEST_P(Determinism, OfRunsWithAnyNumberOfThreads) {
  const std::string first = run("first", false);
  EXPECT_EQ(differences(first, run("again", false)), "");
  EXPECT_EQ(differences(first, run("one-core", true)), "");
}

TEST_P(Determinism, FingerprintIsTheSameEverywhere) {
  const std::uint64_t found = result_fingerprint(compare("out", "2"));
  EXPECT_EQ(found, GetParam().fingerprint)
      << fmt::format("{}: found {:#018x}", GetParam().name, found);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Determinism, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

// The test can fail: another seed gives other bytes.
TEST_F(CommandLine, DifferentSeedsDiffer) {
  ASSERT_EQ(psgrid({"run", quick_, "-o", "first"}).exit_code, 0);
  ASSERT_EQ(psgrid({"run", quick_, "-o", "second", "--seed", "2"}).exit_code, 0);
  EXPECT_THAT(differences(at("first"), at("second")), ::testing::HasSubstr("iterations.csv: "));
}

}  // namespace
}  // namespace psgrid::testing
