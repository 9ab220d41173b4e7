#pragma once

#include "model/filters/filter.hpp"

namespace psgrid {

// Leaves out rows whose weights are zero and whose gradient would leave them so, by the optimality
// (Karush-Kuhn-Tucker) conditions of the l1 penalty: every |gradient| is at most l1 - margin. For
// the optimizer "proximal". A server that applies each push by itself would change nothing; one
// that sums several workers' gradients might.
class Kkt : public Filter {
 public:
  Kkt(const FilterSpec& spec, const FilterSite& site)
      : most_(site.job.spec.job.optimizer.l1 - spec.margin) {}

  Section change(Section section, const Occasion& occasion) override;

 private:
  double most_;
};

}  // namespace psgrid
