#include "model/pull_gate.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace psgrid {
namespace {

PendingPull pull(std::uint32_t worker, std::uint64_t number, double arrived = 0) {
  return {.from = worker_id(worker), .pull = {.request = {number}}, .arrived = {arrived}};
}

using Numbers = std::vector<std::uint64_t>;

Numbers numbers(const std::vector<PendingPull>& pulls) {
  Numbers result;
  for (const PendingPull& each : pulls) result.push_back(each.pull.request.value);
  return result;
}

const auto kAny = [](const PendingPull&) { return true; };

TEST(PullGate, LetsGoOfOneWorkersPullsInTheirOrder) {
  PullGate gate(2);
  for (std::uint64_t number : {3u, 1u, 2u}) EXPECT_TRUE(gate.hold(pull(0, number)));
  gate.hold(pull(1, 9));
  EXPECT_EQ(numbers(gate.release(0, kAny)), (Numbers{3, 1, 2}));
  EXPECT_EQ(numbers(gate.release(0, kAny)), Numbers{});
  EXPECT_EQ(gate.size(), 1u);
}

TEST(PullGate, KeepsWhatMayNotPass) {
  PullGate gate(1);
  for (std::uint64_t number = 1; number <= 5; ++number) gate.hold(pull(0, number));
  const auto is_even = [](const PendingPull& each) { return each.pull.request.value % 2 == 0; };
  EXPECT_EQ(numbers(gate.release(0, is_even)), (Numbers{2, 4}));
  EXPECT_EQ(numbers(gate.release(0, kAny)), (Numbers{1, 3, 5}));
}

TEST(PullGate, HoldsARetryOnce) {
  PullGate gate(2);
  EXPECT_TRUE(gate.hold(pull(0, 1)));
  EXPECT_TRUE(gate.hold(pull(0, 2)));
  EXPECT_FALSE(gate.hold(pull(0, 1)));
  EXPECT_FALSE(gate.hold(pull(0, 2)));
  EXPECT_TRUE(gate.hold(pull(1, 1)));  // somebody else's
  EXPECT_EQ(gate.size(), 3u);
}

TEST(PullGate, LetsGoOfEverybodysByArrivalAndThenByRank) {
  PullGate gate(3);
  gate.hold(pull(2, 20, 1));
  gate.hold(pull(1, 10, 2));
  gate.hold(pull(0, 1, 2));
  gate.hold(pull(0, 2, 3));
  EXPECT_EQ(numbers(gate.release_all(kAny)), (Numbers{20, 1, 10, 2}));
  EXPECT_EQ(gate.size(), 0u);
}

// Against a list for each worker, with places used again and again.
RC_GTEST_PROP(PullGate, IsAListForEachWorker, ()) {
  constexpr std::uint32_t kWorkers = 3;
  PullGate gate(kWorkers);
  std::map<std::uint32_t, Numbers> model;
  std::size_t held = 0;
  for (auto left = *rc::gen::inRange(0, 60); left > 0; --left) {
    const auto worker = *rc::gen::inRange(0u, kWorkers);
    const auto number = *rc::gen::inRange<std::uint64_t>(0, 8);
    Numbers& list = model[worker];
    if (*rc::gen::inRange(0, 3) > 0) {
      const bool is_new = std::find(list.begin(), list.end(), number) == list.end();
      if (is_new) list.push_back(number);
      held += is_new;
      RC_ASSERT(gate.hold(pull(worker, number)) == is_new);
    } else {
      const auto passes = [&](std::uint64_t each) { return each <= number; };
      Numbers expected;
      std::copy_if(list.begin(), list.end(), std::back_inserter(expected), passes);
      std::erase_if(list, passes);
      held -= expected.size();
      RC_ASSERT(numbers(gate.release(worker, [&](const PendingPull& each) {
                  return passes(each.pull.request.value);
                })) == expected);
    }
    RC_ASSERT(gate.size() == held);
  }
}

}  // namespace
}  // namespace psgrid
