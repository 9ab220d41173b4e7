#pragma once

#include "model/filters/filter.hpp"
#include "model/filters/rows.hpp"

namespace psgrid {

// A bit a value (Seide et al., Interspeech 2014): those that are not negative become their mean,
// the others theirs. What that changes is added to the next gradient of the same rows.
class OneBit : public Filter {
 public:
  explicit OneBit(const FilterSite& site) : error_(site.table.keys, site.table.width) {}

  Section change(Section section, const Occasion& occasion) override;

 private:
  RowMemory error_;
};

}  // namespace psgrid
