// Progress: what it says, how it fits, and how it behaves on terminals and pipes.
#include "scenarios/cli/progress.hpp"

#include <algorithm>
#include <csignal>
#include <regex>
#include <thread>

#include "scenarios/cli/forecast.hpp"
#include "tests/cli/command_line.hpp"

namespace psgrid::testing {
namespace {

using scenarios::Countdown;
using scenarios::Forecast;
using scenarios::RunProgress;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Progress, DescribesARun) {
  const RunProgress progress{.virtual_time_s = 12.34, .iteration = 68.7, .loss = 0.31234};
  EXPECT_THAT(scenarios::describe({.iterations = 400}, progress),
              ElementsAre("iteration  68/400", "12.3 s virtual", "loss 0.3123"));
  EXPECT_THAT(scenarios::describe({}, {}), ElementsAre("iteration 0", "0 s virtual"));
}

TEST(Progress, FractionIsOfTheNearestCriterion) {
  const RunProgress progress{.virtual_time_s = 30, .iteration = 100};
  EXPECT_EQ(scenarios::fraction_done({.iterations = 400}, progress), 0.25);
  EXPECT_EQ(scenarios::fraction_done({.iterations = 400, .time = Duration{60}}, progress), 0.5);
  EXPECT_EQ(scenarios::fraction_done({.time = Duration{20}}, progress), 1);
  EXPECT_EQ(scenarios::fraction_done({.target_loss = 0.1}, progress), std::nullopt);
}

TEST(Progress, Texts) {
  EXPECT_EQ(scenarios::rate_text(1'234'567), "1.23M events/s");
  EXPECT_EQ(scenarios::rate_text(61'234), "61k events/s");
  EXPECT_EQ(scenarios::rate_text(612), "612 events/s");
  EXPECT_EQ(scenarios::left_text(7.2, false), "8 s left");
  EXPECT_EQ(scenarios::left_text(0, true), "max 1 s left");
  EXPECT_EQ(scenarios::left_text(125, true), "max 2 min 5 s left");
}

TEST(Progress, NarrowTerminalsGetTheFirstParts) {
  const std::vector<std::string> parts = {"one", "two", "three"};
  EXPECT_EQ(scenarios::fitted(parts, 15), "one  two  three");
  EXPECT_EQ(scenarios::fitted(parts, 14), "one  two");
  EXPECT_EQ(scenarios::fitted(parts, 3), "one");
  EXPECT_EQ(scenarios::fitted(parts, 2), "on");
  EXPECT_EQ(scenarios::fitted({"τ = 4"}, 5), "τ = 4");
  EXPECT_EQ(scenarios::fitted({"ττ"}, 1), "τ");
}

TEST(Countdown, CountsDownThroughNoise) {
  Countdown countdown;
  double before = countdown.steadied(0, 100), largest_step = 0;
  for (int tick = 1; tick <= 900; ++tick) {
    const double now = 0.1 * tick;
    const double noise = tick % 2 == 0 ? 1.2 : 0.8;
    const double shown = countdown.steadied(now, (100 - now) * noise);
    largest_step = std::max(largest_step, std::abs(shown - before));
    before = shown;
  }
  EXPECT_NEAR(before, 10, 2);
  EXPECT_LT(largest_step, 2);
}

TEST(Countdown, FollowsANewEstimate) {
  Countdown countdown;
  countdown.steadied(0, 100);
  double shown = 0;
  for (double now = 0.1; now < 10; now += 0.1) shown = countdown.steadied(now, 20);
  EXPECT_NEAR(shown, 20, 5);
}

TEST(Forecast, GoesByRunsOfTheSameGroup) {
  Forecast forecast({0, 1, 0, 1}, 2);
  EXPECT_EQ(forecast.left_s(0), std::nullopt);
  forecast.on_start(0, 0);
  forecast.on_start(1, 0);
  forecast.on_progress(0, 0.5);
  EXPECT_EQ(forecast.left_s(1), (1 + 1 + 2 + 2) / 2.0) << "every run is taken to last 2 s";
  forecast.on_end(0, 2);
  forecast.on_start(2, 2);
  forecast.on_progress(1, 0.25);
  EXPECT_EQ(forecast.left_s(2), (6 + 2 + 8) / 2.0);
  forecast.on_end(1, 8);
  forecast.on_start(3, 8);
  EXPECT_EQ(forecast.left_s(8), 8);
  forecast.on_end(2, 8);
  forecast.on_end(3, 16);
  EXPECT_EQ(forecast.left_s(16), 0);
}

// Long enough for the line to be drawn.
class ProgressOf : public CommandLine {
 protected:
  ProgressOf() {
    scenario_ = directory_.put("long.json", document(1'000'000'000));
    learning_ = directory_.put("learning.json", learning());
  }

  std::string learning() const {
    directory_.copy_from_repository("scenarios/data/spambase.libsvm.gz");
    auto document = nlohmann::json::parse(this->document(1'000'000));
    document["job"]["learner"] = {{"type", "logistic_regression"}};
    document["job"]["data"] = {{"file", "scenarios/data/spambase.libsvm.gz"}, {"format", "libsvm"}};
    document["job"]["stop"]["target_loss"] = 1e-9;
    return document.dump();
  }

  Ended for_a_moment(std::vector<std::string> arguments, const ProgramOptions& options) const {
    arguments.insert(arguments.end(), {"-o", at("out")});
    Program program(std::move(arguments), options);
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      program.read_terminal();
    }
    program.signal(SIGINT);
    return program.wait();
  }

  std::string scenario_, learning_;
};

std::vector<std::string> redrawn_lines(const std::string& shown) {
  static const std::string redraw = "\r\033[K";
  std::vector<std::string> lines;
  for (std::size_t at = shown.find(redraw); at != std::string::npos;) {
    const std::size_t begin = at + redraw.size();
    at = shown.find(redraw, begin);
    if (at != std::string::npos) lines.push_back(shown.substr(begin, at - begin));
  }
  return lines;
}

TEST_F(ProgressOf, ARunRedrawsOneLineOnATerminal) {
  if (!terminals_exist()) GTEST_SKIP() << "no pseudo terminals here";
  const Ended ended = for_a_moment({"run", learning_}, {.terminal = 120});
  EXPECT_EQ(ended.exit_code, 3);
  const auto lines = redrawn_lines(ended.errors);
  ASSERT_GE(lines.size(), 3u) << ended.errors;
  const std::regex form(
      "([0-9]+%  max .* left  )?iteration +[0-9]+/1000000  [0-9].* m?s virtual"
      "(  loss [0-9.]+)?  [0-9.]+[kM]? events/s");
  for (const std::string& line : lines) EXPECT_TRUE(std::regex_match(line, form)) << line;
  EXPECT_EQ(std::count(ended.errors.begin(), ended.errors.end(), '\n'), 1) << "only the report";
  EXPECT_THAT(ended.errors, HasSubstr("\r\033[KReport: "));
}

TEST_F(ProgressOf, TheTimeLeftIsShown) {
  if (!terminals_exist()) GTEST_SKIP() << "no pseudo terminals here";
  const std::string scenario = directory_.put("medium.json", document(200'000));
  const Ended ended = for_a_moment({"run", scenario}, {.terminal = 120});
  EXPECT_TRUE(std::regex_search(ended.errors, std::regex("[0-9]+%  [0-9]+ (s|min).* left  iter")))
      << ended.errors;
}

TEST_F(ProgressOf, AComparisonFollowsOneRun) {
  if (!terminals_exist()) GTEST_SKIP() << "no pseudo terminals here";
  const Ended ended = for_a_moment({"compare", scenario_, "--jobs", "2"}, {.terminal = 120});
  const auto lines = redrawn_lines(ended.errors);
  ASSERT_GE(lines.size(), 3u) << ended.errors;
  for (const std::string& line : lines)
    EXPECT_TRUE(std::regex_search(line, std::regex("^[0-3]/3 runs  "))) << line;
  EXPECT_THAT(lines[1], HasSubstr("BSP, seed 1: iteration "));
  EXPECT_THAT(lines[2], HasSubstr("BSP, seed 1: iteration "));
}

TEST_F(ProgressOf, ANarrowTerminalNeverWraps) {
  if (!terminals_exist()) GTEST_SKIP() << "no pseudo terminals here";
  const Ended ended = for_a_moment({"run", scenario_}, {.terminal = 30});
  const auto lines = redrawn_lines(ended.errors);
  ASSERT_GE(lines.size(), 3u);
  for (const std::string& line : lines) EXPECT_LT(line.size(), 30u) << line;
}

TEST_F(ProgressOf, QuietShowsNothingOnATerminal) {
  if (!terminals_exist()) GTEST_SKIP() << "no pseudo terminals here";
  EXPECT_EQ(for_a_moment({"run", scenario_, "--quiet"}, {.terminal = 80}).errors, "");
}

TEST_F(ProgressOf, APipeGetsSparsePlainLines) {
  Program program({"run", scenario_, "-o", at("out")});
  std::this_thread::sleep_for(std::chrono::milliseconds(6500));
  program.signal(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_EQ(std::count(ended.errors.begin(), ended.errors.end(), '\n'), 2) << ended.errors;
  EXPECT_EQ(ended.errors.find_first_of("\r\033"), std::string::npos);
  EXPECT_THAT(ended.errors, ::testing::MatchesRegex(
                                "iteration +[0-9]+/1000000000  .* virtual  .* events/s\nReport: .*"
                                "\n"));
}

}  // namespace
}  // namespace psgrid::testing
