#include "model/filters/one_bit.hpp"

#include <cmath>

namespace psgrid {

Section OneBit::change(Section section, const Occasion&) {
  SectionForm form{.values = ValueForm::kOneBit};
  if (section.values.is_phantom() || section.values.size() == 0) {
    section.form = std::make_shared<const SectionForm>(form);
    return section;
  }
  const std::span<const float> gradient = section.values.data();
  const std::uint64_t width = gradient.size() / section.keys.size();
  std::vector<float> values(gradient.begin(), gradient.end());
  double sums[2] = {}, counts[2] = {};
  bool finite = true;
  for_each_row(section.keys, [&](Key key, std::uint64_t row) {
    const std::span<float> error = error_.row(key);
    for (std::uint64_t i = 0; i < width; ++i) {
      float& value = values[row * width + i];
      value += error[i];
      finite &= std::isfinite(value);
      sums[value >= 0] += value;
      ++counts[value >= 0];
    }
  });
  if (!finite) return section;  // nothing stands for these
  form.low = counts[0] > 0 ? static_cast<float>(sums[0] / counts[0]) : 0;
  form.high = counts[1] > 0 ? static_cast<float>(sums[1] / counts[1]) : form.low;
  if (counts[0] == 0) form.low = form.high;
  for_each_row(section.keys, [&](Key key, std::uint64_t row) {
    const std::span<float> error = error_.row(key);
    for (std::uint64_t i = 0; i < width; ++i) {
      float& value = values[row * width + i];
      const float sent = value >= 0 ? form.high : form.low;
      error[i] = value - sent;
      value = sent;
    }
  });
  section.values = Values(std::move(values));
  section.form = std::make_shared<const SectionForm>(form);
  return section;
}

}  // namespace psgrid
