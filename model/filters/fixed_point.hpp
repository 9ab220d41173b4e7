#pragma once

#include "model/filters/filter.hpp"

namespace psgrid {

// Values as 1, 2 or 3 bytes: places between the section's least and greatest value. Rounded up or
// down at random so that the mean is the value itself.
class FixedPoint : public Filter {
 public:
  FixedPoint(const FilterSpec& spec, const FilterSite& site);

  Section change(Section section, const Occasion& occasion) override;

 private:
  ValueForm form_;
  RandomStream random_;
};

}  // namespace psgrid
