#include "model/filters/fixed_point.hpp"

#include <algorithm>
#include <cmath>

namespace psgrid {

namespace {

ValueForm form_of(std::uint32_t bytes) {
  return bytes == 1 ? ValueForm::kFixed1 : bytes == 2 ? ValueForm::kFixed2 : ValueForm::kFixed3;
}

// Three bytes are about as fine as a float: a code is what its value has, or the value is changed.
float settled(const SectionForm& form, std::uint32_t code) {
  return value_of(form, code_of(form, value_of(form, code)));
}

}  // namespace

FixedPoint::FixedPoint(const FilterSpec& spec, const FilterSite& site)
    : form_(form_of(spec.bytes)), random_(site.random) {}

Section FixedPoint::change(Section section, const Occasion& occasion) {
  SectionForm form{.values = form_};
  if (section.values.is_phantom() || section.values.size() == 0) {
    section.form = std::make_shared<const SectionForm>(form);
    return section;
  }
  const std::span<const float> values = section.values.data();
  const bool finite =
      std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
  if (!finite) return section;  // nothing stands for these
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  form.low = *low;
  form.high = *high;
  const double steps = code_max(form_), span = double{form.high} - form.low;
  std::vector<float> rounded;
  rounded.reserve(values.size());
  std::uint64_t draw = occasion.first_draw();
  for (float value : values) {
    const double place = span > 0 ? (double{value} - form.low) / span * steps : 0;
    const double below = std::floor(place);
    const bool up = random_.uniform_at(draw++) < place - below;
    rounded.push_back(settled(form, static_cast<std::uint32_t>(std::min(below + up, steps))));
  }
  section.values = Values(std::move(rounded));
  section.form = std::make_shared<const SectionForm>(form);
  return section;
}

}  // namespace psgrid
