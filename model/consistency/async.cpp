#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// Fully asynchronous (Dean et al., NIPS 2012): nobody waits for anybody.
class Async final : public Consistency {
 public:
  Clock required(Clock) const override { return {}; }
  bool sums_iterations() const override { return false; }
};

}  // namespace

std::unique_ptr<Consistency> make_async() { return std::make_unique<Async>(); }

}  // namespace psgrid
