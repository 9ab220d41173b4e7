// Seconds since a run began, the same in all of its processes.
#pragma once

#include <cstdint>

#include "model/ids.hpp"

namespace psgrid::real {

// The moment at which a run begins, as all machines understand it: nanoseconds of the wall clock
// since 1970. Machines of one run are expected to agree on it (NTP does).
struct WallTime {
  std::int64_t nanoseconds = 0;
  static WallTime now();
};

// A moment by the monotonic clock, which all processes of a machine share.
struct SteadyTime {
  std::int64_t nanoseconds = 0;
  static SteadyTime now();
};

// A moment that another machine named, by the clock of this one. `sent` is when it did so, by its
// clock, and `now` when that was read here. Clocks that agree but for what a message may take are
// believed.
WallTime by_own_clock(WallTime at, WallTime sent, WallTime now);

// Follows the monotonic clock: corrections of the wall clock while a run lasts do no harm.
class RunClock {
 public:
  explicit RunClock(WallTime began);
  explicit RunClock(SteadyTime began) : began_ns_(began.nanoseconds) {}

  // Negative before the run begins.
  Time now() const;

 private:
  std::int64_t began_ns_;  // of the monotonic clock
};

}  // namespace psgrid::real
