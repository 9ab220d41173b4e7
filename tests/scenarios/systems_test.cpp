// The files of scenarios/systems/ and the variants of the comparison of all of them are the same.
#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "scenarios/scenario.hpp"

namespace psgrid::scenarios {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(PSGRID_SOURCE_DIR) / "scenarios" / "systems";

Scenario load(const std::string& name) {
  const auto scenario = load_scenario((kFolder / (name + ".json")).string());
  for (const InputError& error : scenario.errors) ADD_FAILURE() << to_string(error);
  return scenario ? *scenario : Scenario{};
}

TEST(Systems, AreTheVariantsOfTheirComparison) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    files.insert(entry.path().stem().string());
  files.erase("all");
  for (Variant variant : load("all").variants) {
    SCOPED_TRACE(variant.name);
    EXPECT_EQ(files.erase(variant.name), 1u) << "a file for each variant";
    const Scenario alone = load(variant.name);
    variant.run.name = alone.name;
    EXPECT_EQ(resolved_json(variant.run, "/").dump(1), resolved_json(alone.base, "/").dump(1));
  }
  EXPECT_TRUE(files.empty()) << *files.begin() << ".json is no variant";
}

TEST(Systems, HaveTheSameJobOnTheSameMachines) {
  const Scenario all = load("all");
  ASSERT_FALSE(all.variants.empty());
  for (const Variant& variant : all.variants) {
    Json one = resolved_json(variant.run, "/"), other = resolved_json(all.base, "/");
    EXPECT_EQ(one["job"], other["job"]) << variant.name;
    EXPECT_EQ(one["stragglers"], other["stragglers"]) << variant.name;
    for (Json* json : {&one, &other}) (*json)["cluster"].erase("servers");
    EXPECT_EQ(one["cluster"], other["cluster"]) << variant.name;
  }
}

}  // namespace
}  // namespace psgrid::scenarios
