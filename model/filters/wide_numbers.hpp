#pragma once

#include <optional>
#include <utility>

#include "model/filters/filter.hpp"

namespace psgrid {

// Not of the scenario's list, but before it: keys of lists and values as 8 bytes each (WireSpec).
class WideNumbers : public Filter {
 public:
  explicit WideNumbers(const WireSpec& wire) : wire_(wire) {}

  Section pack(Section section, const Peer&) override {
    const bool has_list = !section.keys.is_ranges();
    const bool has_floats = !section.form || section.form->values == ValueForm::kFloat32;
    if (!(wire_.fixed_keys && has_list) && !(wire_.doubles && has_floats)) return section;
    section.form = changed(section.form, [&](SectionForm& form) {
      if (wire_.fixed_keys && has_list) form.keys = KeyForm::kFixed;
      if (wire_.doubles && has_floats) form.values = ValueForm::kFloat64;
    });
    return section;
  }

  // A list that came as its signature is passed on with its keys.
  std::optional<Section> unpack(Section section, const Peer& from) override {
    return pack(std::move(section), from);
  }

 private:
  WireSpec wire_;
};

}  // namespace psgrid
