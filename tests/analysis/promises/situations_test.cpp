// Rare situations are recognised where they occur, and only there.
#include "analysis/promises/situations.hpp"

#include "tests/analysis/promises/story.hpp"

namespace psgrid::analysis::testing {
namespace {

std::uint64_t count(const Story& story, const std::string& situation) {
  const auto& all = rare_situations();
  const auto& losses = situations_of_losses();
  EXPECT_EQ(std::count(all.begin(), all.end(), situation) +
                std::count(losses.begin(), losses.end(), situation),
            1)
      << situation;
  const Trail trail = story.trail();
  const SituationCounts counts = situations_of(History(trail));
  const auto found = counts.find(situation);
  return found == counts.end() ? 0 : found->second;
}

Story begun() {
  Story story;
  for (std::uint32_t server = 0; server < Story::kServers; ++server)
    story.tells(server_id(server), Story::view(1));
  for (std::uint32_t worker = 0; worker < Story::kWorkers; ++worker)
    story.tells(worker_id(worker), Story::view(1));
  return story.event(manager_id(0), "view", "epoch 1: 3 servers, 2 workers");
}

TEST(Situations, HeadOrTailCrashedWithAForwardInFlight) {
  Story story = begun();
  story.applies(0, Story::entry(1, 0, 1));
  Story head = story, tail = story, neither = story;
  EXPECT_EQ(count(head.event(server_id(0), "crash"), "head crashed with a forward in flight"), 1u);
  EXPECT_EQ(count(tail.event(server_id(1), "crash"), "tail crashed with a forward in flight"), 1u);
  neither.applies(1, Story::entry(1, 0, 1)).event(server_id(0), "crash");
  EXPECT_EQ(count(neither, "head crashed with a forward in flight"), 0u);
}

TEST(Situations, PushRetriedAtTheNewHead) {
  const auto story = [](std::uint32_t new_head) {
    Story told = begun();
    told.begins(0, 1).applies(0, Story::entry(1, 0, 1)).applies(1, Story::entry(1, 0, 1));
    std::vector<Chain> chains = Story::chains();
    chains[0] = {.since = {2}, .servers = {new_head, 2}};
    return told.tells(worker_id(0), Story::view(2, chains)).hears(0, 1);
  };
  EXPECT_EQ(count(story(1), "acknowledgement lost, push retried at the new head"), 1u);
  EXPECT_EQ(count(story(0), "acknowledgement lost, push retried at the new head"), 0u);
}

TEST(Situations, PausesLongerThanTheLease) {
  const auto story = [](double lasts) {
    Story told = begun();
    told.fault(
        {.at = 3, .kind = FaultKind::kPause, .nodes = {{Role::kServer, 1, 1}}, .until = 3 + lasts});
    return told.at(3).event(server_id(1), "pause");
  };
  EXPECT_EQ(count(story(0.1), "paused server woke past its lease"), 1u);
  EXPECT_EQ(count(story(0.05), "paused server woke past its lease"), 0u);
}

TEST(Situations, ViewChangesThatOverlapOrLoseTheirLeader) {
  Story story = begun();
  story.run().cluster.managers = 3;
  Story calm = story;
  calm.event(manager_id(0), "crash");
  EXPECT_EQ(count(calm, "leading manager lost in a view change"), 0u);
  story.event(manager_id(0), "view", "epoch 2: without worker[1]");
  Story lost = story;
  lost.event(manager_id(0), "crash");
  EXPECT_EQ(count(lost, "leading manager lost in a view change"), 1u);
  EXPECT_EQ(count(story, "two view changes overlapped"), 0u);
  story.event(manager_id(0), "view", "epoch 3: shard 0 at server[1]");
  EXPECT_EQ(count(story, "two view changes overlapped"), 1u);
}

TEST(Situations, JoinsLeavesAndLostSources) {
  Story story = begun();
  std::vector<Chain> chains = Story::chains();
  chains[0] = {.since = {2}, .servers = {1}, .joiner = 2, .joining_since = {2}};
  story.tells(server_id(1), Story::view(2, chains));
  EXPECT_EQ(count(story, "all replicas but one lost"), 1u);
  Story joined = story, left = story, crashed = story;
  EXPECT_EQ(count(joined.event(server_id(0), "join"), "join during a failover"), 1u);
  EXPECT_EQ(count(left.event(server_id(0), "leave"), "leave during a resync"), 1u);
  EXPECT_EQ(count(crashed.event(server_id(1), "crash"), "source of a resync crashed"), 1u);
  EXPECT_EQ(count(begun().event(server_id(0), "leave"), "leave during a resync"), 0u);
}

TEST(Situations, WorkersThatRestartOrAreExpelled) {
  EXPECT_EQ(count(begun().begins(0, 1).event(worker_id(0), "restart"),
                  "worker restarted with pushes in flight"),
            1u);
  EXPECT_EQ(count(begun().pushes(0, 1).event(worker_id(0), "restart"),
                  "worker restarted with pushes in flight"),
            0u);
  const auto held = [](std::uint64_t pushes) {
    Story told({.model = ConsistencyModel::kSsp, .staleness = 1});
    told.pushes(1, pushes).asks(0, 4);
    told.tells(server_id(0), Story::view(2, Story::chains(), {1}));
    return told.reads(0, 4, {});
  };
  EXPECT_EQ(count(held(1), "pull held by the gate, released by an expulsion"), 1u);
  EXPECT_EQ(count(held(3), "pull held by the gate, released by an expulsion"), 0u);
}

TEST(Situations, NodesNoteSomeThemselves) {
  Story story = begun();
  story.tells(server_id(0), Situation{"message refused: old epoch"});
  story.tells(server_id(0), Situation{"chain repaired"});
  story.event(manager_id(0), "shard_lost", "shard 0: none of its replicas is left");
  EXPECT_EQ(count(story, "message of an old epoch refused"), 1u);
  EXPECT_EQ(count(story, "whole chain lost"), 1u);
  const Trail trail = story.trail();
  EXPECT_THAT(notes_of(History(trail)),
              ::testing::ElementsAre(::testing::Pair("chain repaired", 1u)));
}

}  // namespace
}  // namespace psgrid::analysis::testing
