#include "analysis/rank_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "model/check.hpp"

namespace psgrid::analysis {

double quantile(std::vector<double> values, double share) {
  PSGRID_CHECK(!values.empty() && share >= 0 && share <= 1, "values, and a share of them");
  std::sort(values.begin(), values.end());
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (rank - static_cast<double>(below)) * (values[above] - values[below]);
}

std::optional<double> kendall_tau(const std::vector<double>& a, const std::vector<double>& b) {
  PSGRID_CHECK(a.size() == b.size(), "two lists of the same things");
  const auto order = [](double x, double y) { return (x > y) - (x < y); };
  std::int64_t agreement = 0, pairs_a = 0, pairs_b = 0;  // pairs without those that tie
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int in_a = order(a[i], a[j]), in_b = order(b[i], b[j]);
      agreement += in_a * in_b;
      pairs_a += in_a != 0;
      pairs_b += in_b != 0;
    }
  }
  if (pairs_a == 0 || pairs_b == 0) return {};
  return static_cast<double>(agreement) /
         std::sqrt(static_cast<double>(pairs_a) * static_cast<double>(pairs_b));
}

}  // namespace psgrid::analysis
