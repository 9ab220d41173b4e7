// Slow spells by the clock: a backup every hour, a garbage collection every ten seconds.
#pragma once

#include <cstdint>

#include "model/stragglers/straggler.hpp"

namespace psgrid {

// Slow by `factor` in [phase + k * period, phase + k * period + duration) for k = 0, 1, 2, ...
class PeriodicStraggler final : public Straggler {
 public:
  // Requires period > 0 and 0 <= duration <= period.
  explicit PeriodicStraggler(const StragglerSpec& spec);

  double factor(NodeId node, std::uint64_t index, Time at) const override;
  Time holds_until(NodeId node, Time at) const override;

 private:
  // Requires at >= phase. The end of the slow spell of the period that `at` lies in, and when the
  // next period begins.
  struct Spell {
    double end;
    double next;
  };
  Spell spell_at(double at) const;

  double factor_, period_, duration_, phase_;
};

}  // namespace psgrid
