#include "model/portable_math.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "model/random.hpp"

namespace psgrid {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUlp = std::numeric_limits<double>::epsilon();

// Calls f with many arguments, uniform over [low, high].
template <class F>
void for_many(double low, double high, F&& f) {
  RandomStream random(1, worker_id(0), Purpose::kTest);
  for (int i = 0; i < 100000; ++i) f(low + (high - low) * random.uniform());
}

double relative_error(double found, double expected) {
  return found == expected ? 0 : std::abs(found - expected) / std::abs(expected);
}

TEST(PortableMath, ExpIsAccurate) {
  double error = 0;
  for_many(-708, 709, [&](double x) {
    error = std::max(error, relative_error(portable_exp(x), std::exp(x)));
  });
  EXPECT_LT(error, 2 * kUlp);
  EXPECT_EQ(portable_exp(0), 1);
}

TEST(PortableMath, ExpAtTheEndsOfItsRange) {
  EXPECT_EQ(portable_exp(710), kInfinity);
  EXPECT_EQ(portable_exp(kInfinity), kInfinity);
  EXPECT_EQ(portable_exp(-709), 0);
  EXPECT_EQ(portable_exp(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(portable_exp(std::nan(""))));
}

TEST(PortableMath, LogIsAccurate) {
  double error = 0;
  const auto compare = [&](double x) {
    error = std::max(error, relative_error(portable_log(x), std::log(x)));
  };
  for_many(-300, 300, [&](double x) { compare(std::pow(10, x)); });
  for_many(0.5, 2, compare);
  EXPECT_LT(error, 2 * kUlp);
  EXPECT_EQ(portable_log(1), 0);
  EXPECT_EQ(portable_log(0), -kInfinity);
  EXPECT_TRUE(std::isnan(portable_log(-1)));
}

TEST(PortableMath, Log1pIsAccurateNearZeroToo) {
  double error = 0;
  const auto compare = [&](double x) {
    error = std::max(error, relative_error(portable_log1p(x), std::log1p(x)));
  };
  for_many(-0.999, 1, compare);
  for_many(-40, 40, [&](double x) { compare(std::exp(x)); });
  for_many(-40, -1, [&](double x) { compare(-std::exp(x)); });
  EXPECT_LT(error, 4 * kUlp);
  EXPECT_EQ(portable_log1p(0), 0);
  EXPECT_EQ(portable_log1p(kInfinity), kInfinity);
}

TEST(PortableMath, PowIsAccurate) {
  for_many(1e-6, 1, [](double x) {
    EXPECT_LT(relative_error(portable_pow(x, -0.4), std::pow(x, -0.4)), 20 * kUlp);
    EXPECT_LT(relative_error(portable_pow(1 / x, 7.5), std::pow(1 / x, 7.5)), 200 * kUlp);
  });
  EXPECT_EQ(portable_pow(17, 0), 1);
}

TEST(PortableMath, CosIsAccurate) {
  double error = 0;
  for_many(-1000, 1000,
           [&](double x) { error = std::max(error, std::abs(portable_cos(x) - std::cos(x))); });
  EXPECT_LT(error, 1e-12);
  EXPECT_EQ(portable_cos(0), 1);
  for (double x : {1e10, -1e100, 1e300}) EXPECT_LE(std::abs(portable_cos(x)), 1);
}

TEST(PortableMath, SigmoidAndSoftplusNeitherOverflowNorCancel) {
  EXPECT_EQ(sigmoid(0), 0.5);
  EXPECT_EQ(sigmoid(1e6), 1);
  EXPECT_EQ(sigmoid(-1e6), 0);
  EXPECT_DOUBLE_EQ(softplus(0), std::log(2));
  EXPECT_EQ(softplus(1e6), 1e6);
  EXPECT_EQ(softplus(-1e6), 0);
  for_many(-700, 700, [](double x) {
    EXPECT_LT(relative_error(sigmoid(x), 1 / (1 + std::exp(-x))), 8 * kUlp);
    EXPECT_LT(
        relative_error(softplus(x), x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x))),
        8 * kUlp);
  });
}

// The bits themselves, on every machine and in every build type. A C library's functions round
// some of these arguments differently.
TEST(PortableMath, GivesTheSameBitsForever) {
  std::uint64_t hash = 0;
  const auto add = [&](double value) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3u;
  };
  for_many(-50, 50, [&](double x) {
    add(portable_exp(x));
    add(portable_log(std::abs(x)));
    add(portable_log1p(std::abs(x)));
    add(portable_pow(std::abs(x), 0.3));
    add(portable_cos(x));
    add(sigmoid(x));
    add(softplus(x));
  });
  EXPECT_EQ(hash, 11366297315640355922u);
}

}  // namespace
}  // namespace psgrid
