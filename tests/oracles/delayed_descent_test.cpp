// Under bounded delay the learning is really delayed: w_{t+1} = w_t - a g(w_{t-tau}), to the bit,
// and it converges exactly where theory says that delayed gradient descent does.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/support/quadratic.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

struct Trajectory {
  std::vector<std::vector<float>> read;  // by worker and iteration
  std::vector<double> weights;           // evaluated after each iteration, where all are in step
  Simulated recorded;
};

RunSpec scenario(std::uint32_t workers, std::uint32_t delay, double step,
                 std::uint32_t iterations) {
  RunSpec spec = timing_scenario(workers, 1, 0, 0.01, iterations);
  spec.consistency = {.model = ConsistencyModel::kBoundedDelay, .delay = delay};
  spec.job.optimizer.learning_rate = step;
  return spec;
}

// Learns with curvature 1, so that the step size is a.
Trajectory descend(const RunSpec& spec) {
  const auto read = std::make_shared<WeightsRead>();
  Trajectory result;
  result.recorded =
      simulate(std::make_shared<const Job>(spec, Dataset{}, Dataset{}, quadratic(1, read)));
  EXPECT_EQ(result.recorded.end, sim::SimulationEnd::kJobFinished);
  for (const auto& of_learner : *read)
    if (!of_learner->empty()) result.read.push_back(*of_learner);
  for (const auto& evaluation : result.recorded.evaluations)
    result.weights.push_back(evaluation.record.metric);
  return result;
}

// w_0 = 0, w_1, ..., w_iterations, in the arithmetic of the servers: gradients of all workers are
// added up in turn and scaled, then a step is taken.
std::vector<float> recurrence(const RunSpec& spec) {
  const std::uint32_t iterations = *spec.job.stop.iterations;
  const std::uint32_t delay = spec.consistency.delay;
  const auto step = static_cast<float>(spec.job.optimizer.learning_rate);
  const float share = 1.0f / static_cast<float>(spec.cluster.workers);
  std::vector<float> w{0};
  for (std::uint32_t t = 0; t < iterations; ++t) {
    const float gradient = quadratic_gradient(1, w[t >= delay ? t - delay : 0]);
    float sum = gradient;
    for (std::uint32_t worker = 1; worker < spec.cluster.workers; ++worker) sum += gradient;
    w.push_back(w.back() - step * (sum * share));
  }
  return w;
}

void expect_delayed_reads(const RunSpec& spec, const Trajectory& run) {
  const std::vector<float> w = recurrence(spec);
  const std::uint32_t delay = spec.consistency.delay;
  ASSERT_EQ(run.read.size(), spec.cluster.workers);
  for (std::uint32_t worker = 0; worker < run.read.size(); ++worker) {
    ASSERT_EQ(run.read[worker].size(), w.size() - 1);
    for (std::uint32_t t = 0; t < run.read[worker].size(); ++t)
      ASSERT_EQ(run.read[worker][t], w[t >= delay ? t - delay : 0])
          << "worker " << worker << ", iteration " << t;
  }
  EXPECT_EQ(run.weights.back(), w.back());
}

class DelayedDescent : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(DelayedDescent, OfOneWorkerFollowsTheRecurrence) {
  const RunSpec spec = scenario(1, GetParam(), 0.15, 120);
  const Trajectory run = descend(spec);
  expect_delayed_reads(spec, run);
  const std::vector<float> w = recurrence(spec);
  ASSERT_EQ(run.weights.size(), w.size());
  for (std::size_t t = 0; t < w.size(); ++t) EXPECT_EQ(run.weights[t], w[t]) << "after " << t;
}

TEST_P(DelayedDescent, OfWorkersInStepFollowsTheRecurrence) {
  const RunSpec spec = scenario(5, GetParam(), 0.15, 120);
  expect_delayed_reads(spec, descend(spec));
}

// Workers run up to tau iterations ahead of each other, but read what they would in step.
TEST_P(DelayedDescent, OfWorkersOutOfStepFollowsTheRecurrence) {
  RunSpec spec = scenario(6, GetParam(), 0.15, 120);
  spec.stragglers = {
      {.nodes = {{Role::kWorker, 0, 5}}, .model = StragglerModel::kExponential, .rate = 1}};
  const Trajectory run = descend(spec);
  expect_delayed_reads(spec, run);
}

TEST_P(DelayedDescent, IsStableUpToTheBoundAndNotBeyond) {
  const std::uint32_t tau = GetParam();
  const double bound = 2 * std::sin(std::numbers::pi / (2 * (2 * tau + 1)));
  const std::uint32_t iterations = 300 * (tau + 1);
  // The largest distance from the optimum among the last of a run.
  const auto final_error = [&](double step) {
    const Trajectory run = descend(scenario(1, tau, step, iterations));
    double error = 0;
    for (std::size_t t = run.weights.size() - 4 * (tau + 1); t < run.weights.size(); ++t)
      error = std::max(error, std::abs(run.weights[t] - 1));
    return error;
  };
  EXPECT_LT(final_error(0.97 * bound), 1e-2);
  EXPECT_GT(final_error(1.03 * bound), 1e2);
}

// At the best step a = tau^tau / (tau+1)^(tau+1) the two largest roots of the recurrence meet at
// tau/(tau+1): the error is (A + B t) (tau/(tau+1))^t, and falls a little slower than the root.
TEST_P(DelayedDescent, ConvergesAtTheBestRate) {
  const double tau = GetParam();
  const double best = std::pow(tau, tau) / std::pow(tau + 1, tau + 1);
  const std::uint32_t iterations = 4 * (GetParam() + 1);
  const Trajectory run = descend(scenario(1, GetParam(), best, iterations));
  if (tau == 0) {
    EXPECT_EQ(run.weights.at(1), 1) << "no delay: the first step is the last";
    return;
  }
  const double root = tau / (tau + 1);
  const auto scaled_error = [&](std::uint32_t t) {
    return (1 - run.weights.at(t)) * std::pow(root, -static_cast<double>(t));
  };
  const std::uint32_t t1 = iterations / 2, t2 = iterations / 4 * 3, t3 = iterations;
  const double bend = scaled_error(t3) - 2 * scaled_error(t2) + scaled_error(t1);
  EXPECT_NEAR(bend / (scaled_error(t3) - scaled_error(t1)), 0, 0.02) << "A + B t is straight";
}

INSTANTIATE_TEST_SUITE_P(Tau, DelayedDescent, ::testing::Values(0u, 1u, 2u, 4u, 8u),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace psgrid::testing
