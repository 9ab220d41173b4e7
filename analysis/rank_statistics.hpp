// Statistics of lists that need no assumption about how their values are distributed.
#pragma once

#include <optional>
#include <vector>

namespace psgrid::analysis {

// The value that `share` (0 to 1) of the values are at most: between the two nearest ranks it is
// interpolated, as numpy.percentile does. Requires values.
double quantile(std::vector<double> values, double share);

// Kendall's tau-b (Kendall, Biometrika 1945) of two rankings of the same things: 1 if they agree on
// every pair, -1 if on none, corrected for ties. Absent if either list has no two different values.
// Requires lists of equal length; its cost is quadratic in it.
std::optional<double> kendall_tau(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace psgrid::analysis
