#include "model/server.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/scripted_context.hpp"

namespace psgrid {
namespace {

using testing::counting_job;
using testing::counting_run;
using testing::Effects;
using testing::ScriptedNode;
using testing::view_of;

const NodeId kAlice = worker_id(0), kBob = worker_id(1);

// A gradient of ones for both keys, which ends the iteration. Of two workers each adds 1 to a
// weight.
Push push(std::uint64_t number, std::uint32_t iteration, std::uint64_t read_version = 0,
          Clock read_clock = {}) {
  return {.since = {1},
          .iteration = {iteration},
          .read_clock = read_clock,
          .request = {number},
          .read_version = read_version,
          .sections = {{Namespace{0}, KeySet::range(0, 2), Values({1, 1})}},
          .ticks = {{Namespace{0}, RangeVectorClock::kAllKeys, {iteration + 1}}}};
}

Pull pull(std::uint64_t number, std::uint32_t iteration, std::uint32_t own_clock) {
  return {.since = {1},
          .request = {number},
          .iteration = {iteration},
          .own_clock = {own_clock},
          .sections = {{Namespace{0}, KeySet::range(0, 2), {}}}};
}

// The only server of two workers.
ScriptedNode server_of(const RunSpec& spec) {
  const auto job = counting_job(spec, 2);
  ScriptedNode server(job, server_id(0));
  server.start();
  server.receive(manager_id(0), Welcome{view_of(*job)});
  return server;
}

ScriptedNode server_under(const ConsistencySpec& consistency) {
  return server_of(counting_run(2, 1, 10, consistency));
}

ScriptedNode bsp_server() { return server_under({.model = ConsistencyModel::kBsp}); }
ScriptedNode async_server() { return server_under({.model = ConsistencyModel::kAsync}); }

TEST(Server, HoldsAPullUntilTheSlowestWorkersPushIsApplied) {
  ScriptedNode server = bsp_server();
  EXPECT_EQ(server.receive(kAlice, push(1, 0)), Effects{"to worker[0]: push_ack 1"});
  EXPECT_EQ(server.receive(kAlice, pull(1, 1, 1)), Effects{});
  server.advance_to(3);
  EXPECT_EQ(
      server.receive(kBob, push(1, 0)),
      (Effects{"applied worker[0] iteration 0 staleness 0 in 0 clocks",
               "applied worker[1] iteration 0 staleness 0 in 0 clocks", "to worker[1]: push_ack 1",
               "to worker[0]: pull_reply 1 version 1 slowest 1 held 3 sections(0:{0-2}=2,2)"}));
}

TEST(Server, AnswersAtOnceWhatMayPass) {
  ScriptedNode server = bsp_server();
  EXPECT_EQ(server.receive(kAlice, pull(1, 0, 0)),
            Effects{"to worker[0]: pull_reply 1 version 0 slowest 0 held 0 sections(0:{0-2}=0,0)"});
}

TEST(Server, LetsSspRunAheadAsFarAsItsStaleness) {
  ScriptedNode server = server_under({.model = ConsistencyModel::kSsp, .staleness = 1});
  server.receive(kAlice, push(1, 0));
  EXPECT_EQ(server.receive(kAlice, pull(2, 1, 1)),
            Effects{"to worker[0]: pull_reply 2 version 1 slowest 0 held 0 sections(0:{0-2}=1,1)"});
  server.receive(kAlice, push(2, 1));
  EXPECT_EQ(server.receive(kAlice, pull(3, 2, 2)), Effects{});
  EXPECT_EQ(
      server.receive(kBob, push(1, 0)),
      (Effects{"applied worker[1] iteration 0 staleness 2 in 0 clocks", "to worker[1]: push_ack 1",
               "to worker[0]: pull_reply 3 version 3 slowest 1 held 0 sections(0:{0-2}=3,3)"}));
}

TEST(Server, ReadsOfAWorkerContainItsOwnWrites) {
  ScriptedNode server = async_server();
  EXPECT_EQ(server.receive(kAlice, pull(1, 1, 1)), Effects{});  // it has overtaken the push
  server.receive(kBob, push(1, 0));                             // of no help
  EXPECT_EQ(
      server.receive(kAlice, push(1, 0, 0)),
      (Effects{"applied worker[0] iteration 0 staleness 1 in 0 clocks", "to worker[0]: push_ack 1",
               "to worker[0]: pull_reply 1 version 2 slowest 1 held 0 sections(0:{0-2}=2,2)"}));
}

// Its cache shows it pushes that are refused now: no answer could follow what it has read.
TEST(Server, AnswersNothingToAnExpelledWorker) {
  ScriptedNode server = async_server();
  EXPECT_EQ(server.receive(kAlice, pull(1, 1, 1)), Effects{});  // it has overtaken the push
  ViewDescription without_alice =
      view_of(*counting_job(counting_run(2, 1, 10, {}), 2))->description();
  without_alice.epoch = {2};
  without_alice.expelled = {0};
  EXPECT_EQ(server.receive(manager_id(0), Welcome{std::make_shared<const View>(without_alice)}),
            Effects{});
  EXPECT_EQ(server.receive(kAlice, push(1, 0)), Effects{});
  EXPECT_EQ(server.receive(kAlice, pull(1, 1, 1)), Effects{});
}

TEST(Server, ReleasesPullsInTheOrderOfTheirArrival) {
  ScriptedNode server = bsp_server();
  server.receive(kBob, push(1, 0));
  server.receive(kBob, pull(1, 1, 1));
  server.advance_to(1);
  server.receive(kAlice, pull(1, 1, 1));
  const Effects effects = server.receive(kAlice, push(1, 0));
  ASSERT_EQ(effects.size(), 5u);
  EXPECT_EQ(effects[3],
            "to worker[1]: pull_reply 1 version 1 slowest 1 held 1 sections(0:{0-2}=2,2)");
  EXPECT_EQ(effects[4],
            "to worker[0]: pull_reply 1 version 1 slowest 1 held 0 sections(0:{0-2}=2,2)");
}

TEST(Server, AppliesPushesInTheOrderOfTheirNumbers) {
  ScriptedNode server = async_server();
  EXPECT_EQ(server.receive(kAlice, push(3, 2)), Effects{});
  EXPECT_EQ(server.receive(kAlice, push(2, 1)), Effects{});
  EXPECT_EQ(server.receive(kAlice, push(2, 1)), Effects{});
  EXPECT_EQ(
      server.receive(kAlice, push(1, 0)),
      (Effects{"applied worker[0] iteration 0 staleness 0 in 0 clocks", "to worker[0]: push_ack 1",
               "applied worker[0] iteration 1 staleness 1 in 0 clocks", "to worker[0]: push_ack 2",
               "applied worker[0] iteration 2 staleness 2 in 0 clocks",
               "to worker[0]: push_ack 3"}));
}

TEST(Server, AcknowledgesARetryWithoutASecondEffect) {
  ScriptedNode server = async_server();
  server.receive(kAlice, push(1, 0));
  EXPECT_EQ(server.receive(kAlice, push(1, 0)), Effects{"to worker[0]: push_ack 1"});
  server.receive(kAlice, push(2, 1));
  EXPECT_EQ(server.receive(kAlice, push(1, 0)), Effects{"to worker[0]: push_ack 1"});
  EXPECT_EQ(server.receive(kBob, pull(1, 0, 0)),
            Effects{"to worker[1]: pull_reply 1 version 2 slowest 0 held 0 sections(0:{0-2}=2,2)"});
}

TEST(Server, AnswersARepeatedPullAgain) {
  ScriptedNode server = async_server();
  const Effects first = server.receive(kAlice, pull(1, 0, 0));
  EXPECT_EQ(server.receive(kAlice, pull(1, 0, 0)), first);
}

TEST(Server, HoldsARepeatedPullOnce) {
  ScriptedNode server = bsp_server();
  server.receive(kAlice, push(1, 0));
  server.receive(kAlice, pull(1, 1, 1));
  EXPECT_EQ(server.receive(kAlice, pull(1, 1, 1)), Effects{});
  const Effects released = server.receive(kBob, push(1, 0));
  EXPECT_EQ(std::count(released.begin(), released.end(),
                       "to worker[0]: pull_reply 1 version 1 slowest 1 held 0 "
                       "sections(0:{0-2}=2,2)"),
            1);
}

TEST(Server, APullOfNothingPassesTheGateToo) {
  ScriptedNode server = bsp_server();
  Pull nothing = pull(1, 1, 0);
  nothing.sections = {};
  server.receive(kAlice, push(1, 0));
  EXPECT_EQ(server.receive(kAlice, nothing), Effects{});
  EXPECT_EQ(server.receive(kBob, push(1, 0)).back(),
            "to worker[0]: pull_reply 1 version 1 slowest 1 held 0 sections()");
}

TEST(Server, AskedForAWholeTableAnswersWithWhatItHolds) {
  const auto job = counting_job(counting_run(2, 2, 10), 4);
  ScriptedNode server(job, server_id(1));
  server.start();
  server.receive(manager_id(0), Welcome{view_of(*job)});
  Pull everything = pull(1, 0, 0);
  everything.shard = kOnlyShard;
  everything.sections = {{Namespace{0}, KeySet::range(0, 4), {}}};
  EXPECT_EQ(server.receive(kAlice, everything),
            Effects{"to worker[0]: pull_reply 1 of shard 1 version 0 slowest 0 held 0 "
                    "sections(0:{2-4}=0,0)"});
}

// An iteration of a worker that touched no key here counts, but leaves no gradient.
TEST(Server, AnEmptyPushTicks) {
  ScriptedNode server = bsp_server();
  Push empty = push(1, 0);
  empty.sections = {};
  EXPECT_EQ(server.receive(kAlice, empty), Effects{"to worker[0]: push_ack 1"});
  EXPECT_EQ(server.receive(kBob, push(1, 0)),
            (Effects{"applied worker[1] iteration 0 staleness 0 in 0 clocks",
                     "to worker[1]: push_ack 1"}));
  EXPECT_EQ(server.receive(kAlice, pull(1, 1, 1)).back(),
            "to worker[0]: pull_reply 1 version 1 slowest 1 held 0 sections(0:{0-2}=1,1)");
}

TEST(Server, ReportsHowStaleAGradientIs) {
  ScriptedNode server = async_server();
  server.receive(kBob, push(1, 0));
  server.receive(kBob, push(2, 1));
  server.receive(kAlice, push(1, 0));
  EXPECT_EQ(server.receive(kAlice, push(2, 1, 2, {0})).front(),
            "applied worker[0] iteration 1 staleness 1 in 1 clocks");
}

// --- updates of some workers' gradients --------------------------------------------------------

Pull newer_pull(std::uint64_t number, std::uint32_t iteration, std::uint32_t own_clock,
                std::uint64_t version) {
  Pull newer = pull(number, iteration, own_clock);
  newer.version = version;
  return newer;
}

// Started anew, a worker pushes again what is in an update already: none newer will come of it.
TEST(Server, DoesNotHoldAPullForAPushThatItHasHadBefore) {
  ScriptedNode server = server_under({.model = ConsistencyModel::kKSync, .gradients = 2});
  server.receive(kAlice, push(1, 0));
  server.receive(kBob, push(1, 0));
  EXPECT_EQ(server.receive(kAlice, newer_pull(1, 1, 1, 2)), Effects{});  // and has not pushed yet
  EXPECT_EQ(server.receive(kAlice, push(1, 0)), Effects{"to worker[0]: push_ack 1"});
  EXPECT_EQ(server.receive(kAlice, newer_pull(2, 0, 1, 2)),
            Effects{"to worker[0]: pull_reply 2 version 1 slowest 1 held 0 sections(0:{0-2}=2,2)"});
}

TEST(Server, MakesAnUpdateOfTheWorkersWhoAreLeft) {
  const auto job =
      counting_job(counting_run(2, 1, 10, {.model = ConsistencyModel::kKSync, .gradients = 2}), 2);
  ScriptedNode server(job, server_id(0));
  server.start();
  server.receive(manager_id(0), Welcome{view_of(*job)});
  server.receive(kAlice, push(1, 0));
  EXPECT_EQ(server.receive(kAlice, newer_pull(1, 0, 1, 1)), Effects{});
  ViewDescription without_bob = view_of(*job)->description();
  without_bob.epoch = {2};
  without_bob.expelled = {1};
  const Effects effects =
      server.receive(manager_id(0), Welcome{std::make_shared<const View>(without_bob)});
  EXPECT_THAT(effects, ::testing::Contains(::testing::HasSubstr("pull_reply 1 version 1")));
}

// --- work -------------------------------------------------------------------------------------

class ServerAtWork : public ::testing::Test {
 protected:
  static ScriptedNode server(ConsistencyModel model) {
    RunSpec spec = counting_run(2, 1, 10, {.model = model});
    spec.costs = {.apply_flops_per_value = 10, .serve_flops_per_value = 3, .message_flops = 1};
    return server_of(spec);
  }
};

TEST_F(ServerAtWork, AppliesAndServesAtACost) {
  ScriptedNode busy = server(ConsistencyModel::kAsync);
  EXPECT_EQ(busy.receive(kAlice, push(1, 0)), Effects{"compute 1: apply 21"});
  EXPECT_EQ(busy.receive(kAlice, pull(1, 0, 0)), Effects{"compute 2: serve 7"});
  EXPECT_EQ(busy.finish(1), (Effects{"applied worker[0] iteration 0 staleness 0 in 0 clocks",
                                     "to worker[0]: push_ack 1"}));
  EXPECT_EQ(busy.finish(2),  // what is there when the work is done
            Effects{"to worker[0]: pull_reply 1 version 1 slowest 0 held 0 sections(0:{0-2}=1,1)"});
}

TEST_F(ServerAtWork, AcknowledgesOnceThoughADuplicateComesMeanwhile) {
  ScriptedNode busy = server(ConsistencyModel::kAsync);
  busy.receive(kAlice, push(1, 0));
  EXPECT_EQ(busy.receive(kAlice, push(1, 0)), Effects{});
  EXPECT_EQ(busy.finish(1).back(), "to worker[0]: push_ack 1");
  EXPECT_EQ(busy.receive(kAlice, push(1, 0)), Effects{"to worker[0]: push_ack 1"});
}

TEST_F(ServerAtWork, KeepsAWorkersOrderWhicheverCoreIsFaster) {
  ScriptedNode busy = server(ConsistencyModel::kBsp);
  busy.receive(kBob, push(1, 0));
  busy.finish(1);
  EXPECT_EQ(busy.receive(kAlice, push(1, 0)), Effects{"compute 2: apply 21"});
  EXPECT_EQ(busy.receive(kAlice, push(2, 1)), Effects{"compute 3: apply 21"});
  EXPECT_EQ(busy.finish(3), Effects{});
  EXPECT_EQ(busy.receive(kAlice, push(2, 1)), Effects{});
  EXPECT_EQ(busy.finish(2), (Effects{"applied worker[1] iteration 0 staleness 0 in 0 clocks",
                                     "applied worker[0] iteration 0 staleness 0 in 0 clocks",
                                     "to worker[0]: push_ack 1", "to worker[0]: push_ack 2"}));
}

// --- membership -------------------------------------------------------------------------------

TEST(Server, JoinsOnce) {
  const auto job = counting_job(counting_run(2, 1, 10), 2);
  ScriptedNode server(job, server_id(0));
  EXPECT_EQ(server.start(), Effects{"to manager[0]: join 0"});
  EXPECT_EQ(server.receive(manager_id(0), Welcome{view_of(*job)}), Effects{});
}

TEST(Server, RepeatsItsJoinWhereMessagesMayBeLost) {
  RunSpec spec = counting_run(2, 1, 10);
  spec.client.retry.timeout = {0.5};
  const auto job = counting_job(spec, 2);
  ScriptedNode server(job, server_id(0));
  EXPECT_EQ(server.start(), (Effects{"to manager[0]: join 0", "timer 1 in 0.5"}));
  EXPECT_EQ(server.advance_to(1), (Effects{"to manager[0]: join 0", "timer 2 in 0.5",
                                           "to manager[0]: join 0", "timer 3 in 0.5"}));
  EXPECT_EQ(server.receive(manager_id(0), Welcome{view_of(*job)}), Effects{"no timer 3"});
  EXPECT_EQ(server.receive(manager_id(0), Welcome{view_of(*job)}), Effects{});
  EXPECT_EQ(server.advance_to(9), Effects{});
}

TEST(Server, StopsJoiningAJobThatIsOver) {
  RunSpec spec = counting_run(2, 1, 10);
  spec.client.retry.timeout = {0.5};
  ScriptedNode server(counting_job(spec, 2), server_id(0));
  server.start();
  EXPECT_EQ(server.receive(manager_id(0), Stop{}), Effects{"no timer 1"});
}

TEST(Server, KeepsRequestsThatComeBeforeItsWelcome) {
  const auto job = counting_job(counting_run(2, 1, 10, {.model = ConsistencyModel::kAsync}), 2);
  ScriptedNode server(job, server_id(0));
  server.start();
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(server.receive(kAlice, push(1, 0)), Effects{});
    EXPECT_EQ(server.receive(kBob, pull(1, 0, 0)), Effects{});
  }
  EXPECT_EQ(
      server.receive(manager_id(0), Welcome{view_of(*job)}),
      (Effects{"applied worker[0] iteration 0 staleness 0 in 0 clocks", "to worker[0]: push_ack 1",
               "to worker[1]: pull_reply 1 version 1 slowest 0 held 0 sections(0:{0-2}=1,1)"}));
}

TEST(Server, RefusesThoseWhoAreNotMembers) {
  ScriptedNode server = async_server();
  for (NodeId stranger : {worker_id(2), server_id(0), manager_id(0)}) {
    EXPECT_EQ(server.receive(stranger, push(1, 0)), Effects{});
    EXPECT_EQ(server.receive(stranger, pull(1, 0, 0)), Effects{});
  }
}

TEST(Server, ShowsItsPartOfTheModelOutOfBand) {
  ScriptedNode server = async_server();
  server.receive(kAlice, push(1, 0));
  EXPECT_EQ(server.receive(manager_id(0), SnapshotRequest{7}),
            Effects{"to manager[0] out of band: snapshot 7 sections(0:{0-2}=1,1)"});
}

TEST(ServerDeathTest, StopsAtWhatNoWorkerOfThisJobSends) {
  ScriptedNode server = async_server();
  Push push_elsewhere = push(1, 0);
  push_elsewhere.sections = {{Namespace{3}, KeySet::range(0, 1), Values({1})}};
  EXPECT_DEATH(server.receive(kAlice, push_elsewhere), "a table of this job");
  Pull unknown_key = pull(1, 0, 0);
  unknown_key.sections = {{Namespace{0}, KeySet::range(0, 3), {}}};
  EXPECT_DEATH(server.receive(kAlice, unknown_key), "keys that this shard holds");
}

}  // namespace
}  // namespace psgrid
