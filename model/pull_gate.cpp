#include "model/pull_gate.hpp"

#include <algorithm>

namespace psgrid {

bool PullGate::hold(PendingPull pull) {
  std::uint32_t* link = &first_[pull.from.rank];
  for (; *link != kNone; link = &pool_[*link].next)
    if (pool_[*link].pull.pull.request == pull.pull.request) return false;
  if (free_.empty()) {
    *link = static_cast<std::uint32_t>(pool_.size());
    pool_.push_back({std::move(pull), kNone});
  } else {
    *link = free_.back();
    free_.pop_back();
    pool_[*link] = {std::move(pull), kNone};
  }
  return true;
}

void PullGate::sort_by_arrival(std::vector<PendingPull>& pulls) {
  std::stable_sort(pulls.begin(), pulls.end(), [](const PendingPull& a, const PendingPull& b) {
    return a.arrived < b.arrived;
  });
}

}  // namespace psgrid
