#include "real/run_clock.hpp"

#include <chrono>

namespace psgrid::real {

namespace {

template <class Clock>
std::int64_t nanoseconds_of() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

WallTime WallTime::now() { return {nanoseconds_of<std::chrono::system_clock>()}; }

SteadyTime SteadyTime::now() { return {nanoseconds_of<std::chrono::steady_clock>()}; }

WallTime by_own_clock(WallTime at, WallTime sent, WallTime now) {
  constexpr std::int64_t kBelieved = 100'000'000;
  const std::int64_t ahead = now.nanoseconds - sent.nanoseconds;  // and the time of a message
  return ahead >= -kBelieved && ahead <= kBelieved ? at : WallTime{at.nanoseconds + ahead};
}

RunClock::RunClock(WallTime began)
    : began_ns_(SteadyTime::now().nanoseconds + (began.nanoseconds - WallTime::now().nanoseconds)) {
}

Time RunClock::now() const {
  return {static_cast<double>(SteadyTime::now().nanoseconds - began_ns_) * 1e-9};
}

}  // namespace psgrid::real
