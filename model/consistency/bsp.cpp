#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// Bulk synchronous parallel (Valiant 1990): a barrier after every iteration.
class Bsp final : public Consistency {
 public:
  Clock required(Clock iteration) const override { return iteration; }
  bool sums_iterations() const override { return true; }
};

}  // namespace

std::unique_ptr<Consistency> make_bsp() { return std::make_unique<Bsp>(); }

}  // namespace psgrid
