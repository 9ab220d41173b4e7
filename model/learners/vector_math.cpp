#include "model/learners/vector_math.hpp"

#include <cstddef>

#include "model/check.hpp"

namespace psgrid {
namespace {

constexpr std::size_t kLanes = 8;
using Lanes = Eigen::Array<float, kLanes, 1>;  // fixed size: no peeling, unaligned loads

Lanes load(const float* values) { return Eigen::Map<const Lanes>(values); }

Lanes load_padded(std::span<const float> values) {
  Lanes lanes = Lanes::Zero();
  for (std::size_t i = 0; i < values.size(); ++i) lanes[static_cast<Eigen::Index>(i)] = values[i];
  return lanes;
}

}  // namespace

float dot(std::span<const float> a, std::span<const float> b) {
  PSGRID_CHECK(a.size() == b.size(), "vectors of equal length");
  Lanes sum = Lanes::Zero();
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) sum += load(a.data() + i) * load(b.data() + i);
  if (i < a.size()) sum += load_padded(a.subspan(i)) * load_padded(b.subspan(i));
  return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

void add_scaled(std::span<float> y, float factor, std::span<const float> x) {
  PSGRID_CHECK(x.size() == y.size(), "vectors of equal length");
  const auto size = static_cast<Eigen::Index>(y.size());
  Eigen::Map<Eigen::ArrayXf>(y.data(), size) +=
      factor * Eigen::Map<const Eigen::ArrayXf>(x.data(), size);
}

void fix_product_blocking() {
  static const bool done = [] {
    Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace psgrid
