#include "model/stragglers/trace.hpp"

#include <algorithm>

namespace psgrid {
namespace {

// The first step after `at`.
template <class Steps>
auto next_step(const Steps& steps, Time at) {
  return std::upper_bound(steps.begin(), steps.end(), at.seconds,
                          [](double time, const auto& step) { return time < step.time; });
}

}  // namespace

TraceStraggler::TraceStraggler(const StragglerSpec& spec) {
  for (const auto& point : spec.trace) steps_[point.node].push_back({point.time, point.factor});
  for (auto& [node, steps] : steps_)
    std::stable_sort(steps.begin(), steps.end(),
                     [](const Step& a, const Step& b) { return a.time < b.time; });
}

double TraceStraggler::factor(NodeId node, std::uint64_t, Time at) const {
  const auto found = steps_.find(node);
  if (found == steps_.end()) return 1;
  const auto next = next_step(found->second, at);
  return next == found->second.begin() ? 1 : std::prev(next)->factor;
}

Time TraceStraggler::holds_until(NodeId node, Time at) const {
  const auto found = steps_.find(node);
  if (found == steps_.end()) return Time::never();
  const auto next = next_step(found->second, at);
  return next == found->second.end() ? Time::never() : Time{next->time};
}

}  // namespace psgrid
