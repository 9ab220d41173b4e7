#include "real/run_clock.hpp"

#include <gtest/gtest.h>

namespace psgrid::real {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(RunClock, ClocksThatAgreeButForTheTimeOfAMessageAreBelieved) {
  EXPECT_EQ(by_own_clock({10 * kSecond}, {9 * kSecond}, {9 * kSecond + kSecond / 20}).nanoseconds,
            10 * kSecond);
  EXPECT_EQ(by_own_clock({10 * kSecond}, {9 * kSecond}, {9 * kSecond - kSecond / 20}).nanoseconds,
            10 * kSecond);
}

TEST(RunClock, AClockThatIsWrongIsMadeUpFor) {
  EXPECT_EQ(by_own_clock({10 * kSecond}, {9 * kSecond}, {3600 * kSecond}).nanoseconds,
            3601 * kSecond);
  EXPECT_EQ(by_own_clock({10 * kSecond}, {9 * kSecond}, {2 * kSecond}).nanoseconds, 3 * kSecond);
}

TEST(RunClock, IsNegativeBeforeTheRunBegins) {
  EXPECT_LT(RunClock(WallTime{WallTime::now().nanoseconds + kSecond}).now().seconds, 0);
  EXPECT_GE(RunClock(WallTime{WallTime::now().nanoseconds - kSecond}).now().seconds, 1);
}

}  // namespace
}  // namespace psgrid::real
