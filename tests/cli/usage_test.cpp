// Help, bad usage, and the commands that run nothing.
#include <regex>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Usage : public CommandLine {
 protected:
  void expect_usage_error(std::vector<std::string> arguments, const std::string& errors) {
    const Ended ended = psgrid(std::move(arguments));
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_EQ(ended.errors, errors);
    EXPECT_THAT(ended.output, IsEmpty());
    EXPECT_FALSE(exists("psgrid-out"));
  }
};

TEST_F(Usage, HelpNamesEveryCommand) {
  for (const char* option : {"--help", "-h"}) {
    const Ended ended = psgrid({option});
    EXPECT_EQ(ended.exit_code, 0);
    for (const char* command : {"run", "compare", "validate", "schema", "report"})
      EXPECT_THAT(ended.output, HasSubstr(std::string("\n  ") + command + " "));
    EXPECT_THAT(ended.output, HasSubstr("Exit codes:"));
    EXPECT_THAT(ended.errors, IsEmpty());
  }
}

TEST_F(Usage, HelpOfACommandNamesItsOptions) {
  const std::string run = psgrid({"run", "--help"}).output;
  for (const char* option : {"SCENARIO", "-o,--output DIR", "--seed N", "--set POINTER=VALUE",
                             "--quiet", "--trace SECONDS"})
    EXPECT_THAT(run, HasSubstr(option));
  const std::string compare = psgrid({"compare", "--help"}).output;
  for (const char* option : {"--jobs N", "--seeds N"}) EXPECT_THAT(compare, HasSubstr(option));
  EXPECT_EQ(psgrid({"report", "--help"}).exit_code, 0);
}

TEST_F(Usage, Version) {
  const Ended ended = psgrid({"--version"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_TRUE(std::regex_match(ended.output, std::regex("[0-9]+\\.[0-9]+\\.[0-9]+\n")));
}

TEST_F(Usage, NoCommand) {
  expect_usage_error({},
                     "psgrid: found no command, expected run, compare, fidelity, explore, node, validate, "
                     "calibrate, schema or report\n"
                     "Try: psgrid --help\n");
}

TEST_F(Usage, UnknownCommand) {
  expect_usage_error({"compere", quick_},
                     "psgrid: found the unknown command \"compere\"; did you mean \"compare\"?\n"
                     "Try: psgrid --help\n");
}

TEST_F(Usage, UnknownOption) {
  expect_usage_error({"run", quick_, "--sede", "3"},
                     "psgrid: The following arguments were not expected: 3 --sede\n"
                     "Try: psgrid run --help\n");
  expect_usage_error({"run", quick_, "--jobs=2"},
                     "psgrid: The following argument was not expected: --jobs=2\n"
                     "Try: psgrid run --help\n");
}

TEST_F(Usage, NoScenario) {
  expect_usage_error({"run"}, "psgrid: SCENARIO is required\nTry: psgrid run --help\n");
}

TEST_F(Usage, TwoScenarios) {
  EXPECT_EQ(psgrid({"run", quick_, quick_}).exit_code, 2);
  EXPECT_FALSE(exists("psgrid-out"));
}

TEST_F(Usage, NumbersOutOfRange) {
  const auto expected = [](const char* option, const char* found, const char* range,
                           const char* command) {
    return std::string("psgrid: ") + option + ": found \"" + found + "\", expected " + range +
           "\nTry: psgrid " + command + " --help\n";
  };
  for (const char* seed : {"-1", "9007199254740992", "0x10", "1.5", "seven", ""})
    expect_usage_error({"run", quick_, "--seed", seed},
                       expected("--seed", seed, "an integer from 0 to 9007199254740991", "run"));
  for (const char* jobs : {"0", "-2", "many"})
    expect_usage_error({"compare", quick_, "--jobs", jobs},
                       expected("--jobs", jobs, "an integer from 1 to 1024", "compare"));
  for (const char* seeds : {"0", "1001"})
    expect_usage_error({"compare", quick_, "--seeds", seeds},
                       expected("--seeds", seeds, "an integer from 1 to 1000", "compare"));
  for (const char* seconds : {"-1", "nan", "1s"})
    expect_usage_error({"run", quick_, "--trace", seconds},
                       expected("--trace", seconds, "a number of seconds, 0 or more", "run"));
}

TEST_F(Usage, SchemaIsTheOneInTheRepository) {
  const Ended ended = psgrid({"schema"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.output, contents(std::filesystem::path(PSGRID_SOURCE_DIR) / "scenarios" /
                                   "scenario.schema.json"));
  EXPECT_THAT(ended.errors, IsEmpty());
}

TEST_F(Usage, FullDiskBehindStandardOutputIsAFailure) {
  const Ended ended = psgrid({"schema"}, {.output_file = "/dev/full"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.errors, StartsWith("psgrid: cannot write to standard output: "));
}

TEST_F(Usage, ValidateChecksEveryFile) {
  const std::string bad = directory_.put("bad.json", R"({"cluster": {"workers": 0}})");
  const Ended ended = psgrid({"validate", "quick.json", "bad.json", "nowhere.json"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.output, "quick.json: valid, 3 variants\n");
  EXPECT_THAT(ended.errors, AllOf(HasSubstr("bad.json:1:25: /cluster/workers: "),
                                  HasSubstr("nowhere.json: no such file\n")));
  EXPECT_EQ(psgrid({"validate", "quick.json"}).exit_code, 0);
  EXPECT_FALSE(exists("psgrid-out"));
}

// As a shell makes of scenarios/*.json.
TEST_F(Usage, ValidateSkipsTheSchema) {
  directory_.put("scenario.schema.json", psgrid({"schema"}).output);
  const Ended ended = psgrid({"validate", "quick.json", "scenario.schema.json"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.output,
            "quick.json: valid, 3 variants\nscenario.schema.json: skipped, a JSON Schema\n");
  EXPECT_THAT(ended.errors, IsEmpty());
}

TEST_F(Usage, ReportOfWhatIsNotAResult) {
  for (const char* directory : {"nowhere", "."}) {
    const Ended ended = psgrid({"report", directory});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_EQ(ended.errors, std::string("psgrid: ") + directory + " holds no results of psgrid\n");
  }
  EXPECT_FALSE(exists("report.html"));
}

}  // namespace
}  // namespace psgrid::testing
