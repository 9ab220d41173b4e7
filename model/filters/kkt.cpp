#include "model/filters/kkt.hpp"

#include <algorithm>
#include <cmath>

#include "model/filters/rows.hpp"

namespace psgrid {

Section Kkt::change(Section section, const Occasion& occasion) {
  if (!occasion.weights || section.keys.empty()) return section;
  const WeightRows weights(*occasion.weights);
  const std::uint64_t width = section.values.size() / section.keys.size();
  std::vector<std::uint64_t> kept;
  for_each_row(section.keys, [&](Key key, std::uint64_t row) {
    const std::span<const float> gradient = section.values.data().subspan(row * width, width);
    const std::span<const float> weight = weights.row(key);
    const bool stays_zero =
        !weight.empty() &&
        std::all_of(weight.begin(), weight.end(), [](float value) { return value == 0; }) &&
        std::all_of(gradient.begin(), gradient.end(),
                    [&](float value) { return std::fabs(value) <= most_; });
    if (!stays_zero) kept.push_back(row);
  });
  return rows_of(section, kept);
}

}  // namespace psgrid
