#include "sim/agenda.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace psgrid::sim {
namespace {

Agenda::Event event(std::uint64_t detail) { return {.kind = 1, .subject = 2, .detail = detail}; }

TEST(Agenda, HandsOutEventsByTimeAndThenByOrderOfScheduling) {
  Agenda agenda;
  agenda.schedule({2}, event(1));
  agenda.schedule({1}, event(2));
  agenda.schedule({2}, event(3));
  agenda.schedule({1}, event(4));
  std::vector<std::uint64_t> order;
  while (agenda.next_time() < Time::never()) order.push_back(agenda.take().detail);
  EXPECT_EQ(order, (std::vector<std::uint64_t>{2, 4, 1, 3}));
}

TEST(Agenda, IsEmptyAtFirst) {
  Agenda agenda;
  EXPECT_EQ(agenda.next_time(), Time::never());
}

TEST(Agenda, KeepsWhatAnEventSays) {
  Agenda agenda;
  agenda.schedule({1}, {.kind = 3, .subject = 4, .detail = ~0ull});
  const Agenda::Event taken = agenda.take();
  EXPECT_EQ(taken.kind, 3u);
  EXPECT_EQ(taken.subject, 4u);
  EXPECT_EQ(taken.detail, ~0ull);
}

TEST(Agenda, ACancelledEventNeverComes) {
  Agenda agenda;
  const auto first = agenda.schedule({1}, event(1));
  agenda.schedule({2}, event(2));
  EXPECT_TRUE(agenda.cancel(first));
  EXPECT_FALSE(agenda.cancel(first));
  EXPECT_EQ(agenda.next_time(), Time{2});
  EXPECT_EQ(agenda.take().detail, 2u);
  EXPECT_EQ(agenda.next_time(), Time::never());
}

TEST(Agenda, AHandleDoesNotCancelALaterEventInTheSamePlace) {
  Agenda agenda;
  const auto taken = agenda.schedule({1}, event(1));
  agenda.take();
  agenda.schedule({2}, event(2));
  EXPECT_FALSE(agenda.cancel(taken));
  EXPECT_EQ(agenda.next_time(), Time{2});
}

TEST(AgendaDeathTest, ThePastIsOver) {
  Agenda agenda;
  agenda.schedule({2}, event(1));
  agenda.take();
  agenda.schedule({2}, event(2));  // this very instant is still to come
  EXPECT_DEATH(agenda.schedule({1}, event(3)), "not in the past");
  EXPECT_EQ(agenda.take().detail, 2u);
  EXPECT_DEATH(agenda.take(), "an event to take");
}

// Against a sorted map, with events scheduled, cancelled and taken in any order.
RC_GTEST_PROP(Agenda, IsASortedList, ()) {
  Agenda agenda;
  std::map<std::pair<double, std::uint64_t>, Agenda::Handle> model;  // by time and number
  std::vector<Agenda::Handle> gone;
  double now = 0;
  std::uint64_t number = 0;
  for (auto left = *rc::gen::inRange(0, 200); left > 0; --left) {
    const auto action = *rc::gen::inRange(0, 4);
    if (action < 2) {
      const double at = now + *rc::gen::inRange(0, 5);
      ++number;
      model.emplace(std::pair{at, number}, agenda.schedule({at}, event(number)));
    } else if (action == 2 && !model.empty()) {
      const auto place = std::next(
          model.begin(), *rc::gen::inRange<std::ptrdiff_t>(
                             0, static_cast<std::ptrdiff_t>(model.size())));
      RC_ASSERT(agenda.cancel(place->second));
      gone.push_back(place->second);
      model.erase(place);
    } else if (action == 3 && !model.empty()) {
      const auto first = model.begin();
      RC_ASSERT(agenda.next_time() == Time{first->first.first});
      RC_ASSERT(agenda.take().detail == first->first.second);
      now = first->first.first;
      gone.push_back(first->second);
      model.erase(first);
    }
    for (const Agenda::Handle handle : gone) RC_ASSERT(!agenda.cancel(handle));
  }
  for (const auto& entry : model) RC_ASSERT(agenda.take().detail == entry.first.second);
  RC_ASSERT(agenda.next_time() == Time::never());
}

}  // namespace
}  // namespace psgrid::sim
