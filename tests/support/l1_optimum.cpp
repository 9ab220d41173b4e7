#include "tests/support/l1_optimum.hpp"

#include <algorithm>
#include <cmath>

namespace psgrid {
namespace {

template <class Float>
double score(const Dataset& data, std::uint32_t row, std::span<const Float> weights) {
  double sum = 0;
  for (std::size_t i = 0; i < data.columns_of(row).size(); ++i)
    sum += double{data.values_of(row)[i]} * weights[data.columns_of(row)[i]];
  return sum;
}

double softplus_of(double z) {
  return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
}

template <class Float>
double objective(const Dataset& data, std::span<const Float> weights, double l1) {
  double sum = 0, norm = 0;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    const double z = score(data, row, weights);
    sum += softplus_of(z) - data.labels[row] * z;
  }
  for (const Float weight : weights) norm += std::abs(double{weight});
  return sum / data.rows + l1 * norm;
}

template <class Float>
std::vector<double> derivative(const Dataset& data, std::span<const Float> weights) {
  std::vector<double> gradient(data.features);
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    const double residual = 1 / (1 + std::exp(-score(data, row, weights))) - data.labels[row];
    for (std::size_t i = 0; i < data.columns_of(row).size(); ++i)
      gradient[data.columns_of(row)[i]] += residual * data.values_of(row)[i] / data.rows;
  }
  return gradient;
}

// Of the second derivative: a quarter of the largest eigenvalue of X'X / rows, by its powers.
double curvature(const Dataset& data) {
  std::vector<double> direction(data.features, 1);
  double norm = 1;
  for (int round = 0; round < 50; ++round) {
    std::vector<double> next(data.features);
    for (std::uint32_t row = 0; row < data.rows; ++row) {
      const double z = score(data, row, std::span<const double>(direction));
      for (std::size_t i = 0; i < data.columns_of(row).size(); ++i)
        next[data.columns_of(row)[i]] += z * data.values_of(row)[i] / data.rows;
    }
    norm = 0;
    for (const double value : next) norm += value * value;
    norm = std::sqrt(norm);
    for (double& value : next) value /= norm;
    direction = std::move(next);
  }
  return norm / 4;
}

}  // namespace

double l1_objective(const Dataset& sparse, std::span<const float> weights, double l1) {
  return objective(sparse, weights, l1);
}

std::vector<double> mean_derivative(const Dataset& sparse, std::span<const float> weights) {
  return derivative(sparse, weights);
}

double kkt_violation(const Dataset& sparse, std::span<const float> weights, double l1) {
  const std::vector<double> gradient = mean_derivative(sparse, weights);
  double violation = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double sign = weights[i] > 0 ? 1 : -1;
    violation = std::max(violation, weights[i] == 0 ? std::abs(gradient[i]) - l1
                                                    : std::abs(gradient[i] + sign * l1));
  }
  return violation;
}

double least_objective(const Dataset& sparse, double l1, int rounds) {
  const double step = 1 / (1.01 * curvature(sparse));
  std::vector<double> weights(sparse.features), ahead = weights;
  double momentum = 1, least = objective(sparse, std::span<const double>(weights), l1);
  for (int round = 0; round < rounds; ++round) {
    const std::vector<double> gradient = derivative(sparse, std::span<const double>(ahead));
    const double next = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double place = ahead[i] - step * gradient[i];
      const double moved = std::copysign(std::max(std::abs(place) - step * l1, 0.0), place);
      ahead[i] = moved + (momentum - 1) / next * (moved - weights[i]);
      weights[i] = moved;
    }
    momentum = next;
    if (round % 50 == 49)
      least = std::min(least, objective(sparse, std::span<const double>(weights), l1));
  }
  return std::min(least, objective(sparse, std::span<const double>(weights), l1));
}

}  // namespace psgrid
