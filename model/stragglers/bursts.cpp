#include "model/stragglers/bursts.hpp"

#include <algorithm>

#include "model/portable_math.hpp"

namespace psgrid {

BurstsStraggler::BurstsStraggler(const StragglerSpec& spec, StragglerDraws draws)
    : factor_(spec.factor), mean_on_(spec.mean_on), mean_off_(spec.mean_off), draws_(draws) {}

double BurstsStraggler::factor(NodeId node, std::uint64_t, Time at) const {
  std::size_t state = 0;
  const Timeline& line = timeline(node, at, &state);
  return slow_in_state(line, state) ? factor_ : 1;
}

Time BurstsStraggler::holds_until(NodeId node, Time at) const {
  std::size_t state = 0;
  const Timeline& line = timeline(node, at, &state);
  return {line.switches[state]};
}

const BurstsStraggler::Timeline& BurstsStraggler::timeline(NodeId node, Time at,
                                                           std::size_t* state) const {
  const auto [entry, is_new] = timelines_.try_emplace(node);
  Timeline& line = entry->second;
  if (is_new) line.slow_at_first = draws_.uniform(node, 0) < mean_on_ / (mean_on_ + mean_off_);
  while (line.switches.empty() || line.switches.back() <= at.seconds) {
    const std::size_t next = line.switches.size();
    const double mean = slow_in_state(line, next) ? mean_on_ : mean_off_;
    const double begin = line.switches.empty() ? 0 : line.switches.back();
    line.switches.push_back(begin - mean * portable_log(draws_.uniform(node, next + 1)));
  }
  const auto end = std::upper_bound(line.switches.begin(), line.switches.end(), at.seconds);
  *state = static_cast<std::size_t>(end - line.switches.begin());
  return line;
}

}  // namespace psgrid
