#pragma once

#include "model/filters/filter.hpp"

namespace psgrid {

// Each row is sent with probability p, divided by p: right in the mean.
class RandomSkip : public Filter {
 public:
  RandomSkip(const FilterSpec& spec, const FilterSite& site)
      : probability_(spec.probability), random_(site.random) {}

  Section change(Section section, const Occasion& occasion) override;

 private:
  double probability_;
  RandomStream random_;
};

}  // namespace psgrid
