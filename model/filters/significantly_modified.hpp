#pragma once

#include "model/filters/filter.hpp"
#include "model/filters/rows.hpp"

namespace psgrid {

// Gradients accumulate at the worker; a row is sent once any of its values exceeds a threshold. It
// is of the gradient; or, relative (Hsieh et al., NSDI 2017, section 4.1), of what plain descent
// would change the weight by, over the weight.
class SignificantlyModified : public Filter {
 public:
  SignificantlyModified(const FilterSpec& spec, const FilterSite& site);

  Section change(Section section, const Occasion& occasion) override;

 private:
  bool is_significant(std::span<const float> sum, std::span<const float> weights) const;

  double threshold_;
  bool relative_;
  double step_;
  RowMemory accumulated_;
};

}  // namespace psgrid
