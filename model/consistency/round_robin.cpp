#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// Round-robin synchronisation, R2SP (Chen, Wang, Li, INFOCOM 2019): one worker at a time pushes its
// gradient and pulls the parameters, in the order of ranks, so that none shares a server's link
// with another.
class RoundRobin final : public Consistency {
 public:
  Clock required(Clock) const override { return {}; }
  bool sums_iterations() const override { return false; }
  bool takes_turns() const override { return true; }
};

}  // namespace

std::unique_ptr<Consistency> make_round_robin() { return std::make_unique<RoundRobin>(); }

}  // namespace psgrid
