// Checkers of whether the job went on, each on a trail that keeps its promise and on one that does
// not; and of what is promised where more fails than is tolerated.
#include <algorithm>
#include <functional>

#include "tests/analysis/promises/story.hpp"
#include "tests/support/fault_at.hpp"

namespace psgrid::analysis::testing {
namespace {

FaultSpec crash(NodeId node, double at) {
  return psgrid::testing::fault_at(at, FaultKind::kCrash, node);
}
FaultSpec restart(NodeId node, double at) {
  return psgrid::testing::fault_at(at, FaultKind::kRestart, node);
}

TEST(Progress, TheJobEnds) {
  Story story;
  story.at(5).pushes(0, 3).ends(100);
  EXPECT_THAT(story.check(check_progress), Breaks(Promise::kProgress));
  EXPECT_THAT(story.tells(manager_id(0), JobFinished{}).check(check_progress), Keeps());
}

// Nobody has to end a job whose server stays away.
TEST(Progress, OnlyOnceFaultsStop) {
  Story story;
  story.fault(crash(server_id(0), 1)).at(5).pushes(0, 3).ends(100);
  EXPECT_THAT(story.check(check_progress), Keeps());
  story.fault(restart(server_id(0), 2));
  EXPECT_THAT(story.check(check_progress), Breaks(Promise::kProgress));
}

TEST(NoDeadlock, MessagesAreTriedAgain) {
  Story story;
  story.at(5).begins(0, 1).ends(100);
  EXPECT_THAT(story.works_until(99.9).check(check_no_deadlock), Keeps());
  EXPECT_THAT(story.works_until(50).check(check_no_deadlock), Breaks(Promise::kNoDeadlock));
  EXPECT_THAT(story.tells(manager_id(0), JobFinished{}).check(check_no_deadlock), Keeps());
}

// Server 1, of both shards, crashes at 10 s while a push is under way.
Story failover(double acknowledged) {
  Story story;
  story.fault(crash(server_id(1), 10));
  story.at(1).tells(server_id(0), Story::view(1)).at(9.999).begins(0, 1);
  story.at(10).event(server_id(1), "crash");
  return story.at(acknowledged).hears(0, 1).ends(30);
}

TEST(Failover, PushesAreAcceptedAgainSoon) {
  EXPECT_THAT(failover(10.1).check(check_failover), Keeps());
  EXPECT_THAT(failover(11).check(check_failover), Breaks(Promise::kFailover));
}

TEST(Failover, ChainsAreWholeAgain) {
  const auto story = [](std::vector<std::uint32_t> servers) {
    Story told;
    told.fault(crash(server_id(2), 1)).fault(restart(server_id(2), 2));
    std::vector<Chain> chains = Story::chains();
    chains[1] = {.since = {3}, .servers = std::move(servers)};
    told.at(3).tells(server_id(0), Story::view(3, chains));
    return told.at(20).tells(manager_id(0), JobFinished{});
  };
  EXPECT_THAT(story({1, 2}).check(check_failover), Keeps());
  EXPECT_THAT(story({1}).check(check_failover), Breaks(Promise::kFailover));
}

TEST(Failover, WorkersThatComeBackAreLetIn) {
  const auto story = [](std::vector<std::uint32_t> expelled, std::uint64_t pushes) {
    Story told;
    told.fault(crash(worker_id(1), 1)).fault(restart(worker_id(1), 2));
    told.at(1.5).tells(server_id(0), Story::view(2, Story::chains(), {1})).pushes(0, pushes);
    told.at(2.1).tells(server_id(0), Story::view(3, Story::chains(), std::move(expelled)));
    return told.at(20).tells(manager_id(0), JobFinished{});
  };
  EXPECT_THAT(story({}, 20).check(check_failover), Keeps());
  EXPECT_THAT(story({1}, 20).check(check_failover), Breaks(Promise::kFailover));
  EXPECT_THAT(story({1}, 59).check(check_failover), Keeps()) << "there is nothing left to do";
}

TEST(Straggler, NobodyIsExpelledWithinItsLease) {
  const auto story = [](double crashed) {
    Story told;
    told.fault(crash(worker_id(1), crashed));
    told.at(10).event(manager_id(0), "lost", "worker[1]");
    return told.at(11).begins(0, 1).hears(0, 1);
  };
  EXPECT_THAT(story(9.9).check(check_straggler), Keeps());
  EXPECT_THAT(story(15).check(check_straggler), Breaks(Promise::kStraggler));
}

TEST(Straggler, AnOpenGateLetsPullsPass) {
  const auto story = [](double answered) {
    Story told;
    return told.at(1).asks(0, 0).at(answered).reads(0, 0, counts({0, 0})).ends(20);
  };
  EXPECT_THAT(story(1.05).check(check_straggler), Keeps());
  EXPECT_THAT(story(2).check(check_straggler), Breaks(Promise::kStraggler));
}

TEST(Recovered, AsFastAsBefore) {
  const auto story = [](double then_s) {
    Story told;
    told.fault(
        {.at = 10, .kind = FaultKind::kPause, .nodes = {{Role::kServer, 0, 0}}, .until = 11});
    const auto iterations = [&](double begin, std::uint32_t first, double each_s) {
      for (std::uint32_t i = 0; i < 12; ++i) {
        const double start = begin + i * each_s;
        told.at(start + each_s)
            .tells(
                worker_id(0),
                IterationDone{.iteration = {first + i}, .start = {start}, .end = {start + each_s}});
      }
    };
    iterations(1, 0, 0.02);
    iterations(15, 12, then_s);
    return told.ends(30);
  };
  // Workers that never pushed do not count.
  EXPECT_THAT(story(0.02).begins(0, 1).check(check_recovered), Keeps());
  EXPECT_THAT(story(0.04).begins(0, 1).check(check_recovered), Breaks(Promise::kRecovered));
}

// With a delay of 1 a worker may do two iterations at once and then wait, or one and one, in the
// same time.
TEST(Recovered, AsFastAsBeforeInBursts) {
  const auto story = [](double slow_s) {
    Story told({.model = ConsistencyModel::kBoundedDelay, .delay = 1});
    told.fault(
        {.at = 10, .kind = FaultKind::kPause, .nodes = {{Role::kServer, 0, 0}}, .until = 11});
    double start = 0;
    const auto iterations = [&](double begin, std::uint32_t first, double even_s, double odd_s) {
      start = begin;
      for (std::uint32_t i = 0; i < 13; ++i) {
        const double end = start + (i % 2 == 0 ? even_s : odd_s);
        told.at(end).tells(worker_id(0),
                           IterationDone{.iteration = {first + i}, .start = {start}, .end = {end}});
        start = end;
      }
    };
    iterations(1, 0, 0.01, 0.03);
    iterations(15, 13, slow_s, 0.01);
    return told.ends(30);
  };
  EXPECT_THAT(story(0.03).begins(0, 1).check(check_recovered), Keeps());
  EXPECT_THAT(story(0.06).begins(0, 1).check(check_recovered), Breaks(Promise::kRecovered));
}

// Of real processes: what is late may be the machine's fault, if that let them wait.
TEST(RealTime, PromisesAboutTimeAreUnknownIfTheMachineStoodStill) {
  const auto told = [](const std::function<void(Story&)>& tell) {
    Story story = failover(11);
    tell(story);
    Trail trail = story.trail();
    trail.real_time = true;
    std::stable_sort(trail.records.begin(), trail.records.end(),
                     [](const TrailRecord& a, const TrailRecord& b) { return a.at < b.at; });
    const History history(trail);
    const BrokenList broken = check_promises(history), unknown = unknown_promises(history);
    const auto names_failover = [](const Broken& each) {
      return each.promise == Promise::kFailover;
    };
    return std::pair(std::any_of(broken.begin(), broken.end(), names_failover),
                     std::any_of(unknown.begin(), unknown.end(), names_failover));
  };
  const auto stall = [](double at, double late) {
    return [=](Story& story) { story.at(at).tells(server_id(0), Stalled{{late}}); };
  };
  EXPECT_EQ(told([](Story&) {}), std::pair(true, false));
  EXPECT_EQ(told(stall(10.2, 0.15)), std::pair(false, true));
  EXPECT_EQ(told(stall(10.2, 0.001)), std::pair(true, false)) << "too short to explain it";
  EXPECT_EQ(told(stall(9, 1)), std::pair(true, false)) << "before";
  EXPECT_EQ(
      told([](Story& story) {  // it stood still as it was told to
        story.fault(
            {.at = 5, .kind = FaultKind::kPause, .nodes = {{Role::kServer, 0, 0}}, .until = 6});
        story.at(6.01).tells(server_id(0), Stalled{{1}});
      }),
      std::pair(true, false));
}

// That replicas were not replaced in time may be due to the machine; that a shard which is still
// there was given up is not.
TEST(RealTime, AShardThatLostAllReplicasMayHaveHadNoTimeForNewOnes) {
  const auto told = [](double stalled_s, std::vector<std::uint32_t> crashed,
                       const std::string& silent = "") {
    Story story;
    for (std::uint32_t server = 0; server < Story::kServers; ++server)
      story.tells(server_id(server), Story::view(1));
    for (std::uint32_t server : {0u, 1u}) story.applies(server, Story::entry(1, 0, 1));
    story.at(9);
    for (std::uint32_t server : crashed) story.event(server_id(server), "crash").at(9.5);
    if (!silent.empty()) {
      story.event(manager_id(0), "lost", silent);
      story.event(manager_id(0), "view", "epoch 2: shard 0 at server[0]");
      story.event(server_id(0), "crash");
    }
    story.at(9.9).tells(server_id(2), Stalled{{stalled_s}});
    story.at(10).event(manager_id(0), "shard_lost", "shard 0: none of its replicas is left");
    story.tells(manager_id(0), JobFinished{StopReason::kLost});
    std::vector<Chain> without = Story::chains();
    without[0] = {.since = {2}, .servers = {0}};
    if (!silent.empty()) story.tells(server_id(2), Story::view(2, without));
    Trail trail = story.trail();
    trail.real_time = true;
    const History history(trail);
    return std::pair(check_promises(history).size(), unknown_promises(history).size());
  };
  const std::pair<std::size_t, std::size_t> broken{1, 0}, unknown{0, 1};
  EXPECT_EQ(told(0.01, {0, 1}), broken);
  EXPECT_EQ(told(0.5, {0, 1}), unknown);
  EXPECT_EQ(told(0.5, {0}), broken) << "server 1 has it";
  EXPECT_EQ(told(0.5, {0, 2}), broken) << "server 1 has it, and server 2 never had";
  EXPECT_EQ(told(0.5, {}, "server[1]"), unknown) << "the chain went on without it";
  EXPECT_EQ(told(0.01, {}, "server[1]"), broken);
  EXPECT_EQ(told(0.5, {}, "server[2]"), broken) << "that never had it";
}

TEST(RealTime, LeavesRoomForWhatAMachineDoesBesides) {
  const auto breaks = [](double acknowledged, bool real_time) {
    Trail trail = failover(acknowledged).trail();
    trail.real_time = real_time;
    return !check_failover(History(trail)).empty();
  };
  EXPECT_TRUE(breaks(10.3, false));
  EXPECT_FALSE(breaks(10.3, true));
  EXPECT_TRUE(breaks(11, true));
}

TEST(Honest, BeyondToleranceOnlyWrongAnswersCount) {
  Story story;
  story.run().beyond_tolerance = true;
  story.at(5).begins(0, 1).ends(100);
  EXPECT_THAT(check_promises(story.trail()), Keeps());
  const std::uint32_t iteration = reading_all(1);
  story.asks(1, iteration).reads(1, iteration, counts({8, 0}));
  const BrokenList broken = check_promises(story.trail());
  EXPECT_THAT(broken, Breaks(Promise::kHonest));
  EXPECT_THAT(broken.front().what, ::testing::HasSubstr("Bounds"));
}

TEST(Conserved, SomethingBecomesOfEveryMessage) {
  Story story;
  EXPECT_THAT(story.check(check_conserved), Keeps());
  story.counts_messages(
      {.sent = 10, .duplicated = 2, .delivered = 7, .dropped = 4, .in_flight = 1});
  EXPECT_THAT(story.check(check_conserved), Keeps());
  story.counts_messages(
      {.sent = 10, .duplicated = 2, .delivered = 7, .dropped = 4, .in_flight = 0});
  EXPECT_THAT(story.check(check_conserved), Breaks(Promise::kConserved));
}

TEST(CheckPromises, TellsByTimeWhatBroke) {
  Story story;
  story.at(3).tells(server_id(0), HighWater{"queue", 11, 10});
  story.at(2).tells(server_id(1), HighWater{"queue", 12, 10});
  story.run().job.stop.time.reset();
  const Trail trail = story.trail();
  const BrokenList broken = check_promises(trail);
  ASSERT_EQ(broken.size(), 2u);
  EXPECT_EQ(broken[0].at, Time{2});
  const std::string text = promises_text(trail, broken);
  EXPECT_THAT(text, ::testing::HasSubstr("Bounded      broken"));
  EXPECT_THAT(text, ::testing::HasSubstr("Durable      kept"));
  EXPECT_THAT(text, ::testing::HasSubstr("Honest       not checked"));
}

}  // namespace
}  // namespace psgrid::analysis::testing
