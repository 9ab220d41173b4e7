#include <algorithm>

#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// BSP while the model changes most, asynchronous from then on (Sync-Switch: Li et al., ICDCS 2021).
class BspThenAsync final : public Consistency {
 public:
  explicit BspThenAsync(std::uint32_t switch_at) : switch_at_{switch_at} {}

  Clock required(Clock iteration) const override { return std::min(iteration, switch_at_); }
  bool sums_iterations() const override { return false; }
  bool sums(Clock iteration) const override { return iteration < switch_at_; }

 private:
  Clock switch_at_;
};

}  // namespace

std::unique_ptr<Consistency> make_bsp_then_async(std::uint32_t switch_at) {
  return std::make_unique<BspThenAsync>(switch_at);
}

}  // namespace psgrid
