#include "model/armed_timers.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

TEST(ArmedTimers, GivesAHandleOnce) {
  ArmedTimers<int> timers;
  const TimerId one = timers.next(), two = timers.next();
  EXPECT_NE(one, two);
  timers.add(one, 10);
  timers.add(two, 20);
  EXPECT_EQ(timers.take(two), 20);
  EXPECT_EQ(timers.take(two), std::nullopt);
  EXPECT_EQ(timers.take(one), 10);
}

TEST(ArmedTimers, NeverNamesTwoAlike) {
  ArmedTimers<int> timers;
  const TimerId first = timers.next();
  timers.add(first, 1);
  timers.take(first);
  EXPECT_NE(timers.next(), first);
}

TEST(ArmedTimers, GivesUpAllAtOnce) {
  ArmedTimers<int> timers;
  const TimerId one = timers.next(), two = timers.next();
  timers.add(one, 10);
  timers.add(two, 20);
  int sum = 0;
  timers.take_all([&](int handle) { sum += handle; });
  EXPECT_EQ(sum, 30);
  EXPECT_EQ(timers.take(one), std::nullopt);
}

}  // namespace
}  // namespace psgrid
