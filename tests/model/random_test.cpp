#include "model/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

namespace psgrid {
namespace {

RandomStream stream(std::uint64_t seed = 1) {
  return RandomStream(seed, worker_id(0), Purpose::kTest);
}

// The first known answer of Random123 (kat_vectors: "philox4x32 10", all zeros). The seed is the
// one that mixes to the key 0.
TEST(RandomStream, IsPhilox4x32WithTenRounds) {
  const RandomStream zero(0x61c8864680b583ebu, manager_id(0), static_cast<Purpose>(0));
  EXPECT_EQ(zero.bits_at(0), 0xe169c58d6627e8d5u);
  EXPECT_EQ(zero.bits_at(1), 0x9b00dbd8bc57ac4cu);
}

// Part of the replay contract: these numbers never change.
TEST(RandomStream, GivesTheSameNumbersForever) {
  RandomStream random(7, worker_id(3), Purpose::kStraggler, 2);
  EXPECT_EQ(random.bits_at(0), 12975254391004728690u);
  EXPECT_EQ(random.uniform_at(1), 0.91878247890548514);
  EXPECT_EQ(random.exponential(2), 0.17592192342039303);
  EXPECT_EQ(random.normal(), 0.37391575506080915);
}

TEST(RandomStream, CountsThroughItsPlaces) {
  RandomStream random = stream();
  const RandomStream start = random;
  for (std::uint64_t n = 0; n < 10; ++n) {
    EXPECT_EQ(random.position(), n);
    EXPECT_EQ(random.bits(), start.bits_at(n));
  }
  EXPECT_EQ(random.uniform(), start.uniform_at(10));
}

TEST(RandomStream, EveryPartOfItsIdentityMakesAnotherStream) {
  std::set<std::uint64_t> first;
  std::size_t streams = 0;
  for (std::uint64_t seed : {1u, 2u})
    for (Role role : {Role::kManager, Role::kServer, Role::kWorker})
      for (std::uint32_t rank : {0u, 1u, 1u << 31})
        for (Purpose purpose : {Purpose::kBatches, Purpose::kLink})
          for (std::uint32_t substream : {0u, 1u, 1u << 31}) {
            const RandomStream random(seed, {role, rank}, purpose, substream);
            first.insert({random.bits_at(0), random.bits_at(RandomStream::kLength - 1)});
            streams += 2;
          }
  EXPECT_EQ(first.size(), streams);
}

TEST(RandomStream, UniformIsUniformAndNeverZeroOrOne) {
  RandomStream random = stream();
  double sum = 0, squares = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
}

TEST(RandomStream, BelowIsUniform) {
  RandomStream random = stream();
  std::vector<int> count(7);
  for (int i = 0; i < 70000; ++i) ++count.at(random.below(7));
  for (int c : count) EXPECT_NEAR(c, 10000, 5 * std::sqrt(10000.0));
  EXPECT_EQ(random.below(1), 0u);
  EXPECT_GT(random.below(~std::uint64_t{0}), 0u);
}

// Without rejection the lower half would be drawn twice as often as the upper third.
TEST(RandomStream, BelowHasNoBiasForHugeBounds) {
  RandomStream random = stream();
  const std::uint64_t bound = std::uint64_t{3} << 62;
  int low = 0;
  const int n = 30000;
  for (int i = 0; i < n; ++i) low += random.below(bound) < bound / 3;
  EXPECT_NEAR(low, n / 3, 5 * std::sqrt(n * 2.0 / 9));
}

TEST(RandomStream, ExponentialHasItsMeanAndTail) {
  RandomStream random = stream();
  double sum = 0;
  int tail = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double x = random.exponential(4);
    ASSERT_GT(x, 0);
    sum += x;
    tail += x > 0.5;
  }
  EXPECT_NEAR(sum / n, 0.25, 5 * 0.25 / std::sqrt(n));
  EXPECT_NEAR(tail, n * std::exp(-2), 5 * std::sqrt(n * std::exp(-2)));
}

TEST(RandomStream, NormalHasItsMoments) {
  RandomStream random = stream();
  double sum = 0, squares = 0, fourth = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0 / n));
}

TEST(RandomStream, ShuffleMakesEachPermutationEquallyOften) {
  RandomStream random = stream();
  std::vector<int> count(1000);
  for (int i = 0; i < 60000; ++i) {
    std::vector<int> items = {1, 2, 3};
    random.shuffle(items);
    ++count[static_cast<std::size_t>(items[0] * 100 + items[1] * 10 + items[2])];
  }
  for (int permutation : {123, 132, 213, 231, 312, 321})
    EXPECT_NEAR(count[static_cast<std::size_t>(permutation)], 10000, 5 * std::sqrt(10000.0));
}

TEST(RandomStreamDeathTest, EndsSomewhere) {
  EXPECT_DEATH(stream().bits_at(RandomStream::kLength), "a place within the stream");
  RandomStream random = stream();
  EXPECT_DEATH(random.below(0), "a positive bound");
}

}  // namespace
}  // namespace psgrid
