// Closed forms that several oracles rest on.
#pragma once

#include <cmath>
#include <cstdint>

namespace psgrid::testing {

// 1 + 1/2 + ... + 1/n: the expected maximum of n draws of Exp(1).
inline double harmonic(std::uint32_t n) {
  double sum = 0;
  for (std::uint32_t i = n; i > 0; --i) sum += 1.0 / i;
  return sum;
}

// The expected k-th smallest of n draws of a Pareto law of minimum 1.
inline double pareto_order_statistic(std::uint32_t n, std::uint32_t k, double alpha) {
  return std::exp(std::lgamma(n + 1.0) + std::lgamma(n - k + 1 - 1 / alpha) -
                  std::lgamma(n - k + 1.0) - std::lgamma(n + 1 - 1 / alpha));
}

inline double pareto_maximum(std::uint32_t n, double alpha) {
  return pareto_order_statistic(n, n, alpha);
}

}  // namespace psgrid::testing
