#include "model/client.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/counting.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/scripted_context.hpp"

namespace psgrid {
namespace {

using testing::counting_job;
using testing::counting_run;
using testing::describe;
using testing::Effects;
using testing::ScriptedContext;
using testing::view_of;

const NodeId kFirst = server_id(0), kSecond = server_id(1);

// Worker 1 of two, over two servers that hold the keys 0-2 and 2-4.
class ClientTest : public ::testing::Test {
 protected:
  void make(RunSpec spec) {
    const auto job = counting_job(std::move(spec), 4);
    client_.emplace(job, worker_id(1), context_);
    client_->start(view_of(*job), {});
  }
  void make(const ConsistencySpec& consistency = {.model = ConsistencyModel::kAsync}) {
    make(counting_run(2, 2, 10, consistency));
  }

  RequestId pull(std::uint32_t iteration, KeySet keys) {
    return client_->pull({iteration}, {std::move(keys)});
  }
  void push(std::uint32_t iteration, KeySet keys, std::vector<float> values) {
    Weights read;
    read.read = {{7, {1}}, {8, {2}}};
    client_->push({iteration}, {{Namespace{0}, std::move(keys), Values(std::move(values))}}, read,
                  true);
  }
  void reply(NodeId server, std::uint64_t number, KeySet keys, std::vector<float> values,
             Clock slowest = {}, Duration held = {}) {
    Sections sections;
    if (!keys.empty()) sections.push_back({Namespace{0}, keys, Values(std::move(values))});
    client_->on_pull_reply({.since = {1},
                            .shard = server.rank,
                            .request = {number},
                            .version = 5,
                            .slowest = slowest,
                            .held = held,
                            .sections = sections});
  }
  void acknowledge(NodeId server, std::uint64_t number) {
    client_->on_push_ack({server.rank, {number}});
  }
  std::string taken(RequestId number) {
    const std::optional<Weights> weights = client_->take(number);
    if (!weights) return "nothing yet";
    return describe(weights->sections.front()) + " of clock " +
           std::to_string(weights->slowest.value);
  }
  Effects effects() { return context_.take_effects(); }

  // What is sent up to a time; the timers are armed anew with jitter.
  Effects sent_until(double seconds) {
    while (const auto timer = context_.take_timer({seconds})) {
      context_.set_time(timer->first);
      EXPECT_TRUE(client_->on_timer(timer->second));
    }
    context_.set_time({seconds});
    Effects sent = effects();
    std::erase_if(sent, [](const std::string& effect) { return !effect.starts_with("to "); });
    return sent;
  }

