// Models in which time matters: bursts, periodic and trace.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "model/stragglers/bursts.hpp"
#include "model/stragglers/periodic.hpp"
#include "model/stragglers/trace.hpp"

namespace psgrid {
namespace {

const NodeId kNode = worker_id(5);

StragglerSpec bursts_spec() {
  StragglerSpec spec;
  spec.model = StragglerModel::kBursts;
  spec.factor = 4;
  spec.mean_on = 2;
  spec.mean_off = 6;
  return spec;
}

struct Spells {
  std::vector<double> slow, nominal;  // lengths in seconds, without the first
};

Spells spells(const Straggler& straggler, NodeId node, std::size_t count) {
  Spells result;
  Time at = straggler.holds_until(node, Time{0});
  for (std::size_t i = 0; i < count; ++i) {
    const Time until = straggler.holds_until(node, at);
    const bool slow = straggler.factor(node, 0, at) > 1;
    (slow ? result.slow : result.nominal).push_back((until - at).seconds);
    at = until;
  }
  return result;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

TEST(Bursts, AreSlowForTheirShareOfTheTime) {
  const BurstsStraggler straggler(bursts_spec(), StragglerDraws(1, 0));
  const Spells found = spells(straggler, kNode, 40'000);
  const double slow = sum(found.slow);
  EXPECT_NEAR(slow / (slow + sum(found.nominal)), 2.0 / 8.0, 0.01);
}

TEST(Bursts, LastExponentialTimes) {
  const BurstsStraggler straggler(bursts_spec(), StragglerDraws(2, 0));
  const Spells found = spells(straggler, kNode, 40'000);
  for (const auto& [lengths, mean] : {std::pair(found.slow, 2.0), std::pair(found.nominal, 6.0)}) {
    const double n = static_cast<double>(lengths.size());
    double squares = 0;
    for (const double length : lengths) squares += length * length;
    EXPECT_NEAR(sum(lengths) / n, mean, 4 * mean / std::sqrt(n));
    EXPECT_NEAR(squares / n, 2 * mean * mean, 0.05 * 2 * mean * mean);
  }
}

TEST(Bursts, TakeTurns) {
  const BurstsStraggler straggler(bursts_spec(), StragglerDraws(3, 0));
  Time at{0};
  for (int i = 0; i < 100; ++i) {
    const Time next = straggler.holds_until(kNode, at);
    EXPECT_NE(straggler.factor(kNode, 0, at), straggler.factor(kNode, 0, next));
    EXPECT_GT(next, at);
    at = next;
  }
}

TEST(Bursts, StartAsTheyGoOn) {
  const BurstsStraggler straggler(bursts_spec(), StragglerDraws(4, 0));
  int slow = 0;
  for (std::uint32_t rank = 0; rank < 10'000; ++rank)
    if (straggler.factor(worker_id(rank), 0, Time{0}) > 1) ++slow;
  EXPECT_NEAR(slow / 10'000.0, 0.25, 4 * std::sqrt(0.25 * 0.75 / 10'000));
}

TEST(Bursts, AnswerTheSameInAnyOrder) {
  const BurstsStraggler forward(bursts_spec(), StragglerDraws(5, 0));
  const BurstsStraggler backward(bursts_spec(), StragglerDraws(5, 0));
  std::vector<double> factors;
  for (int second = 0; second < 200; ++second)
    factors.push_back(forward.factor(kNode, 0, Time{1.0 * second}));
  for (int second = 199; second >= 0; --second) {
    backward.factor(worker_id(6), 0, Time{1.0 * second});
    EXPECT_EQ(backward.factor(kNode, 0, Time{1.0 * second}),
              factors[static_cast<std::size_t>(second)]);
  }
}

StragglerSpec periodic_spec() {
  StragglerSpec spec;
  spec.model = StragglerModel::kPeriodic;
  spec.factor = 3;
  spec.period = 10;
  spec.duration = 4;
  spec.phase = 1;
  return spec;
}

TEST(Periodic, IsSlowAtTheStartOfEachPeriod) {
  const PeriodicStraggler straggler(periodic_spec());
  const auto factor = [&](double at) { return straggler.factor(kNode, 0, Time{at}); };
  EXPECT_EQ(factor(0), 1);
  EXPECT_EQ(factor(1), 3);
  EXPECT_EQ(factor(4.999), 3);
  EXPECT_EQ(factor(5), 1);
  EXPECT_EQ(factor(10.999), 1);
  EXPECT_EQ(factor(11), 3);
  EXPECT_EQ(factor(1'000'004.5), 3);
  EXPECT_EQ(factor(1'000'005.5), 1);
}

TEST(Periodic, KnowsWhenItChanges) {
  const PeriodicStraggler straggler(periodic_spec());
  const auto until = [&](double at) { return straggler.holds_until(kNode, Time{at}).seconds; };
  EXPECT_EQ(until(0), 1);
  EXPECT_EQ(until(1), 5);
  EXPECT_EQ(until(5), 11);
  EXPECT_EQ(until(11), 15);
}

// 0.1 has no exact binary form; walking from switch to switch must not get stuck.
TEST(Periodic, MovesForwardInSpiteOfRounding) {
  StragglerSpec spec = periodic_spec();
  spec.period = 0.1;
  spec.duration = 0.03;
  spec.phase = 0.07;
  const PeriodicStraggler straggler(spec);
  Time at{0};
  double slow = 0;
  for (int i = 0; i < 100'001; ++i) {
    const Time next = straggler.holds_until(kNode, at);
    ASSERT_GT(next, at);
    if (straggler.factor(kNode, 0, at) > 1) slow += (next - at).seconds;
    at = next;
  }
  EXPECT_NEAR(at.seconds, 0.07 + 50'000 * 0.1, 1e-6);
  EXPECT_NEAR(slow, 50'000 * 0.03, 1e-6);
}

TEST(Periodic, MayBeSlowAllTheTime) {
  StragglerSpec spec = periodic_spec();
  spec.duration = spec.period;
  const PeriodicStraggler straggler(spec);
  for (double at = 1; at < 50; at += 0.25) EXPECT_EQ(straggler.factor(kNode, 0, Time{at}), 3);
}

TraceStraggler trace() {
  StragglerSpec spec;
  spec.model = StragglerModel::kTrace;
  spec.trace = {{2, kNode, 5}, {3, worker_id(6), 9}, {4, kNode, 1}, {4, kNode, 0.5}};
  return TraceStraggler(spec);
}

TEST(Trace, HoldsEachFactorUntilTheNextRow) {
  const TraceStraggler straggler = trace();
  const auto factor = [&](double at) { return straggler.factor(kNode, 0, Time{at}); };
  EXPECT_EQ(factor(1.999), 1);
  EXPECT_EQ(factor(2), 5);
  EXPECT_EQ(factor(3.999), 5);
  EXPECT_EQ(factor(4), 0.5);
  EXPECT_EQ(factor(1e9), 0.5);
}

TEST(Trace, KnowsWhenItChanges) {
  const TraceStraggler straggler = trace();
  EXPECT_EQ(straggler.holds_until(kNode, Time{0}).seconds, 2);
  EXPECT_EQ(straggler.holds_until(kNode, Time{2}).seconds, 4);
  EXPECT_EQ(straggler.holds_until(kNode, Time{4}), Time::never());
}

TEST(Trace, LeavesNodesThatItDoesNotNameAlone) {
  const TraceStraggler straggler = trace();
  EXPECT_EQ(straggler.factor(worker_id(7), 0, Time{3}), 1);
  EXPECT_EQ(straggler.holds_until(worker_id(7), Time{3}), Time::never());
}

}  // namespace
}  // namespace psgrid
