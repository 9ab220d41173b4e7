// One direction of an emulated NIC: the transfers under way share its bandwidth equally, as the
// flows of the simulator do.
//
// Exact whatever the machine's timers do: a transfer that should have ended between two wake-ups
// has ended at its own moment, and the rest were faster from then on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "real/schedule.hpp"

namespace psgrid::real {

class FairLink {
 public:
  // Called when the link has served a transfer, with the moment at which it had. May add others.
  using Served = std::function<void(Time at)>;

  // bandwidth: bytes per second. The schedule outlives the link.
  FairLink(double bandwidth, Schedule& schedule) : bandwidth_(bandwidth), schedule_(schedule) {}
  ~FairLink();
  FairLink(const FairLink&) = delete;
  FairLink& operator=(const FairLink&) = delete;

  double bandwidth() const { return bandwidth_; }
  bool idle() const { return queue_.empty(); }

  // A transfer that begins at `at`, which is taken as no earlier than what came before.
  void add(Time at, Bytes size, Served served);

 private:
  void advance(Time to);
  Time next_end() const;
  void serve_due(Time now);
  void wake_for_next();

  const double bandwidth_;
  Schedule& schedule_;
  Time at_;            // when served_ was computed
  double served_ = 0;  // bytes served to each transfer since the link was last idle
  std::multimap<double, Served> queue_;  // by the value of served_ at which a transfer has ended
  std::optional<Schedule::Handle> wake_;
};

}  // namespace psgrid::real
