#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// Bounded delay (Li et al., OSDI 2014, section 3.4): iteration t may start once t - delay - 1 is
// finished everywhere. A worker pulls for iteration t right after it pushed t - delay - 1, so its
// transfers overlap its computation. With delay 0 it is sequential.
class BoundedDelay final : public Consistency {
 public:
  explicit BoundedDelay(std::uint32_t delay) : delay_(delay) {}

  Clock required(Clock iteration) const override {
    return {iteration.value > delay_ ? iteration.value - delay_ : 0};
  }
  bool sums_iterations() const override { return true; }
  std::uint32_t lookahead(Clock) const override { return delay_; }

 private:
  std::uint32_t delay_;
};

}  // namespace

std::unique_ptr<Consistency> make_bounded_delay(std::uint32_t delay) {
  return std::make_unique<BoundedDelay>(delay);
}

}  // namespace psgrid
