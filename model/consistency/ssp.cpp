#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// Stale synchronous parallel (Ho et al., NIPS 2013): a worker may be `staleness` iterations ahead
// of the slowest. With staleness 0 it is BSP, to the bit.
class Ssp final : public Consistency {
 public:
  Ssp(std::uint32_t staleness, bool cache, bool eager)
      : staleness_(staleness), cache_(cache), eager_(eager) {}

  Clock required(Clock iteration) const override {
    return {iteration.value > staleness_ ? iteration.value - staleness_ : 0};
  }
  bool sums_iterations() const override { return staleness_ == 0; }
  bool caches() const override { return cache_; }
  bool sends_rows() const override { return eager_; }

 private:
  std::uint32_t staleness_;
  bool cache_;
  bool eager_;  // Dai et al., AAAI 2015
};

}  // namespace

std::unique_ptr<Consistency> make_ssp(std::uint32_t staleness, bool cache, bool eager) {
  return std::make_unique<Ssp>(staleness, cache, eager);
}

}  // namespace psgrid
