#include "analysis/expectation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// Variants "a", "b" and "c" that took so many seconds.
ComparisonData lasting(std::vector<double> seconds) {
  ComparisonData data;
  const char* names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    RunData run;
    run.virtual_time_s = seconds[i];
    data.variants.push_back({names[i], names[i], {run}});
  }
  return data;
}

Expectation about_time(Expectation::Kind kind, std::vector<std::string> variants) {
  Expectation expectation;
  expectation.metric = "virtual_time_s";
  expectation.kind = kind;
  expectation.variants = std::move(variants);
  return expectation;
}

TEST(Expectation, FallsAndRisesStrictly) {
  const auto falls = about_time(Expectation::Kind::kFalls, {"a", "b", "c"});
  const auto rises = about_time(Expectation::Kind::kRises, {"a", "b", "c"});
  EXPECT_TRUE(verify(falls, lasting({3, 2, 1})).holds);
  EXPECT_FALSE(verify(falls, lasting({3, 3, 1})).holds);
  EXPECT_FALSE(verify(falls, lasting({3, 1, 2})).holds);
  EXPECT_TRUE(verify(rises, lasting({1, 2, 3})).holds);
  EXPECT_FALSE(verify(rises, lasting({1, 2, 2})).holds);
  EXPECT_EQ(verify(falls, lasting({3, 2, 1})).text, "virtual_time_s falls: a 3, b 2, c 1");
}

TEST(Expectation, LeastAndGreatestAreOfAllVariants) {
  const auto least = about_time(Expectation::Kind::kLeast, {"a", "b"});
  EXPECT_TRUE(verify(least, lasting({2, 1, 3})).holds);
  EXPECT_FALSE(verify(least, lasting({2, 3, 1})).holds);
  const auto greatest = about_time(Expectation::Kind::kGreatest, {"c"});
  EXPECT_TRUE(verify(greatest, lasting({2, 1, 3})).holds);
  EXPECT_FALSE(verify(greatest, lasting({2, 4, 3})).holds);
}

TEST(Expectation, RatiosAreOfTheLeast) {
  auto ratio = about_time(Expectation::Kind::kBetween, {"b", "c"});
  ratio.over = "a";
  ratio.from = 0.4;
  ratio.to = 0.6;
  EXPECT_TRUE(verify(ratio, lasting({4, 3, 2})).holds);
  EXPECT_FALSE(verify(ratio, lasting({4, 3, 1})).holds);
  ratio.over = "";
  EXPECT_FALSE(verify(ratio, lasting({4, 3, 2})).holds);
}

// A target that a run never reached, or a variant without runs, makes nothing true by accident.
TEST(Expectation, WhatIsNotThereDoesNotHold) {
  Expectation expectation = about_time(Expectation::Kind::kBetween, {"a"});
  expectation.metric = "time_to_target_s";
  expectation.to = 100;
  EXPECT_FALSE(verify(expectation, lasting({1})).holds);
  EXPECT_THAT(verify(expectation, lasting({1})).text, HasSubstr("never"));
  EXPECT_FALSE(verify(about_time(Expectation::Kind::kFalls, {"a", "d"}), lasting({1})).holds);
  EXPECT_FALSE(verify(about_time(Expectation::Kind::kLeast, {"d"}), lasting({1})).holds);
}

TEST(Expectation, SurvivesJson) {
  for (Expectation::Kind kind :
       {Expectation::Kind::kFalls, Expectation::Kind::kGreatest, Expectation::Kind::kBetween}) {
    Expectation expectation = about_time(kind, {"a", "b"});
    expectation.says = "Figure 1";
    expectation.to = 2;
    const auto object = to_json(expectation);
    EXPECT_EQ(to_json(expectation_of_json(object)), object);
  }
}

TEST(Expectation, IsAboutNumbersOfASummary) {
  EXPECT_THAT(summary_metrics(), Contains("wait_s"));
  EXPECT_THAT(summary_metrics(), Contains("time_to_target_s"));
  EXPECT_THAT(summary_metrics(), Contains("recovery_s_max"));
  EXPECT_THAT(summary_metrics(), ::testing::Not(Contains("scenario")));
}

}  // namespace
}  // namespace psgrid::analysis
