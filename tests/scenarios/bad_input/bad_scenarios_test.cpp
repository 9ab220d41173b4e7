#include <set>

#include <gtest/gtest.h>

#include "scenarios/scenario.hpp"
#include "tests/scenarios/bad_input/case_file.hpp"
#include "tests/scenarios/memory_files.hpp"

namespace psgrid::scenarios {
namespace {

const std::vector<Case>& cases() {
  static const std::vector<Case> cases = read_cases("scenarios.txt");
  return cases;
}

const MemoryFiles& files() {
  static const MemoryFiles files({{"data.libsvm", "+1 1:1\n"},
                                  {"bad.csv",
                                   "time,node,factor\n"
                                   "0,worker[0],2\n"
                                   "-1,worker[0],2\n"
                                   "1,worker[9],2\n"
                                   "2,worker[0],0\n"
                                   "3,worker[0]\n"}});
  return files;
}

// The valid scenario with the changes of a case made.
std::string changed(const Case& broken) {
  std::string text = cases().front().all('+').front() + "\n";
  for (std::size_t i = 0; i + 1 < broken.blocks.size(); ++i) {
    const auto& [kind, from] = broken.blocks[i];
    if (kind != '-') continue;
    const std::string& to = broken.blocks[i + 1].second;
    if (from == "*") {
      text = to;
      continue;
    }
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
  }
  return text;
}

std::string messages(const std::vector<InputError>& errors) {
  std::string text;
  for (const InputError& error : errors) text += (text.empty() ? "" : "\n") + to_string(error);
  return text;
}

TEST(BadScenarios, StartFromAValidOne) {
  LoadOptions options;
  options.files = &files();
  const auto scenario = load_scenario_text(changed(cases().front()), "bad.json", options);
  EXPECT_EQ(messages(scenario.errors), "");
  EXPECT_EQ(messages(scenario.warnings), "");
}

TEST(BadScenarios, AreMany) {
  std::set<std::string> titles;
  for (const Case& broken : cases())
    EXPECT_TRUE(titles.insert(broken.title).second) << broken.title;
  EXPECT_GE(titles.size(), 100u);
}

class BadScenario : public testing::TestWithParam<Case> {};

TEST_P(BadScenario, IsRefusedWith) {
  LoadOptions options;
  options.files = &files();
  for (const std::string& lines : GetParam().all('=')) options.set.push_back(lines);
  const auto scenario = load_scenario_text(changed(GetParam()), "bad.json", options);
  ASSERT_FALSE(scenario);
  const std::vector<std::string> expected = GetParam().all('>');
  ASSERT_EQ(expected.size(), 1u) << "a case without a message";
  EXPECT_EQ(messages(scenario.errors), expected.front());
}

INSTANTIATE_TEST_SUITE_P(Table, BadScenario, testing::ValuesIn(cases().begin() + 1, cases().end()),
                         [](const auto& row) { return test_name(row.param.title); });

}  // namespace
}  // namespace psgrid::scenarios
