#include "analysis/rank_statistics.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

TEST(Quantile, OfOneValueIsThatValue) {
  for (const double share : {0.0, 0.5, 0.9, 1.0}) EXPECT_EQ(quantile({7}, share), 7);
}

TEST(Quantile, InterpolatesBetweenRanks) {
  EXPECT_EQ(quantile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
  // Ranks 0 to 10: nine tenths of the way is rank 9.
  EXPECT_DOUBLE_EQ(quantile({0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, 0.9), 90);
  // Ranks 0 to 4: nine tenths of the way is rank 3.6.
  EXPECT_DOUBLE_EQ(quantile({10, 20, 30, 40, 90}, 0.9), 40 + 0.6 * 50);
  EXPECT_EQ(quantile({5, 9, 1}, 0), 1);
  EXPECT_EQ(quantile({5, 9, 1}, 1), 9);
}

TEST(KendallTau, IsOneForTheSameOrderAndMinusOneForTheOpposite) {
  EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 3, 4}, {10, 20, 25, 70}), 1);
  EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 3, 4}, {9, 4, 3, 1}), -1);
}

// Of the ten pairs only (2, 3) and (4, 5) disagree: (8 - 2) / 10.
TEST(KendallTau, CountsPairs) {
  EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 3, 4, 5}, {1, 3, 2, 5, 4}), 0.6);
}

// Six pairs. a ties in one, b in none: five agree, and tau-b is 5 / sqrt(5 * 6).
TEST(KendallTau, CorrectsForTiesInOneList) {
  EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 2, 3}, {1, 2, 3, 4}), 5 / std::sqrt(30.0));
}

// Ten pairs. Ties: (2, 3) in a; (3, 4) and (4, 5) and (3, 5) in b. Of the six others all agree but
// (1, 2): tau-b is (5 - 1) / sqrt(9 * 7).
TEST(KendallTau, CorrectsForTiesInBoth) {
  EXPECT_DOUBLE_EQ(*kendall_tau({1, 2, 2, 3, 4}, {2, 1, 5, 5, 5}), 4 / std::sqrt(63.0));
}

TEST(KendallTau, IsUnknownWhereNothingIsRanked) {
  EXPECT_FALSE(kendall_tau({}, {}));
  EXPECT_FALSE(kendall_tau({1}, {1}));
  EXPECT_FALSE(kendall_tau({1, 1, 1}, {1, 2, 3}));
}

}  // namespace
}  // namespace psgrid::analysis
