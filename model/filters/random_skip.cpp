#include "model/filters/random_skip.hpp"

#include "model/filters/rows.hpp"

namespace psgrid {

Section RandomSkip::change(Section section, const Occasion& occasion) {
  if (section.values.is_phantom()) return phantom_share(section, probability_);
  std::vector<std::uint64_t> kept;
  for (std::uint64_t row = 0; row < section.keys.size(); ++row)
    if (random_.uniform_at(occasion.first_draw() + row) < probability_) kept.push_back(row);
  section = rows_of(section, kept);
  std::vector<float> values(section.values.data().begin(), section.values.data().end());
  for (float& value : values) value = static_cast<float>(value / probability_);
  section.values = Values(std::move(values));
  return section;
}

}  // namespace psgrid
