#include "real/fair_link.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace psgrid::real {
namespace {

class FairLinkTest : public ::testing::Test {
 protected:
  void add(double at, std::uint64_t bytes) {
    const std::size_t transfer = ends.size();
    ends.push_back(-1);
    link.add({at}, {bytes}, [this, transfer](Time end) { ends[transfer] = end.seconds; });
  }
  void run_until(double now) {
    while (schedule.run_one_due({now})) {
    }
  }

  Schedule schedule;
  FairLink link{1000, schedule};  // bytes per second
  std::vector<double> ends;       // by transfer
};

TEST_F(FairLinkTest, OneTransferHasItAll) {
  add(1, 500);
  run_until(1.4);
  EXPECT_EQ(ends[0], -1);
  run_until(1.5);
  EXPECT_DOUBLE_EQ(ends[0], 1.5);
  EXPECT_TRUE(link.idle());
}

TEST_F(FairLinkTest, TransfersThatBeginTogetherEndTogether) {
  add(0, 1000);
  add(0, 1000);
  run_until(2);
  EXPECT_DOUBLE_EQ(ends[0], 2);
  EXPECT_DOUBLE_EQ(ends[1], 2);
}

// 0 to 1 s: the first alone, 1,000 bytes; 1 to 3 s: both at half the rate, 1,000 bytes each.
TEST_F(FairLinkTest, LaterTransfersSlowEarlierOnesDown) {
  add(0, 2000);
  add(1, 1500);
  run_until(10);
  EXPECT_DOUBLE_EQ(ends[0], 3);
  EXPECT_DOUBLE_EQ(ends[1], 3.5);
}

TEST_F(FairLinkTest, AWakeUpThatComesLateChangesNoEnd) {
  add(0, 1000);
  add(0.5, 1000);
  add(0.5, 100);
  run_until(99);  // at once, long after all has happened
  EXPECT_DOUBLE_EQ(ends[2], 0.8);
  EXPECT_DOUBLE_EQ(ends[0], 1.6);
  EXPECT_DOUBLE_EQ(ends[1], 2.1);
}

TEST_F(FairLinkTest, WhatBeganBeforeALateWakeUpIsServedFirst) {
  add(0, 1000);
  add(5, 1000);  // the wake-up at 1 s has not come yet
  EXPECT_DOUBLE_EQ(ends[0], 1);
  run_until(6);
  EXPECT_DOUBLE_EQ(ends[1], 6);
}

}  // namespace
}  // namespace psgrid::real
