#include "model/learners/zipf.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace psgrid {
namespace {

std::vector<double> shares(std::uint64_t items, double skew, int draws) {
  const Zipf zipf(items, skew);
  RandomStream random(3, worker_id(0), Purpose::kTest);
  std::vector<double> shares(items + 1);
  for (int i = 0; i < draws; ++i) shares[zipf.draw(random)] += 1.0 / draws;
  return shares;
}

TEST(Zipf, FollowsItsLaw) {
  for (double skew : {0.0, 0.5, 1.0, 1.1, 2.5}) {
    const std::vector<double> drawn = shares(50, skew, 100'000);
    double all = 0;
    for (int i = 1; i <= 50; ++i) all += std::pow(i, -skew);
    for (std::size_t i = 1; i <= 50; ++i) {
      const double share = std::pow(static_cast<double>(i), -skew) / all;
      EXPECT_NEAR(drawn[i], share, 5 * std::sqrt(share / 100'000)) << skew << ", item " << i;
    }
  }
}

TEST(Zipf, OfOneItem) { EXPECT_NEAR(shares(1, 1.1, 100)[1], 1, 1e-12); }

}  // namespace
}  // namespace psgrid