  ScriptedContext context_{worker_id(1)};
  std::optional<Client> client_;
};

TEST_F(ClientTest, AsksEachServerForItsPartBeginningWithItsOwn) {
  make();
  pull(0, KeySet::range(1, 3));
  EXPECT_EQ(effects(),
            (Effects{"to server[1]: pull 1 of shard 1 epoch 1 iteration 0 own 0 sections(0:{2-3})",
                     "to server[0]: pull 1 epoch 1 iteration 0 own 0 sections(0:{1-2})"}));
  pull(1, KeySet::list({0, 3}));
  EXPECT_EQ(effects(),
            (Effects{"to server[1]: pull 2 of shard 1 epoch 1 iteration 1 own 0 sections(0:[3])",
                     "to server[0]: pull 2 epoch 1 iteration 1 own 0 sections(0:[0])"}));
}

TEST_F(ClientTest, AsksEveryServerForEverythingWithTheSameWords) {
  const auto job = counting_job(counting_run(2, 2, 10), 4);
  client_.emplace(job, worker_id(1), context_);
  const ViewPtr view = view_of(*job);
  client_->start(view, {});
  const RequestId number = pull(0, view->ring({0}).all());
  const std::string words = "pull 1 of the only shard epoch 1 iteration 0 own 0 sections(0:{0-4})";
  EXPECT_EQ(effects(), (Effects{"to server[1]: " + words, "to server[0]: " + words}));
  reply(kFirst, 1, KeySet::range(0, 2), {1, 2});
  reply(kSecond, 1, KeySet::range(2, 4), {3, 4});
  EXPECT_EQ(taken(number), "0:{0-4}=1,2,3,4 of clock 0");
}

TEST_F(ClientTest, PutsTheAnswersTogether) {
  make();
  const RequestId number = pull(0, KeySet::range(1, 4));
  EXPECT_EQ(taken(number), "nothing yet");
  reply(kSecond, 1, KeySet::range(2, 4), {20, 30}, {4}, {0.5});
  EXPECT_EQ(taken(number), "nothing yet");
  reply(kFirst, 1, KeySet::range(1, 2), {10}, {3}, {0.25});
  const std::optional<Weights> weights = client_->take(number);
  ASSERT_TRUE(weights);
  EXPECT_EQ(describe(weights->sections.front()), "0:{1-4}=10,20,30");
  EXPECT_EQ(weights->slowest, Clock{3});
  EXPECT_EQ(weights->held, Duration{0.5});
  EXPECT_EQ(weights->read[0].version, 5u);
  EXPECT_EQ(weights->read[0].clock, Clock{3});
  EXPECT_EQ(weights->read[1].clock, Clock{4});
}

TEST_F(ClientTest, KeepsSeveralPullsApart) {
  make();
  const RequestId first = pull(0, KeySet::list({0})), second = pull(1, KeySet::list({0}));
  reply(kFirst, 2, KeySet::list({0}), {2});
  EXPECT_EQ(taken(first), "nothing yet");
  EXPECT_EQ(taken(second), "0:[0]=2 of clock 0");
  reply(kFirst, 1, KeySet::list({0}), {1});
  EXPECT_EQ(taken(first), "0:[0]=1 of clock 0");
}

TEST_F(ClientTest, IgnoresAnswersToRetries) {
  make();
  const RequestId number = pull(0, KeySet::range(1, 3));
  reply(kFirst, 1, KeySet::range(1, 2), {10});
  reply(kFirst, 1, KeySet::range(1, 2), {11});
  EXPECT_EQ(taken(number), "nothing yet");
  reply(kSecond, 1, KeySet::range(2, 3), {20});
  reply(kSecond, 1, KeySet::range(2, 3), {21});
  EXPECT_EQ(taken(number), "0:{1-3}=10,20 of clock 0");
  reply(kSecond, 1, KeySet::range(2, 3), {22});
}

TEST_F(ClientTest, APullOfNothingAsksOneServer) {
  make();
  const RequestId number = pull(3, {});
  EXPECT_EQ(effects(),
            Effects{"to server[1]: pull 1 of shard 1 epoch 1 iteration 3 own 0 sections()"});
  reply(kSecond, 1, {}, {}, {2});
  EXPECT_EQ(taken(number), "0:{} of clock 2");
}

TEST_F(ClientTest, PushesToEveryServerThoughItHasNothingForIt) {
  make();
  push(0, KeySet::list({3}), {1});
  EXPECT_EQ(
      effects(),
      (Effects{"to server[1]: push 1 of shard 1 epoch 1 iteration 0 read 8@2 sections(0:[3]=1) "
               "ticks(0:0-18446744073709551615=1)",
               "to server[0]: push 1 epoch 1 iteration 0 read 7@1 sections() "
               "ticks(0:0-18446744073709551615=1)"}));
}

TEST_F(ClientTest, CutsAGradientByServer) {
  make();
  push(0, KeySet::ranges({{0, 1}, {2, 4}}), {1, 2, 3});
  const Effects sent = effects();
  EXPECT_NE(sent[0].find("sections(0:{2-4}=2,3)"), std::string::npos) << sent[0];
  EXPECT_NE(sent[1].find("sections(0:{0-1}=1)"), std::string::npos) << sent[1];
}

TEST_F(ClientTest, PullsSayWhatTheyHaveToContain) {
  make();
  push(0, KeySet::list({0}), {1});
  effects();
  pull(1, KeySet::list({0}));
  EXPECT_EQ(effects(), Effects{"to server[0]: pull 1 epoch 1 iteration 1 own 1 sections(0:[0])"});
}

TEST_F(ClientTest, AnIterationIsAcknowledgedByAllServersAndAfterThoseBefore) {
  make();
  push(0, KeySet::list({0}), {1});
  push(1, KeySet::list({0}), {1});
  EXPECT_EQ(client_->ticked(), Clock{2});
  acknowledge(kFirst, 2);
  acknowledge(kSecond, 2);
  EXPECT_EQ(client_->acknowledged(), Clock{0});
  acknowledge(kFirst, 1);
  acknowledge(kFirst, 1);
  EXPECT_EQ(client_->acknowledged(), Clock{0});
  acknowledge(kSecond, 1);
  EXPECT_EQ(client_->acknowledged(), Clock{2});
  acknowledge(kSecond, 1);
}

// --- retry ------------------------------------------------------------------------------------

class ClientRetry : public ClientTest {
 protected:
  ClientRetry() {
    RunSpec spec = counting_run(2, 2, 10, {.model = ConsistencyModel::kAsync});
    spec.client.retry = {.timeout = {1}, .backoff = 2, .timeout_max = {4}};
    make(spec);
  }
};

TEST_F(ClientRetry, RepeatsWhatHasNoAnswer) {
  pull(0, KeySet::range(1, 3));
  const Effects first = effects();
  reply(kSecond, 1, KeySet::range(2, 3), {20});
  EXPECT_EQ(sent_until(0.99), Effects{});
  EXPECT_EQ(sent_until(1), Effects{first[1]});
  reply(kFirst, 1, KeySet::range(1, 2), {10});
  EXPECT_EQ(sent_until(100), Effects{});
}

TEST_F(ClientRetry, RepeatsAPushAsItWas) {
  push(0, KeySet::range(0, 4), {1, 2, 3, 4});
  Effects first = effects();
  first.pop_back();  // the timer
  std::sort(first.begin(), first.end());
  EXPECT_EQ(sent_until(1), first);
  acknowledge(kFirst, 1);
  EXPECT_EQ(sent_until(1 + 2 * 1.25), Effects{first[1]});
  acknowledge(kSecond, 1);
  EXPECT_EQ(sent_until(100), Effects{});
}

// After 1 s, then 2 s, then every 4 s, each give or take a quarter.
TEST_F(ClientRetry, BacksOff) {
  pull(0, KeySet::list({0}));
  effects();
  std::vector<double> times;
  for (double now = 0; now < 60; now += 0.01)
    if (!sent_until(now).empty()) times.push_back(now);
  ASSERT_GT(times.size(), 10u);
  EXPECT_NEAR(times[0], 1, 0.02);
  EXPECT_NEAR(times[1] - times[0], 2, 0.52);
  for (std::size_t i = 2; i < times.size(); ++i)
    EXPECT_NEAR(times[i] - times[i - 1], 4, 1.02) << "try " << i;
}

TEST_F(ClientRetry, EachRequestHasItsOwnPatience) {
  pull(0, KeySet::list({0}));
  effects();
  sent_until(0.5);
  pull(1, KeySet::list({1}));
  effects();
  EXPECT_EQ(sent_until(1.2),
            Effects{"to server[0]: pull 1 epoch 1 iteration 0 own 0 sections(0:[0])"});
  EXPECT_EQ(sent_until(1.5),
            Effects{"to server[0]: pull 2 epoch 1 iteration 1 own 0 sections(0:[1])"});
}

TEST_F(ClientTest, ArmsNoTimerWhereNothingIsLost) {
  make();
  pull(0, KeySet::list({0}));
  push(0, KeySet::list({0}), {1});
  for (const std::string& effect : effects()) EXPECT_TRUE(effect.starts_with("to ")) << effect;
  EXPECT_FALSE(client_->on_timer({1}));
}

// --- cache ------------------------------------------------------------------------------------

class ClientCache : public ClientTest {
 protected:
  ClientCache() {
    make({.model = ConsistencyModel::kSsp, .staleness = 2, .cache = true});
    const RequestId number = pull(3, KeySet::range(0, 2));
    reply(kFirst, 1, KeySet::range(0, 2), {10, 11}, {3});
    EXPECT_EQ(taken(number), "0:{0-2}=10,11 of clock 3");
    effects();
  }
};

TEST_F(ClientCache, AnswersWithoutAMessageWhileTheRowsAreFreshEnough) {
  const RequestId number = pull(5, KeySet::range(0, 2));  // needs clock 3
  EXPECT_EQ(effects(), Effects{});
  EXPECT_EQ(taken(number), "0:{0-2}=10,11 of clock 3");
}

TEST_F(ClientCache, AsksAgainOnceTheRowsAreTooOld) {
  const RequestId number = pull(6, KeySet::range(0, 2));
  EXPECT_EQ(effects(), Effects{"to server[0]: pull 2 epoch 1 iteration 6 own 0 sections(0:{0-2})"});
  EXPECT_EQ(taken(number), "nothing yet");
  reply(kFirst, 2, KeySet::range(0, 2), {12, 13}, {5});
  EXPECT_EQ(taken(number), "0:{0-2}=12,13 of clock 5");
}

TEST_F(ClientCache, AsksForWhatIsMissingOnly) {
  const RequestId number = pull(4, KeySet::list({0, 3}));
  EXPECT_EQ(effects(),
            Effects{"to server[1]: pull 2 of shard 1 epoch 1 iteration 4 own 0 sections(0:[3])"});
  reply(kSecond, 2, KeySet::list({3}), {40}, {4});
  EXPECT_EQ(taken(number), "0:[0,3]=10,40 of clock 3");
}

// Gradients are ones and the step of a worker is -1: it adds what it pushes.
TEST_F(ClientCache, HoldsItsOwnUpdates) {
  push(3, KeySet::range(0, 2), {1, 2});
  effects();
  const RequestId number = pull(4, KeySet::range(0, 2));
  EXPECT_EQ(effects(), Effects{});
  EXPECT_EQ(taken(number), "0:{0-2}=11,13 of clock 3");
}

}  // namespace
}  // namespace psgrid
