#include "analysis/recovery.hpp"

#include <gtest/gtest.h>

#include "model/view.hpp"

namespace psgrid::analysis {
namespace {

// Four servers, each shard at two of them; events are added as a manager and servers tell them.
class Story {
 public:
  Story() {
    run.header.workers = 2;
    run.header.servers = 4;
    run.header.replicas = 2;
    run.iterations_recorded = true;
    ViewDescription first{.epoch = {1}, .workers = 2, .homes = {0, 1, 2, 3}};
    first.tables = {{.keys = 8, .width = 1}};
    first.chains = first_chains(first.homes, first.homes, 2);
    install(0, std::move(first));
  }

  void at(double time, NodeId node, const char* event, std::string detail = "") {
    run.events.push_back({time, node, event, std::move(detail)});
  }

  // The view with another chain for some shards, told in the words of the manager.
  void change(double time, const std::map<std::uint32_t, Chain>& chains) {
    ViewDescription next = view_->description();
    ++next.epoch.value;
    for (const auto& [shard, chain] : chains) next.chains[shard] = chain;
    install(time, std::move(next));
  }

  void crash_of_server_1() {
    at(10, server_id(1), "crash");
    at(10.4, manager_id(0), "lost", "server[1]");
    change(10.4, {{0, {{2}, {0}, 2}}, {1, {{2}, {2}, 3}}});
  }

  RunData run;

 private:
  void install(double time, ViewDescription description) {
    ViewPtr next = std::make_shared<const View>(std::move(description), view_.get());
    at(time, manager_id(0), "view", describe(*next, view_.get()));
    view_ = std::move(next);
  }

  ViewPtr view_;
};

TEST(Recovery, LastsUntilTheLastShardAcceptsPushes) {
  Story story;
  story.crash_of_server_1();
  story.at(10.5, server_id(0), "accepting", "shard 0, epoch 2");
  story.at(10.75, server_id(2), "accepting", "shard 1, epoch 2");
  const auto failovers = failovers_of(story.run);
  ASSERT_EQ(failovers.size(), 2u);
  EXPECT_EQ(failovers[0].shard, 0u);
  EXPECT_EQ(failovers[0].epoch, 2u);
  EXPECT_EQ(failovers[0].fault_s, 10);
  EXPECT_EQ(failovers[0].accepting_s, 10.5);
  EXPECT_EQ(failovers[1].shard, 1u);
  const auto recoveries = recoveries_of(story.run);
  ASSERT_EQ(recoveries.size(), 1u);
  EXPECT_EQ(recoveries[0].fault_s, 10);
  EXPECT_EQ(recoveries[0].accepting_s, 10.75);
}

TEST(Recovery, IsThatOfALaterChainIfNoPushCameBefore) {
  Story story;
  story.crash_of_server_1();
  story.change(10.5, {{0, {{3}, {0, 2}, {}}}, {1, {{3}, {2, 3}, {}}}});
  story.at(11, server_id(2), "accepting", "shard 0, epoch 3");
  story.at(12, server_id(3), "accepting", "shard 1, epoch 3");
  EXPECT_EQ(failovers_of(story.run).size(), 2u) << "a chain that grows is no failover";
  ASSERT_EQ(recoveries_of(story.run).size(), 1u);
  EXPECT_EQ(recoveries_of(story.run)[0].accepting_s, 12);
}

TEST(Recovery, ReturnOfAServerIsNoFailover) {
  Story story;
  story.crash_of_server_1();
  story.change(10.5, {{0, {{3}, {0, 2}, {}}}, {1, {{3}, {2, 3}, {}}}});
  story.at(20, server_id(1), "restart");
  story.change(20, {{0, {{3}, {0, 2}, 1}}, {1, {{3}, {2, 3}, 1}}});
  story.change(21, {{0, {{5}, {0, 1}, {}}}, {1, {{5}, {2, 1}, {}}}});  // the stand-ins leave
  EXPECT_EQ(failovers_of(story.run).size(), 2u);
}

TEST(Recovery, LeavingIsNoFailover) {
  Story story;
  story.at(10, server_id(3), "leave");
  story.change(10, {{2, {{1}, {2, 3}, 0}}, {3, {{1}, {3, 0}, 1}}});
  story.change(11, {{2, {{3}, {2, 0}, {}}}, {3, {{3}, {0, 1}, {}}}});
  story.change(12, {{3, {{4}, {0}, {}}}});
  EXPECT_TRUE(failovers_of(story.run).empty());
}

TEST(Recovery, ServerThatForgotIsLostWithoutBeingMissed) {
  Story story;
  story.at(10, server_id(3), "crash");
  story.at(10.2, server_id(3), "restart");
  story.change(10.2, {{2, {{2}, {2}, 3}}, {3, {{2}, {0}, 3}}});
  story.at(10.5, server_id(2), "accepting", "shard 2, epoch 2");
  EXPECT_TRUE(recoveries_of(story.run).empty()) << "one of the shards does not accept yet";
  story.at(10.6, server_id(0), "accepting", "shard 3, epoch 2");
  ASSERT_EQ(recoveries_of(story.run).size(), 1u);
  EXPECT_EQ(recoveries_of(story.run)[0].fault_s, 10);
}

TEST(Recovery, CountsFromThePartitionIfTheServerItselfIsWell) {
  Story story;
  story.at(2, server_id(1), "pause", "for 0.1 s");
  story.at(2.1, server_id(1), "resume");
  story.at(9, server_id(0), "link", "server[0-1] to and from all nodes, down");
  story.at(10.4, manager_id(0), "lost", "server[1]");
  story.change(10.4, {{0, {{2}, {0}, {}}}});
  ASSERT_EQ(failovers_of(story.run).size(), 1u);
  EXPECT_EQ(failovers_of(story.run)[0].fault_s, 9);
}

// Two workers, an iteration of 0.1 s each, but nothing between `from` and `to`.
void work(RunData& run, double from, double to, double end) {
  for (std::uint32_t i = 0; i * 0.1 < end; ++i) {
    const double start = i * 0.1 < from ? i * 0.1 : to + (i * 0.1 - from);
    if (start >= end) break;
    for (std::uint32_t worker : {0u, 1u})
      run.iterations.push_back({worker, i, start, start + 0.1, 0.1, 0, 0, 0, 0});
  }
  run.virtual_time_s = end;
}

TEST(Recovery, OfTheThroughputIsTheFirstFullWindow) {
  Story story;
  story.crash_of_server_1();
  story.at(10.5, server_id(0), "accepting", "shard 0, epoch 2");
  story.at(10.5, server_id(2), "accepting", "shard 1, epoch 2");
  work(story.run, 10, 11, 20);
  // In 2 s from then on 38 of 40 iterations end: one pair is missing.
  EXPECT_NEAR(throughput_recovery(story.run).value_or(0), 1.0, 0.11);

  story.run.virtual_time_s = 12.5;
  EXPECT_FALSE(throughput_recovery(story.run)) << "no window is whole";
  story.run.virtual_time_s = 20;
  story.run.iterations_dropped = 1;
  EXPECT_FALSE(throughput_recovery(story.run));
}

TEST(Recovery, OfTheThroughputNeedsSomethingToCompareWith) {
  Story story;
  story.at(0.5, server_id(1), "crash");
  story.at(0.9, manager_id(0), "lost", "server[1]");
  story.change(0.9, {{0, {{2}, {0}, {}}}});
  story.at(1, server_id(0), "accepting", "shard 0, epoch 2");
  work(story.run, 0.5, 1, 20);
  EXPECT_FALSE(throughput_recovery(story.run));
}

}  // namespace
}  // namespace psgrid::analysis
