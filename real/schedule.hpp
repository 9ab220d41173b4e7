// What a process is to do later: actions by time, and by order of arrival within a moment.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "model/ids.hpp"

namespace psgrid::real {

class Schedule {
 public:
  using Handle = std::pair<Time, std::uint64_t>;

  Handle at(Time when, std::function<void()> action) {
    const Handle handle{when, ++count_};
    actions_.emplace(handle, std::move(action));
    return handle;
  }

  // No effect if it has run.
  void cancel(const Handle& handle) { actions_.erase(handle); }

  Time next_time() const {
    return actions_.empty() ? Time::never() : actions_.begin()->first.first;
  }

  // Runs the earliest action if it is due; false if none is.
  bool run_one_due(Time now) {
    if (actions_.empty() || actions_.begin()->first.first > now) return false;
    auto due = actions_.extract(actions_.begin());
    due.mapped()();
    return true;
  }

 private:
  std::map<Handle, std::function<void()>> actions_;
  std::uint64_t count_ = 0;
};

}  // namespace psgrid::real
