// Every scenario of the repository loads, without a warning, and survives being written and loaded.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "scenarios/load_dataset.hpp"
#include "scenarios/scenario.hpp"
#include "tests/scenarios/bad_input/case_file.hpp"

namespace psgrid::scenarios {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(PSGRID_SOURCE_DIR) / "scenarios";

std::vector<std::string> shipped() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(".schema.json"))
      files.push_back(entry.path().lexically_relative(kFolder).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Shipped : public testing::TestWithParam<std::string> {
 protected:
  Result<Scenario> load() const { return load_scenario((kFolder / GetParam()).string()); }
};

TEST_P(Shipped, IsValid) {
  const auto scenario = load();
  for (const InputError& error : scenario.errors) ADD_FAILURE() << to_string(error);
  for (const InputError& warning : scenario.warnings) ADD_FAILURE() << to_string(warning);
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->name, std::filesystem::path(GetParam()).stem().string());
  const std::string schema = scenario->source.value("$schema", "");
  EXPECT_TRUE(std::filesystem::exists((kFolder / GetParam()).parent_path() / schema)) << schema;
}

// Written into a folder elsewhere, its paths relative to that folder.
TEST_P(Shipped, ComesBackTheSame) {
  const auto scenario = load();
  ASSERT_TRUE(scenario);
  const auto folder = std::filesystem::path(testing::TempDir()) /
                      ("shipped-" + test_name(GetParam())) / "psgrid-out" / "x";
  std::filesystem::create_directories(folder);
  const Json written = resolved_json(*scenario, folder.string());
  EXPECT_EQ(written.dump().find(PSGRID_SOURCE_DIR "/scenarios\""), std::string::npos);
  const std::string file = (folder / "scenario.json").string();
  std::ofstream(file) << written.dump(2);

  const auto again = load_scenario(file);
  for (const InputError& error : again.errors) ADD_FAILURE() << to_string(error);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->seeds, scenario->seeds);
  EXPECT_EQ(resolved_json(*again, folder.string()), written);
  ASSERT_EQ(again->variants.size(), scenario->variants.size());
  for (std::size_t i = 0; i < again->variants.size(); ++i)
    EXPECT_EQ(resolved_json(again->variants[i].run, folder.string()),
              resolved_json(scenario->variants[i].run, folder.string()));
  std::filesystem::remove_all(std::filesystem::path(testing::TempDir()) /
                              ("shipped-" + test_name(GetParam())));
}

TEST_P(Shipped, HasDataThatItsLearnerCanUse) {
  const auto scenario = load();
  ASSERT_TRUE(scenario);
  if (!scenario->base.job.data) return;
  const auto data = load_dataset(*scenario->base.job.data, scenario->base.seed);
  for (const InputError& error : data.errors) ADD_FAILURE() << to_string(error);
  ASSERT_TRUE(data);
  for (const InputError& error : check_dataset(scenario->base.job, data->train))
    ADD_FAILURE() << to_string(error);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Shipped, testing::ValuesIn(shipped()),
                         [](const auto& row) { return test_name(row.param); });

}  // namespace
}  // namespace psgrid::scenarios
