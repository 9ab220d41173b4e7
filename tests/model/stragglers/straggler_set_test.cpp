#include "model/stragglers/straggler_set.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

constexpr std::uint64_t kSeed = 7;

NodeSelector workers(std::uint32_t first, std::uint32_t last) {
  return {{Role::kWorker, first, last}};
}

StragglerSpec persistent(NodeSelector nodes, double factor) {
  StragglerSpec spec;
  spec.nodes = std::move(nodes);
  spec.factor = factor;
  return spec;
}

StragglerSpec drawn(NodeSelector nodes) {
  StragglerSpec spec;
  spec.nodes = std::move(nodes);
  spec.model = StragglerModel::kShiftedExponential;
  spec.rate = 2;
  return spec;
}

// Slow by 2 in [0, 4), [10, 14), [20, 24), ...
StragglerSpec periodic(NodeSelector nodes) {
  StragglerSpec spec;
  spec.nodes = std::move(nodes);
  spec.model = StragglerModel::kPeriodic;
  spec.factor = 2;
  spec.period = 10;
  spec.duration = 4;
  return spec;
}

StragglerSpec bursts(NodeSelector nodes) {
  StragglerSpec spec;
  spec.nodes = std::move(nodes);
  spec.model = StragglerModel::kBursts;
  spec.factor = 5;
  spec.mean_on = 0.5;
  spec.mean_off = 1.5;
  return spec;
}

double stretched(const StragglerSet& set, double start, double nominal, std::uint64_t index = 0,
                 NodeId node = worker_id(0)) {
  return set.stretched(node, index, Time{start}, Duration{nominal}).seconds;
}

TEST(StragglerSet, LeavesNodesWithoutAModelAlone) {
  const StragglerSet set({persistent(workers(0, 3), 2), drawn(workers(0, 3))}, kSeed);
  EXPECT_EQ(set.factor(worker_id(4), 0, Time{0}), 1);
  EXPECT_EQ(set.factor(server_id(0), 0, Time{0}), 1);
  EXPECT_EQ(stretched(set, 3, 0.7, 0, worker_id(4)), 0.7);
}

TEST(StragglerSet, MultipliesTheModelsThatSelectANode) {
  const StragglerSet both({persistent(workers(0, 3), 2), persistent(workers(2, 9), 3)}, kSeed);
  EXPECT_EQ(both.factor(worker_id(0), 0, Time{0}), 2);
  EXPECT_EQ(both.factor(worker_id(2), 0, Time{0}), 6);
  EXPECT_EQ(both.factor(worker_id(9), 0, Time{0}), 3);
  EXPECT_EQ(stretched(both, 1, 0.5, 0, worker_id(2)), 3);
}

TEST(StragglerSet, DrawsByPositionInTheList) {
  const StragglerSet twice({drawn(workers(0, 0)), drawn(workers(0, 0))}, kSeed);
  const StragglerSet first({drawn(workers(0, 0))}, kSeed);
  const StragglerSet second({persistent(workers(1, 1), 9), drawn(workers(0, 7))}, kSeed);
  const double a = first.factor(worker_id(0), 3, Time{0});
  const double b = second.factor(worker_id(0), 3, Time{0});
  EXPECT_NE(a, b);
  EXPECT_EQ(twice.factor(worker_id(0), 3, Time{0}), a * b);
}

TEST(StragglerSet, DependsOnTheSeed) {
  const StragglerSet one({drawn(workers(0, 0))}, 1);
  const StragglerSet two({drawn(workers(0, 0))}, 2);
  EXPECT_NE(one.factor(worker_id(0), 0, Time{0}), two.factor(worker_id(0), 0, Time{0}));
}

TEST(StragglerSet, StretchesByTheFactorOfTheIteration) {
  const StragglerSet set({drawn(workers(0, 0))}, kSeed);
  for (std::uint64_t index = 0; index < 10; ++index)
    EXPECT_EQ(stretched(set, 123.4, 0.25, index), 0.25 * set.factor(worker_id(0), index, Time{0}));
}

TEST(StragglerSet, StretchesOnlyThePartThatASlowSpellCovers) {
  const StragglerSet set({periodic(workers(0, 0))}, kSeed);
  EXPECT_EQ(stretched(set, 0, 1), 2);      // all slow
  EXPECT_EQ(stretched(set, 0, 2), 4);      // ends with the spell
  EXPECT_EQ(stretched(set, 0, 5), 4 + 3);  // 4 s do the work of 2
  EXPECT_EQ(stretched(set, 5, 4), 4);      // between spells
  EXPECT_EQ(stretched(set, 8, 5), 2 + 4 + 1);
  EXPECT_EQ(stretched(set, 2, 1 + 6 + 2 + 6 + 0.5), 2 + 6 + 4 + 6 + 1);
}

TEST(StragglerSet, StretchesByTheProductWhereModelsMeet) {
  const StragglerSet set({periodic(workers(0, 0)), persistent(workers(0, 0), 3)}, kSeed);
  EXPECT_EQ(stretched(set, 0, 0.5), 3);  // 6 times slower for all of it
  EXPECT_EQ(stretched(set, 2, 1), 2 + (1 - 2.0 / 6) * 3);
}

TEST(StragglerSet, TakesNoTimeForNoWork) {
  const StragglerSet set({periodic(workers(0, 0))}, kSeed);
  EXPECT_EQ(stretched(set, 3.5, 0), 0);
}

// Work that is cut in two takes as long as in one piece, wherever the cut is.
TEST(StragglerSet, StretchesPiecesLikeTheWhole) {
  const StragglerSet set({bursts(workers(0, 0)), periodic(workers(0, 0))}, kSeed);
  for (int i = 0; i < 200; ++i) {
    const double start = 0.37 * i;
    const double whole = stretched(set, start, 3);
    const double part = stretched(set, start, 0.014 * i);
    EXPECT_NEAR(part + stretched(set, start + part, 3 - 0.014 * i), whole, 1e-9) << start;
    EXPECT_GE(whole, 3);
    EXPECT_LE(whole, 30);
  }
}

TEST(StragglerSet, AStalledNodeStaysStalledOnlyForTheSpell) {
  StragglerSpec stall = periodic(workers(0, 0));
  stall.factor = 1e300;
  const StragglerSet set({stall}, kSeed);
  EXPECT_DOUBLE_EQ(stretched(set, 0, 1), 5);
}

}  // namespace
}  // namespace psgrid
