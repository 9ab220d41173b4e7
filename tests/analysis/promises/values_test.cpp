// Checkers of what pulls returned, each on a trail that keeps its promise and on one that does not.
#include "tests/analysis/promises/story.hpp"

namespace psgrid::analysis::testing {
namespace {

// Worker 1 reads all keys; worker 0 has pushed twice, and begun once more.
Story one_read(std::vector<float> values) {
  const std::uint32_t iteration = reading_all(1);
  Story story;
  story.at(1).pushes(0, 2).asks(1, iteration).begins(0, 3);
  story.at(2).reads(1, iteration, std::move(values));
  return story;
}

TEST(Bounds, BetweenAcknowledgedAndBegun) {
  EXPECT_THAT(one_read(counts({2, 0})).check(check_bounds), Keeps());
  EXPECT_THAT(one_read(counts({3, 0})).check(check_bounds), Keeps());
  EXPECT_THAT(one_read(counts({1, 0})).check(check_bounds), Breaks(Promise::kBounds));
  EXPECT_THAT(one_read(counts({8, 0})).check(check_bounds), Breaks(Promise::kBounds));
}

TEST(Bounds, NamesTheReaderAndTheKey) {
  const BrokenList broken = one_read(counts({8, 0})).check(check_bounds);
  ASSERT_FALSE(broken.empty());
  EXPECT_THAT(broken.front().nodes, ::testing::ElementsAre(worker_id(1)));
  EXPECT_EQ(broken.front().keys.size(), 1u);
  EXPECT_EQ(broken.front().at, Time{2});
}

TEST(NoPhantom, OnlyWhatWasAttempted) {
  EXPECT_THAT(one_read(counts({3, 0})).check(check_no_phantom), Keeps());
  std::vector<float> half = counts({2, 0});
  half[0] += 0.5f;
  EXPECT_THAT(one_read(half).check(check_no_phantom), Breaks(Promise::kNoPhantom));
  EXPECT_THAT(one_read(counts({3, 1})).check(check_no_phantom), Breaks(Promise::kNoPhantom));
}

TEST(Isolated, NothingOfTheOtherTable) {
  // The first push after which a key of worker 0 has another count in each table.
  std::uint64_t last = 1;
  const std::size_t keys = counts({0, 0}).size() / 2;
  while (counts({last, 0})[0] == counts({last, 0})[keys]) ++last;
  const auto story = [&](float extra) {
    std::vector<float> values = counts({last, 0});
    values[keys] += extra;
    const std::uint32_t iteration = reading_all(1);
    return Story().at(1).pushes(0, last).asks(1, iteration).at(2).reads(1, iteration, values);
  };
  EXPECT_THAT(story(0).check(check_isolated), Keeps());
  EXPECT_THAT(story(1).check(check_isolated), Breaks(Promise::kIsolated));
}

// Under SSP(1), worker 0 reads for an iteration when worker 1 has begun so many pushes.
Story bounded_read(std::uint64_t others, std::uint64_t read_of_others) {
  const std::uint32_t iteration = reading_all(0, 3);
  Story story({.model = ConsistencyModel::kSsp, .staleness = 1});
  story.at(1).pushes(0, iteration).pushes(1, others).asks(0, iteration).at(2);
  return story.reads(0, iteration, counts({iteration, read_of_others}));
}

TEST(Staleness, AsOldAsTheModelAllows) {
  const std::uint64_t least = reading_all(0, 3) - 1;
  EXPECT_THAT(bounded_read(least, least).check(check_staleness), Keeps());
  EXPECT_THAT(bounded_read(least - 1, least - 1).check(check_staleness),
              Breaks(Promise::kStaleness));
  EXPECT_THAT(bounded_read(least, 0).check(check_staleness), Breaks(Promise::kStaleness));
}

TEST(Staleness, NobodyWaitsForWhoIsExpelled) {
  const std::uint32_t iteration = reading_all(0, 3);
  Story story({.model = ConsistencyModel::kSsp, .staleness = 1});
  story.at(1).tells(server_id(0), Story::view(2, Story::chains(), {1}));
  story.pushes(0, iteration).asks(0, iteration).reads(0, iteration, counts({iteration, 0}));
  EXPECT_THAT(story.check(check_staleness), Keeps());
}

TEST(BulkSync, WhatASerialRunHas) {
  const std::uint32_t iteration = reading_all(0, 3);
  const auto story = [&](std::uint64_t more) {
    Story told({.model = ConsistencyModel::kBsp});
    told.at(1).pushes(0, iteration).pushes(1, iteration + more).asks(0, iteration);
    return told.at(2).reads(0, iteration, counts({iteration, iteration + more}));
  };
  EXPECT_THAT(story(0).check(check_bulk_sync), Keeps());
  EXPECT_THAT(story(4).check(check_bulk_sync), Breaks(Promise::kBulkSync));
}

TEST(Session, AWorkerSeesItsOwnPushes) {
  const std::uint32_t iteration = reading_all(0, 3);
  const auto story = [&](std::uint64_t own) {
    Story told;
    return told.at(1).pushes(0, iteration).asks(0, iteration).reads(0, iteration, counts({own, 0}));
  };
  EXPECT_THAT(story(iteration).check(check_session), Keeps());
  EXPECT_THAT(story(0).check(check_session), Breaks(Promise::kSession));
}

TEST(Session, NothingOlderAfterSomethingNewer) {
  const std::uint32_t first = reading_all(1), second = reading_all(1, first + 1);
  const auto story = [&](std::uint64_t then) {
    Story told;
    told.at(1).begins(0, 1).begins(0, 2).begins(0, 3);
    told.at(2).asks(1, first).reads(1, first, counts({2, 0}));
    return told.at(3).asks(1, second).reads(1, second, counts({then, 0}));
  };
  EXPECT_THAT(story(3).check(check_session), Keeps());
  EXPECT_THAT(story(1).check(check_session), Breaks(Promise::kSession));
}

// Another incarnation has read nothing yet.
TEST(Session, EndsWithTheIncarnation) {
  const std::uint32_t first = reading_all(1), second = reading_all(1, first + 1);
  Story story;
  story.at(1).begins(0, 1).begins(0, 2);
  story.asks(1, first).reads(1, first, counts({2, 0}));
  story.tells(worker_id(1), PullBegun{{second + 1u}, {second}}, 1);
  story.tells(worker_id(1), PullEnded{{second + 1u}, {second}, {}, counts({0, 0})}, 1);
  EXPECT_THAT(story.check(check_session), Keeps());
}

// What a worker had in its cache is gone when it comes back; what servers had is not.
TEST(Session, OfACacheEndsWhenItsWorkerIsAdmittedAgain) {
  const std::uint32_t first = reading_all(1), second = reading_all(1, first + 1);
  for (bool cache : {false, true}) {
    Story story({.model = ConsistencyModel::kSsp, .staleness = 60, .cache = cache});
    story.at(1).begins(0, 1).begins(0, 2);
    story.asks(1, first).reads(1, first, counts({2, 0}));
    story.tells(worker_id(1), Situation{kAdmittedAgain});
    story.asks(1, second).reads(1, second, counts({0, 0}));
    EXPECT_EQ(story.check(check_session).empty(), cache);
  }
}

}  // namespace
}  // namespace psgrid::analysis::testing
