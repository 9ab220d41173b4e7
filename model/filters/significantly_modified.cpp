#include "model/filters/significantly_modified.hpp"

#include <algorithm>
#include <cmath>

namespace psgrid {

SignificantlyModified::SignificantlyModified(const FilterSpec& spec, const FilterSite& site)
    : threshold_(spec.threshold),
      relative_(spec.relative),
      step_(site.job.spec.job.optimizer.learning_rate / site.job.spec.cluster.workers),
      accumulated_(site.table.keys, site.table.width) {}

bool SignificantlyModified::is_significant(std::span<const float> sum,
                                           std::span<const float> weights) const {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const double change = relative_ ? std::fabs(sum[i]) * step_ : std::fabs(sum[i]);
    const double weight = weights.empty() ? 0 : std::fabs(weights[i]);
    if (change > (relative_ ? threshold_ * weight : threshold_)) return true;
  }
  return false;
}

Section SignificantlyModified::change(Section section, const Occasion& occasion) {
  if (section.keys.empty()) return section;
  const WeightRows weights(occasion.weights ? *occasion.weights : Section{});
  std::vector<float> values(section.values.data().begin(), section.values.data().end());
  const std::uint64_t width = values.size() / section.keys.size();
  std::vector<std::uint64_t> kept;
  for_each_row(section.keys, [&](Key key, std::uint64_t row) {
    const std::span<float> sum = accumulated_.row(key);
    const std::span<float> sent(values.data() + row * width, width);
    for (std::uint64_t i = 0; i < width; ++i) sent[i] = sum[i] += sent[i];
    if (!is_significant(sum, weights.row(key))) return;
    std::ranges::fill(sum, 0.0f);
    kept.push_back(row);
  });
  section.values = Values(std::move(values));
  return rows_of(section, kept);
}

}  // namespace psgrid
