// The timers of one node that are armed, and what its runtime calls each.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/ids.hpp"

namespace psgrid {

template <class Handle>
class ArmedTimers {
 public:
  // A name that no timer of this node has had.
  TimerId next() { return {++count_}; }

  void add(TimerId timer, Handle handle) { armed_.emplace_back(timer, handle); }

  // Its handle, if it is armed; it no longer is.
  std::optional<Handle> take(TimerId timer) {
    const auto armed = std::find_if(armed_.begin(), armed_.end(),
                                    [&](const auto& each) { return each.first == timer; });
    if (armed == armed_.end()) return {};
    const Handle handle = armed->second;
    armed_.erase(armed);
    return handle;
  }

  // Calls f(handle) for each; none is armed any more.
  template <class F>
  void take_all(F&& f) {
    for (const auto& [timer, handle] : std::exchange(armed_, {})) f(handle);
  }

 private:
  std::vector<std::pair<TimerId, Handle>> armed_;
  std::uint64_t count_ = 0;
};

}  // namespace psgrid
