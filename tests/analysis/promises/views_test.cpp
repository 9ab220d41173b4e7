// Checkers of views and of what must only grow, each on a trail that keeps its promise and on one
// that does not.
#include "tests/analysis/promises/story.hpp"

namespace psgrid::analysis::testing {
namespace {

// Shard 0 moves to servers 1 and 2.
std::vector<Chain> moved() {
  std::vector<Chain> chains = Story::chains();
  chains[0] = {.since = {2}, .servers = {1, 2}};
  return chains;
}

TEST(Monotone, NumbersOfPushesRiseByOne) {
  EXPECT_THAT(Story().begins(0, 1).hears(0, 1).begins(0, 2).hears(0, 2).check(check_monotone),
              Keeps());
  EXPECT_THAT(Story().begins(0, 1).begins(0, 3).check(check_monotone), Breaks(Promise::kMonotone));
  EXPECT_THAT(Story().pushes(0, 2).hears(0, 2).check(check_monotone), Breaks(Promise::kMonotone));
}

TEST(Monotone, IterationsRiseByOne) {
  const auto done = [](std::uint32_t iteration) { return IterationDone{.iteration = {iteration}}; };
  Story kept;
  kept.tells(worker_id(0), done(4)).tells(worker_id(0), done(5)).tells(worker_id(0), done(2), 1);
  EXPECT_THAT(kept.check(check_monotone), Keeps());
  EXPECT_THAT(kept.tells(worker_id(0), done(4)).check(check_monotone), Breaks(Promise::kMonotone));
}

TEST(Monotone, EpochsRiseAtANode) {
  Story story;
  story.tells(server_id(0), Story::view(1)).tells(server_id(0), Story::view(3));
  story.tells(server_id(1), Story::view(2)).tells(server_id(0), Story::view(2), 1);
  EXPECT_THAT(story.check(check_monotone), Keeps());
  EXPECT_THAT(story.tells(server_id(0), Story::view(2)).check(check_monotone),
              Breaks(Promise::kMonotone));
}

TEST(Monotone, EntriesOfAChainAreApplied) {
  Story story;
  story.tells(server_id(0), Story::view(1));
  story.applies(0, Story::entry(1, 0, 1)).applies(0, Story::entry(2, 0, 2));
  EXPECT_THAT(story.check(check_monotone), Keeps());
  Story gap = story;
  EXPECT_THAT(gap.applies(0, Story::entry(4, 0, 3)).check(check_monotone),
              Breaks(Promise::kMonotone));
  Story back = story;
  back.tells(server_id(1), Story::view(2, moved())).applies(1, Story::entry(1, 0, 1, 0, 2));
  EXPECT_THAT(back.applies(1, Story::entry(2, 0, 2, 0, 1)).check(check_monotone),
              Breaks(Promise::kMonotone));
}

TEST(OneView, TheSameViewEverywhere) {
  Story story;
  story.tells(server_id(0), Story::view(2)).tells(worker_id(1), Story::view(2));
  EXPECT_THAT(story.check(check_one_view), Keeps());
  ViewInstalled other = Story::view(2);
  other.digest = 99;
  EXPECT_THAT(story.tells(server_id(1), other).check(check_one_view), Breaks(Promise::kOneView));
}

TEST(OneView, OneDecisionForAnEpoch) {
  Story story;
  story.event(manager_id(0), "view", "epoch 1: 3 servers, 2 workers");
  story.event(manager_id(0), "view", "epoch 2: shard 0 at server[1]");
  EXPECT_THAT(story.check(check_one_view), Keeps());
  EXPECT_THAT(
      story.event(manager_id(1), "view", "epoch 2: without worker[0]").check(check_one_view),
      Breaks(Promise::kOneView));
}

TEST(OneView, ANewLeaderKnowsWhatWasDecided) {
  Story story;
  story.event(manager_id(0), "view", "epoch 1: 3 servers, 2 workers");
  story.event(manager_id(0), "view", "epoch 2: shard 0 at server[1]");
  Story forgetful = story;
  story.event(manager_id(1), "leader", "manager[1] leads from epoch 2 on");
  EXPECT_THAT(story.check(check_one_view), Keeps());
  forgetful.event(manager_id(1), "leader", "manager[1] leads from epoch 1 on");
  EXPECT_THAT(forgetful.check(check_one_view), Breaks(Promise::kOneView));
}

TEST(OneOwner, AShardHasOneChainOfServersThatDiffer) {
  EXPECT_THAT(Story().tells(server_id(0), Story::view(2, moved())).check(check_one_owner), Keeps());
  std::vector<Chain> twice = Story::chains(), none = Story::chains(), fewer = Story::chains();
  twice[0].servers = {1, 1};
  none[1].servers = {};
  fewer.pop_back();
  for (const auto& chains : {twice, none})
    EXPECT_THAT(Story().tells(server_id(0), Story::view(1, chains)).check(check_one_owner),
                Breaks(Promise::kOneOwner));
  Story story;
  story.tells(server_id(0), Story::view(1)).tells(server_id(0), Story::view(2, fewer));
  EXPECT_THAT(story.check(check_one_owner), Breaks(Promise::kOneOwner));
}

TEST(OneOwner, NobodyActsForAnEarlierChain) {
  const auto served = [](std::uint32_t since) {
    return PullServed{.shard = 0, .since = {since}, .worker = worker_id(0), .pull = {1}};
  };
  Story story;
  story.tells(server_id(1), Story::view(1)).tells(server_id(1), served(1));
  story.tells(server_id(2), Story::view(2, moved())).tells(server_id(2), served(2));
  EXPECT_THAT(story.check(check_one_owner), Keeps());
  Story late = story;
  EXPECT_THAT(late.tells(server_id(1), served(1)).check(check_one_owner),
              Breaks(Promise::kOneOwner));
  EXPECT_THAT(story.applies(1, Story::entry(3, 0, 3)).check(check_one_owner),
              Breaks(Promise::kOneOwner));
}

TEST(Member, NothingIsTakenFromWhoIsExpelled) {
  Story story;
  story.tells(server_id(0), Story::view(1)).applies(0, Story::entry(1, 1, 1));
  story.tells(server_id(0), Story::view(2, Story::chains(), {1})).applies(0, Story::entry(2, 0, 1));
  EXPECT_THAT(story.check(check_member), Keeps());
  EXPECT_THAT(story.applies(0, Story::entry(3, 1, 2)).check(check_member),
              Breaks(Promise::kMember));
}

TEST(Bounded, NothingOutgrowsItsLimit) {
  EXPECT_THAT(Story().tells(server_id(0), HighWater{"queue", 10, 10}).check(check_bounded),
              Keeps());
  EXPECT_THAT(Story().tells(server_id(0), HighWater{"queue", 11, 10}).check(check_bounded),
              Breaks(Promise::kBounded));
}

}  // namespace
}  // namespace psgrid::analysis::testing
