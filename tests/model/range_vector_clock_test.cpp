#include "model/range_vector_clock.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace psgrid {
namespace {

TEST(VectorClock, TheSlowestIsThatOfTheSlowestWorker) {
  VectorClock clock(3);
  EXPECT_FALSE(clock.advance(0, {4}));
  EXPECT_FALSE(clock.advance(1, {2}));
  EXPECT_EQ(clock.slowest(), Clock{0});
  EXPECT_TRUE(clock.advance(2, {1}));
  EXPECT_EQ(clock.slowest(), Clock{1});
  EXPECT_TRUE(clock.advance(2, {9}));
  EXPECT_EQ(clock.slowest(), Clock{2});
  EXPECT_EQ(clock.at(0), Clock{4});
}

TEST(VectorClock, NeverGoesBack) {
  VectorClock clock(1);
  EXPECT_TRUE(clock.advance(0, {5}));
  EXPECT_FALSE(clock.advance(0, {5}));
  EXPECT_FALSE(clock.advance(0, {3}));
  EXPECT_EQ(clock.at(0), Clock{5});
}

TEST(VectorClock, AWorkerThatJumpsAheadLeavesTheOthersSlowest) {
  VectorClock clock(2);
  EXPECT_FALSE(clock.advance(0, {3}));
  EXPECT_TRUE(clock.advance(1, {2}));
  EXPECT_TRUE(clock.advance(1, {7}));
  EXPECT_EQ(clock.slowest(), Clock{3});
}

// Li et al., OSDI 2014, section 4.1: setting a clock on a range splits the ranges that it cuts.
TEST(RangeVectorClock, ATickOfAPartSplitsTheRangeInThree) {
  RangeVectorClock clock(2);
  EXPECT_EQ(clock.pieces(), 1u);
  clock.advance({10, 20}, 0, {1});
  EXPECT_EQ(clock.pieces(), 3u);
  EXPECT_EQ(clock.at(9, 0), Clock{0});
  EXPECT_EQ(clock.at(10, 0), Clock{1});
  EXPECT_EQ(clock.at(19, 0), Clock{1});
  EXPECT_EQ(clock.at(20, 0), Clock{0});
  EXPECT_EQ(clock.at(15, 1), Clock{0});
}

TEST(RangeVectorClock, TicksOfTheSameRangesSplitOnce) {
  RangeVectorClock clock(3);
  for (std::uint32_t round = 1; round <= 5; ++round)
    for (std::uint32_t worker = 0; worker < 3; ++worker) {
      clock.advance({0, 100}, worker, {round});
      clock.advance({100, 200}, worker, {round});
    }
  EXPECT_EQ(clock.pieces(), 3u);  // 0-100, 100-200 and the rest
  EXPECT_EQ(clock.slowest({0, 200}), Clock{5});
  EXPECT_EQ(clock.slowest({0, 201}), Clock{0});
}

TEST(RangeVectorClock, ATickOfAllKeysSplitsNothingAndReachesEveryPiece) {
  RangeVectorClock clock(1);
  EXPECT_TRUE(clock.advance(RangeVectorClock::kAllKeys, 0, {1}));
  EXPECT_EQ(clock.pieces(), 1u);
  clock.advance({5, 6}, 0, {3});
  EXPECT_TRUE(clock.advance(RangeVectorClock::kAllKeys, 0, {2}));
  EXPECT_EQ(clock.pieces(), 3u);
  EXPECT_EQ(clock.at(5, 0), Clock{3});
  EXPECT_EQ(clock.slowest(RangeVectorClock::kAllKeys), Clock{2});
}

// One clock for each key and worker.
class NaiveClocks {
 public:
  static constexpr Key kKeys = 24;
  explicit NaiveClocks(std::uint32_t workers) : clocks_(kKeys, std::vector<Clock>(workers)) {}

  bool advance(KeyRange range, std::uint32_t worker, Clock clock) {
    bool rose = false;
    for (Key key = range.begin; key < std::min(range.end, kKeys); ++key) {
      const Clock before = slowest({key, key + 1});
      clocks_[key][worker] = std::max(clocks_[key][worker], clock);
      rose |= slowest({key, key + 1}) > before;
    }
    return rose;
  }
  Clock at(Key key, std::uint32_t worker) const { return clocks_[key][worker]; }
  Clock slowest(KeyRange range) const {
    Clock slowest{~0u};
    for (Key key = range.begin; key < range.end; ++key)
      slowest = std::min(slowest, *std::min_element(clocks_[key].begin(), clocks_[key].end()));
    return slowest;
  }
  Clock slowest(KeyRange range, std::uint32_t worker) const {
    Clock slowest{~0u};
    for (Key key = range.begin; key < range.end; ++key)
      slowest = std::min(slowest, clocks_[key][worker]);
    return slowest;
  }

 private:
  std::vector<std::vector<Clock>> clocks_;  // by key and worker
};

KeyRange any_range() {
  const Key begin = *rc::gen::inRange<Key>(0, NaiveClocks::kKeys);
  return {begin, *rc::gen::inRange<Key>(begin + 1, NaiveClocks::kKeys + 1)};
}

RC_GTEST_PROP(RangeVectorClock, IsAClockForEachKey, ()) {
  const auto workers = *rc::gen::inRange(1u, 4u);
  RangeVectorClock subject(workers);
  NaiveClocks model(workers);
  for (auto left = *rc::gen::inRange(0, 40); left > 0; --left) {
    const KeyRange range = any_range();
    const auto worker = *rc::gen::inRange(0u, workers);
    const Clock clock{*rc::gen::inRange(0u, 6u)};
    RC_ASSERT(subject.advance(range, worker, clock) == model.advance(range, worker, clock));

    const KeyRange probe = any_range();
    RC_ASSERT(subject.slowest(probe) == model.slowest(probe));
    RC_ASSERT(subject.slowest(probe, worker) == model.slowest(probe, worker));
    RC_ASSERT(subject.at(probe.begin, worker) == model.at(probe.begin, worker));
  }
  RC_ASSERT(subject.pieces() <= NaiveClocks::kKeys + 1);
}

}  // namespace
}  // namespace psgrid
