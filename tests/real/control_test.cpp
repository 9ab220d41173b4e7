#include "real/control.hpp"

#include <gtest/gtest.h>

#include "model/message.hpp"
#include "model/random.hpp"
#include "real/time_line.hpp"
#include "tests/support/recorded.hpp"

namespace psgrid::real {
namespace {

std::vector<std::byte> body_of(const ControlMessage& message) {
  std::vector<std::byte> out;
  encode(message, out);
  return {out.begin() + sizeof(std::uint32_t), out.end()};
}

std::vector<ControlMessage> one_of_each() {
  Observed observed{.until = {2.5}, .events = 300, .idle = true};
  observed.records = {{{1},
                       worker_id(3),
                       IterationDone{
                           .iteration = {4}, .examples = 5, .end = {1}, .staleness = 6, .keys_touched = 7}},
                      {{1.5}, server_id(0), GradientApplied{worker_id(2), {3}, 4, 5}},
                      {{2}, manager_id(0), Evaluated{1.5, 99, 0.25, 0.75, 0xFFFF'FFFF'FFFF'FFFF}},
                      {{2}, manager_id(0), Event{"view", "epoch 1"}},
                      {{2}, server_id(0), MessageCorrupted{worker_id(2)}},
                      {{2}, server_id(0), Stalled{{0.25}}},
                      {{2}, manager_id(0), JobFinished{StopReason::kTargetLoss}}};
  observed.messages = {{worker_id(0), server_id(1), {1}, {2}, {77}, type_name(2), 9}};
  observed.works = {{server_id(1), {1}, {2}, WorkKind::kApply}};
  MessageTotals sent;
  sent.add(2, 7, {700});
  return {Hello{Token::make(), 3, {1}, 42, "127.0.0.1", 65535},
          Begin{{-5}, {-6}, {-7}, true, {{"::1", 80, {2}}, {"10.0.0.1", 1, {1}}}},
          observed,
          LogLine{"refused"},
          Finish{"worker[1] was lost"},
          Totals{{{worker_id(1), "host", {1.5}, {10}, {20}, 3, 4, 2}}, sent, {5, 6, {0.5}}},
          PeerRestarted{7, {"127.0.0.1", 99, {3}}},
          ResetLink{1, 2},
          Refused{"the token of this cluster"}};
}

TEST(Control, EveryMessageSurvivesTheWire) {
  for (const ControlMessage& message : one_of_each()) {
    const auto decoded = decode_control(body_of(message));
    ASSERT_TRUE(decoded) << message.index();
    EXPECT_EQ(decoded->index(), message.index());
    EXPECT_EQ(body_of(*decoded), body_of(message)) << message.index();
  }
}

TEST(Control, RefusesMessagesThatAreCutShortOrTooLong) {
  for (const ControlMessage& message : one_of_each()) {
    auto body = body_of(message);
    for (std::size_t length = 0; length < body.size(); ++length)
      EXPECT_FALSE(decode_control(std::span(body).first(length))) << message.index();
    body.push_back(std::byte{0});
    EXPECT_FALSE(decode_control(body)) << message.index();
  }
}

TEST(Control, SurvivesAnyChangeOfAByte) {
  for (const ControlMessage& message : one_of_each()) {
    const auto body = body_of(message);
    for (std::size_t at = 0; at < body.size(); ++at)
      for (unsigned bit = 0; bit < 8; ++bit) {
        auto changed = body;
        changed[at] ^= std::byte{1} << bit;
        decode_control(changed);  // whatever it is now, it is read without harm
      }
  }
}

Observed observed(std::vector<double> times, double until) {
  Observed result{.until = {until}};
  for (double at : times) result.records.push_back({{at}, worker_id(0), Event{"e", ""}});
  return result;
}

TEST(TimeLine, HandsOnWhatEveryProcessHasReportedUpTo) {
  psgrid::testing::Collector collector(false);
  TimeLine line(2, collector);
  const auto times = [&] {
    std::vector<double> result;
    for (const auto& event : collector.recorded.events) result.push_back(event.time.seconds);
    return result;
  };
  line.add(0, observed({1, 3}, 3));
  EXPECT_TRUE(collector.recorded.events.empty());
  line.add(1, observed({2, 4}, 4));
  EXPECT_EQ(times(), (std::vector<double>{1, 2, 3}));
  line.end(0);
  line.add(1, observed({5}, 6));
  EXPECT_EQ(times(), (std::vector<double>{1, 2, 3, 4, 5}));
  line.add(1, observed({7, 9}, 6));
  line.finish({8});
  EXPECT_EQ(times(), (std::vector<double>{1, 2, 3, 4, 5, 7}));
}

}  // namespace
}  // namespace psgrid::real
