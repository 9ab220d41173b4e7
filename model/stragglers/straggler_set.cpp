#include "model/stragglers/straggler_set.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid {

StragglerSet::StragglerSet(const std::vector<StragglerSpec>& specs, std::uint64_t seed) {
  for (std::uint32_t position = 0; position < specs.size(); ++position) {
    const StragglerSpec& spec = specs[position];
    entries_.push_back({spec.nodes, make_straggler(spec, StragglerDraws(seed, position))});
  }
}

double StragglerSet::factor(NodeId node, std::uint64_t index, Time at) const {
  double product = 1;
  for (const Entry& entry : entries_)
    if (selects(entry.nodes, node)) product *= entry.straggler->factor(node, index, at);
  return product;
}

Time StragglerSet::holds_until(NodeId node, Time at) const {
  Time until = Time::never();
  for (const Entry& entry : entries_)
    if (selects(entry.nodes, node)) until = std::min(until, entry.straggler->holds_until(node, at));
  return until;
}

Duration StragglerSet::stretched(NodeId node, std::uint64_t index, Time start,
                                 Duration nominal) const {
  if (nominal.seconds == 0) return nominal;
  Duration elapsed{0};
  Duration work = nominal;
  Time at = start;
  while (true) {
    const double slowdown = factor(node, index, at);
    const Time until = holds_until(node, at);
    PSGRID_CHECK(slowdown > 0 && until > at, "a positive factor for a positive time");
    const Duration to_the_end = work * slowdown;
    const Duration to_the_switch = until - at;
    if (to_the_end <= to_the_switch) return elapsed + to_the_end;
    work.seconds -= to_the_switch.seconds / slowdown;
    elapsed = elapsed + to_the_switch;
    at = until;
  }
}

}  // namespace psgrid
