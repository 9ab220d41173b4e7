// Checkers of what replicas applied, each on a trail that keeps its promise and on one that does
// not.
#include "tests/analysis/promises/story.hpp"

namespace psgrid::analysis::testing {
namespace {

Story begun() {
  Story story;
  for (std::uint32_t server = 0; server < Story::kServers; ++server)
    story.tells(server_id(server), Story::view(1));
  return story;
}

// Both replicas of shard 0 hold so many entries in the end.
void settle(Story& story, std::uint64_t sequence, std::uint64_t digest = 7) {
  story.at(20);
  for (std::uint32_t server : {0u, 1u})
    story.tells(server_id(server), ReplicaState{0, {1}, sequence, digest});
}

TEST(Durable, EveryAcknowledgedPushIsInTheLog) {
  const auto story = [](bool has_second) {
    Story told = begun();
    for (std::uint32_t server : {0u, 1u}) told.applies(server, Story::entry(1, 0, 1));
    told.at(1).begins(0, 1).hears(0, 1).begins(0, 2);
    for (std::uint32_t server : {0u, 1u})
      told.applies(server, has_second ? Story::entry(2, 0, 2) : Story::entry(2, 1, 1));
    // Server 2, of shard 1, has both.
    told.hears(0, 2);
    settle(told, 2);
    return told;
  };
  EXPECT_THAT(story(true).check(check_durable), Keeps());
  EXPECT_THAT(story(false).check(check_durable), Breaks(Promise::kDurable));
}

TEST(Durable, AllOfTheChainHaveWhatIsAcknowledged) {
  const auto story = [](bool tail_has_it) {
    Story told = begun();
    for (std::uint32_t server : {0u, 1u}) told.applies(server, Story::entry(1, 0, 1));
    told.at(1).begins(0, 1).hears(0, 1).begins(0, 2).applies(0, Story::entry(2, 0, 2));
    if (tail_has_it) told.applies(1, Story::entry(2, 0, 2));
    told.hears(0, 2);
    if (!tail_has_it) told.applies(1, Story::entry(2, 0, 2));
    return told;
  };
  EXPECT_THAT(story(true).check(check_durable), Keeps());
  const BrokenList broken = story(false).check(check_durable);
  EXPECT_THAT(broken, Breaks(Promise::kDurable));
  EXPECT_THAT(broken.front().nodes, ::testing::ElementsAre(worker_id(0), server_id(1)));
}

// Who crashes has forgotten, and who leaves a chain need not have what comes later.
TEST(Durable, OnlyWhoIsInTheNewestChainCounts) {
  Story story = begun();
  for (std::uint32_t server : {0u, 1u}) story.applies(server, Story::entry(1, 0, 1));
  story.begins(0, 1).hears(0, 1).at(1).begins(0, 2).applies(0, Story::entry(2, 0, 2));
  std::vector<Chain> without = Story::chains();
  without[0] = {.since = {2}, .servers = {0}};
  story.tells(server_id(0), Story::view(2, without)).hears(0, 2);
  EXPECT_THAT(story.check(check_durable), Keeps());
}

TEST(Durable, NoShardIsLostWithinTolerance) {
  Story story = begun();
  story.at(1).event(manager_id(0), "shard_lost", "shard 0: none of its replicas is left");
  EXPECT_THAT(story.check(check_durable), Breaks(Promise::kDurable));
  story.run().beyond_tolerance = true;
  EXPECT_THAT(story.check(check_durable), Keeps());
}

TEST(Durable, TheFinalCountIsWhole) {
  const auto story = [](double missing) {
    Story told;
    told.at(1).pushes(0, Story::kIterations).pushes(1, Story::kIterations);
    double count = -missing;
    for (float value : counts({Story::kIterations, Story::kIterations})) count += value;
    told.tells(manager_id(0), Evaluated{.metric = count});
    return told.tells(manager_id(0), JobFinished{StopReason::kIterations});
  };
  EXPECT_THAT(story(0).check(check_durable), Keeps());
  EXPECT_THAT(story(0).check(check_exactly_once), Keeps());
  EXPECT_THAT(story(1).check(check_durable), Breaks(Promise::kDurable));
  EXPECT_THAT(story(-1).check(check_exactly_once), Breaks(Promise::kExactlyOnce));
}

TEST(ExactlyOnce, APushIsInTheLogOnce) {
  const auto story = [](std::uint64_t third) {
    Story told = begun();
    for (std::uint32_t server : {0u, 1u})
      told.applies(server, Story::entry(1, 0, 1))
          .applies(server, Story::entry(2, 0, 2))
          .applies(server, Story::entry(3, 0, third));
    settle(told, 3);
    return told;
  };
  EXPECT_THAT(story(3).check(check_exactly_once), Keeps());
  EXPECT_THAT(story(2).check(check_exactly_once), Breaks(Promise::kExactlyOnce));
  EXPECT_THAT(story(4).check(check_exactly_once), Breaks(Promise::kExactlyOnce));
}

TEST(PrefixOrder, AReplicaFollowsTheOneBeforeIt) {
  Story kept = begun();
  kept.applies(0, Story::entry(1, 0, 1)).applies(0, Story::entry(2, 1, 1));
  kept.applies(1, Story::entry(1, 0, 1)).applies(1, Story::entry(2, 1, 1));
  EXPECT_THAT(kept.check(check_prefix_order), Keeps());

  Story ahead = begun();
  ahead.applies(0, Story::entry(1, 0, 1)).applies(1, Story::entry(1, 0, 1));
  ahead.applies(1, Story::entry(2, 1, 1));
  EXPECT_THAT(ahead.check(check_prefix_order), Breaks(Promise::kPrefixOrder));

  Story other = begun();
  other.applies(0, Story::entry(1, 0, 1)).applies(1, Story::entry(1, 1, 1));
  EXPECT_THAT(other.check(check_prefix_order), Breaks(Promise::kPrefixOrder));
}

TEST(Agree, ReplicasAreTheSameInTheEnd) {
  const auto story = [](ReplicaState second) {
    Story told = begun();
    told.at(20).tells(server_id(0), ReplicaState{0, {1}, 5, 77});
    return told.tells(server_id(1), second);
  };
  EXPECT_THAT(story({0, {1}, 5, 77}).check(check_agree), Keeps());
  EXPECT_THAT(story({0, {1}, 4, 77}).check(check_agree), Breaks(Promise::kAgree));
  EXPECT_THAT(story({0, {1}, 5, 78}).check(check_agree), Breaks(Promise::kAgree));
}

TEST(Agree, IsOnlyAskedOfWhatHasSettled) {
  Story story = begun();
  story.fault(
      {.at = 19.9, .kind = FaultKind::kPause, .nodes = {{Role::kServer, 1, 1}}, .until = 19.95});
  story.at(20).tells(server_id(0), ReplicaState{0, {1}, 5, 77});
  story.tells(server_id(1), ReplicaState{0, {1}, 4, 76});
  EXPECT_THAT(story.check(check_agree), Keeps());
}

TEST(Agree, BeyondToleranceServersMayHaveStopped) {
  const auto story = [](bool settled) {
    Story told = begun();
    told.run().beyond_tolerance = true;
    told.at(20).tells(server_id(0), ReplicaState{0, {1}, 5, 77, true});
    return told.tells(server_id(1), ReplicaState{0, {1}, 4, 76, settled});
  };
  EXPECT_THAT(story(false).check(check_agree), Keeps());
  EXPECT_THAT(story(true).check(check_agree), Breaks(Promise::kAgree));
}

}  // namespace
}  // namespace psgrid::analysis::testing
