#include "model/filters/top_k.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace psgrid {

TopK::TopK(const FilterSpec& spec, const FilterSite& site)
    : ratio_(spec.ratio),
      momentum_(static_cast<float>(spec.momentum)),
      warm_up_(spec.warm_up),
      keys_(site.table.keys),
      velocity_(site.table.keys, site.table.width),
      accumulated_(site.table.keys, site.table.width) {}

double TopK::share(Clock iteration) const {
  if (iteration.value >= warm_up_) return ratio_;
  return std::pow(ratio_, (iteration.value + 1.0) / (warm_up_ + 1.0));
}

Section TopK::change(Section section, const Occasion& occasion) {
  if (section.keys.empty()) return section;
  const double share_now = share(occasion.iteration);
  if (section.values.is_phantom()) {
    // Every iteration's is the same, but while it warms up.
    if (!phantom_of_.same_as(section.keys) || occasion.iteration.value <= warm_up_) {
      phantom_of_ = section.keys;
      phantom_ = phantom_share(section, share_now);
    }
    return phantom_;
  }
  accumulate(section);
  const double rows = std::ceil(share_now * static_cast<double>(section.keys.size()));
  const std::vector<Key> sent =
      largest(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(rows)));
  std::vector<float> values;
  for (Key key : sent) {
    const std::span<float> row = accumulated_.row(key);
    values.insert(values.end(), row.begin(), row.end());
    std::ranges::fill(row, 0.0f);
    if (momentum_ > 0) std::ranges::fill(velocity_.row(key), 0.0f);
  }
  // A gradient that is sent whole keeps its keys in their form, which may be shorter.
  KeySet keys = KeySet::list(sent);
  section.keys = keys == section.keys ? section.keys : std::move(keys);
  section.values = Values(std::move(values));
  return section;
}

void TopK::accumulate(const Section& gradient) {
  const std::span<const float> values = gradient.values.data();
  const std::uint64_t width = values.size() / gradient.keys.size();
  for_each_row(gradient.keys, [&](Key key, std::uint64_t row) {
    const std::span<float> sum = accumulated_.row(key);
    for (std::uint64_t i = 0; i < width; ++i) {
      float step = values[row * width + i];
      if (momentum_ > 0) {
        float& velocity = velocity_.row(key)[i];
        step = velocity = momentum_ * velocity + step;
      }
      sum[i] += step;
    }
  });
}

// Keys of the rows that have accumulated most, rising; the lower key of two that are equal.
std::vector<Key> TopK::largest(std::uint64_t count) {
  std::vector<std::pair<double, Key>> rows;  // square of the norm, negative
  for (Key key = 0; key < keys_; ++key) {
    double square = 0;
    for (float value : accumulated_.row(key)) square += double{value} * value;
    if (square > 0) rows.emplace_back(-square, key);
  }
  if (rows.size() > count) {
    std::nth_element(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end());
    rows.resize(count);
  }
  std::vector<Key> keys;
  for (const auto& [square, key] : rows) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace psgrid
