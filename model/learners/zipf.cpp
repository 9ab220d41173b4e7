#include "model/learners/zipf.hpp"

#include <algorithm>
#include <cmath>

#include "model/check.hpp"
#include "model/portable_math.hpp"

namespace psgrid {

Zipf::Zipf(std::uint64_t items, double skew)
    : items_(static_cast<double>(items)),
      skew_(skew),
      low_(integral(1.5) - 1),
      high_(integral(items_ + 0.5)) {
  PSGRID_CHECK(items > 0 && skew >= 0, "items, and a skew of at least 0");
}

double Zipf::density(double x) const { return portable_exp(-skew_ * portable_log(x)); }

double Zipf::integral(double x) const {
  const double log = portable_log(x);
  if (std::abs(1 - skew_) < 1e-9) return log;
  return (portable_exp((1 - skew_) * log) - 1) / (1 - skew_);
}

double Zipf::inverse(double area) const {
  if (std::abs(1 - skew_) < 1e-9) return portable_exp(area);
  return portable_exp(portable_log(1 + area * (1 - skew_)) / (1 - skew_));
}

std::uint64_t Zipf::draw(RandomStream& random) const {
  while (true) {
    const double area = low_ + random.uniform() * (high_ - low_);
    const double item = std::clamp(std::floor(inverse(area) + 0.5), 1.0, items_);
    if (area >= integral(item + 0.5) - density(item)) return static_cast<std::uint64_t>(item);
  }
}

}  // namespace psgrid
