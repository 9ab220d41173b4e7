#pragma once

#include "model/filters/filter.hpp"
#include "model/filters/rows.hpp"

namespace psgrid {

// Deep gradient compression (Lin et al., ICLR 2018, sections 3.1 to 3.3): gradients accumulate at
// the worker, and the rows of the largest norm are sent: as many as a share of the gradient's rows.
// With a momentum, what accumulates is the gradient's momentum (for servers that have none), and
// both are cleared where they are sent. During the warm-up the share falls exponentially from 1.
class TopK : public Filter {
 public:
  TopK(const FilterSpec& spec, const FilterSite& site);

  Section change(Section section, const Occasion& occasion) override;

 private:
  double share(Clock iteration) const;
  void accumulate(const Section& gradient);
  std::vector<Key> largest(std::uint64_t count);

  double ratio_;
  float momentum_;
  std::uint32_t warm_up_;
  std::uint64_t keys_;
  RowMemory velocity_, accumulated_;
  KeySet phantom_of_;  // what the last phantom was a share of
  Section phantom_;
};

}  // namespace psgrid
