// What scenarios/bsp-ssp-async.json is there to show, with all of its seeds.
#include <algorithm>
#include <sstream>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

class ShippedComparison : public CommandLine {
 protected:
  static constexpr std::uint64_t kSeeds[] = {7, 8, 9, 10, 11};

  void SetUp() override {
    const std::string scenario = PSGRID_SOURCE_DIR "/scenarios/bsp-ssp-async.json";
    ASSERT_EQ(psgrid({"compare", scenario, "-o", "out", "--quiet"}).exit_code, 0);
  }

  static std::string run(const std::string& variant, std::uint64_t seed) {
    return "out/" + variant + "/seed-" + std::to_string(seed) + "/";
  }

  double median(const std::string& variant, const char* column) const {
    std::vector<double> values;
    for (const std::uint64_t seed : kSeeds)
      values.push_back(read_json(run(variant, seed) + "summary.json")[column].get<double>());
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }

  // Held-out, mean of the first 40 iterations of all seeds.
  double early_loss(const std::string& variant) const {
    double sum = 0, count = 0;
    for (const std::uint64_t seed : kSeeds) {
      std::istringstream rows(contents(at(run(variant, seed) + "convergence.csv")));
      std::string row;
      std::getline(rows, row);
      EXPECT_THAT(row, ::testing::StartsWith("time_s,iteration,examples,loss,"));
      while (std::getline(rows, row)) {
        std::istringstream fields(row);
        char comma = 0;
        double time = 0, iteration = 0, examples = 0, loss = 0;
        fields >> time >> comma >> iteration >> comma >> examples >> comma >> loss;
        if (iteration < 1 || iteration > 40) continue;
        sum += loss;
        ++count;
      }
    }
    return sum / count;
  }
};

TEST_F(ShippedComparison, AnIntermediateStalenessIsFirst) {
  const std::vector<std::string> by_staleness = {"bsp", "ssp-1", "ssp-3", "ssp-10"};
  for (std::size_t i = 1; i < by_staleness.size(); ++i) {
    const std::string &fresher = by_staleness[i - 1], &staler = by_staleness[i];
    EXPECT_LE(median(staler, "wait_s_mean") / median(staler, "virtual_time_s"),
              median(fresher, "wait_s_mean") / median(fresher, "virtual_time_s"))
        << staler << " waits less than " << fresher;
    EXPECT_GT(early_loss(staler), early_loss(fresher))
        << staler << " learns less by an iteration than " << fresher;
  }
  EXPECT_GT(median("ssp-10", "iterations_to_target"), 2 * median("bsp", "iterations_to_target"));

  const double first = median("ssp-3", "time_to_target_s");
  for (const char* other : {"bsp", "ssp-1", "ssp-10", "bounded-delay-4", "async"})
    EXPECT_GT(median(other, "time_to_target_s"), 1.2 * first) << other;
  EXPECT_GT(median("bsp", "time_to_target_s"), 2 * first);
}

}  // namespace
}  // namespace psgrid::testing
