#include "model/stragglers/periodic.hpp"

#include <algorithm>
#include <cmath>

namespace psgrid {

PeriodicStraggler::PeriodicStraggler(const StragglerSpec& spec)
    : factor_(spec.factor), period_(spec.period), duration_(spec.duration), phase_(spec.phase) {}

double PeriodicStraggler::factor(NodeId, std::uint64_t, Time at) const {
  return at.seconds >= phase_ && at.seconds < spell_at(at.seconds).end ? factor_ : 1;
}

Time PeriodicStraggler::holds_until(NodeId, Time at) const {
  if (at.seconds < phase_) return {phase_};
  const Spell spell = spell_at(at.seconds);
  return {at.seconds < spell.end ? spell.end : spell.next};
}

// The quotient below may round across a boundary; comparing with the boundaries themselves, as
// they are handed out, makes holds_until() later than `at` for every `at`.
PeriodicStraggler::Spell PeriodicStraggler::spell_at(double at) const {
  const auto begin = [this](double k) { return phase_ + k * period_; };
  double k = std::floor((at - phase_) / period_);
  if (begin(k) > at) k -= 1;  // not below 0, as begin(0) is the phase itself
  if (begin(k + 1) <= at) k += 1;
  const double next = begin(k + 1);
  return {std::min(begin(k) + duration_, next), next};
}

}  // namespace psgrid
