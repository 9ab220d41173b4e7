#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "model/stragglers/straggler.hpp"

namespace psgrid {
namespace {

constexpr std::uint64_t kSeed = 11;
constexpr std::size_t kDraws = 20'000;

StragglerSpec spec_of(StragglerModel model) {
  StragglerSpec spec;
  spec.model = model;
  return spec;
}

std::vector<double> draw(const StragglerSpec& spec, NodeId node = worker_id(3),
                         std::uint32_t position = 0) {
  const auto straggler = make_straggler(spec, StragglerDraws(kSeed, position));
  std::vector<double> factors;
  for (std::uint64_t i = 0; i < kDraws; ++i) factors.push_back(straggler->factor(node, i, Time{0}));
  return factors;
}

// Kolmogorov-Smirnov: the largest distance between the empirical and the given distribution
// function, times sqrt(n). Above 1.95 once in a thousand samples of the right law.
double distance(std::vector<double> sample, const std::function<double(double)>& distribution) {
  std::sort(sample.begin(), sample.end());
  const double n = static_cast<double>(sample.size());
  double largest = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double f = distribution(sample[i]);
    largest =
        std::max({largest, f - static_cast<double>(i) / n, (static_cast<double>(i) + 1) / n - f});
  }
  return largest * std::sqrt(n);
}

double mean(const std::vector<double>& sample) {
  double sum = 0;
  for (const double x : sample) sum += x;
  return sum / static_cast<double>(sample.size());
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean(a);
  const double mean_b = mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

constexpr double kCritical = 1.95;

TEST(StragglerLaws, PersistentIsTheSameForEver) {
  StragglerSpec spec = spec_of(StragglerModel::kPersistent);
  spec.factor = 2.5;
  for (const double factor : draw(spec)) ASSERT_EQ(factor, 2.5);
}

TEST(StragglerLaws, Exponential) {
  StragglerSpec spec = spec_of(StragglerModel::kExponential);
  spec.rate = 2;
  const auto law = [](double x) { return 1 - std::exp(-2 * x); };
  EXPECT_LT(distance(draw(spec), law), kCritical);
  EXPECT_NEAR(mean(draw(spec)), 0.5, 0.01);
}

TEST(StragglerLaws, ShiftedExponentialIsNominalWorkAndATail) {
  StragglerSpec spec = spec_of(StragglerModel::kShiftedExponential);
  spec.rate = 4;
  const auto law = [](double x) { return 1 - std::exp(-4 * (x - 1)); };
  const std::vector<double> factors = draw(spec);
  EXPECT_LT(distance(factors, law), kCritical);
  EXPECT_GE(*std::min_element(factors.begin(), factors.end()), 1);
  EXPECT_NEAR(mean(factors), 1.25, 0.01);
}

TEST(StragglerLaws, Pareto) {
  StragglerSpec spec = spec_of(StragglerModel::kPareto);
  spec.alpha = 2.5;
  spec.minimum = 0.6;
  const auto law = [](double x) { return 1 - std::pow(0.6 / x, 2.5); };
  const std::vector<double> factors = draw(spec);
  EXPECT_LT(distance(factors, law), kCritical);
  EXPECT_GE(*std::min_element(factors.begin(), factors.end()), 0.6);
}

TEST(StragglerLaws, Weibull) {
  StragglerSpec spec = spec_of(StragglerModel::kWeibull);
  spec.shape = 0.7;
  spec.scale = 1.5;
  const auto law = [](double x) { return 1 - std::exp(-std::pow(x / 1.5, 0.7)); };
  EXPECT_LT(distance(draw(spec), law), kCritical);
  EXPECT_NEAR(mean(draw(spec)), 1.5 * std::tgamma(1 + 1 / 0.7), 0.06);
}

TEST(StragglerLaws, Uniform) {
  StragglerSpec spec = spec_of(StragglerModel::kUniform);
  spec.min = 0.9;
  spec.max = 1.4;
  EXPECT_LT(distance(draw(spec), [](double x) { return (x - 0.9) / 0.5; }), kCritical);
}

TEST(StragglerLaws, TwoPoint) {
  StragglerSpec spec = spec_of(StragglerModel::kTwoPoint);
  spec.probability = 0.1;
  spec.factor = 8;
  const std::vector<double> factors = draw(spec);
  const auto slow = static_cast<double>(std::count(factors.begin(), factors.end(), 8.0));
  const auto nominal = static_cast<double>(std::count(factors.begin(), factors.end(), 1.0));
  EXPECT_EQ(slow + nominal, kDraws);
  EXPECT_NEAR(slow / kDraws, 0.1, 4 * std::sqrt(0.1 * 0.9 / kDraws));
}

// The tests of the tests: a wrong law does not pass.
TEST(StragglerLaws, TheDistanceTellsNearbyLawsApart) {
  StragglerSpec spec = spec_of(StragglerModel::kExponential);
  spec.rate = 2;
  EXPECT_GT(distance(draw(spec), [](double x) { return 1 - std::exp(-2.1 * x); }), kCritical);
}

TEST(StragglerDraws, OfNodesAndModelsAndIterationsAreIndependent) {
  StragglerSpec wide = spec_of(StragglerModel::kUniform);
  wide.min = 0;
  wide.max = 1;
  const double limit = 4 / std::sqrt(static_cast<double>(kDraws));
  const std::vector<double> factors = draw(wide);
  EXPECT_NEAR(correlation(factors, draw(wide, worker_id(4))), 0, limit);
  EXPECT_NEAR(correlation(factors, draw(wide, server_id(3))), 0, limit);
  EXPECT_NEAR(correlation(factors, draw(wide, worker_id(3), 1)), 0, limit);
  std::vector<double> next(factors.begin() + 1, factors.end());
  next.push_back(factors.front());
  EXPECT_NEAR(correlation(factors, next), 0, limit);
}

TEST(StragglerDraws, DoNotDependOnTheOrderOfQuestions) {
  StragglerSpec spec = spec_of(StragglerModel::kShiftedExponential);
  const std::vector<double> factors = draw(spec);
  const auto straggler = make_straggler(spec, StragglerDraws(kSeed, 0));
  for (std::uint64_t i = 100; i-- > 0;) {
    straggler->factor(worker_id(9), 7 * i, Time{1});
    EXPECT_EQ(straggler->factor(worker_id(3), i, Time{static_cast<double>(i)}), factors[i]);
  }
}

}  // namespace
}  // namespace psgrid
