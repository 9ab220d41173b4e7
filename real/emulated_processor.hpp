// The cores of one emulated host: work takes the time that the scenario says, whatever this machine
// is, and the real mathematics happens within it.
//
// First come, first served. Work that waited begins when a core is free by the scenario's time, so
// late wake-ups of this machine do not add up.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/node.hpp"
#include "model/run_observer.hpp"
#include "model/stragglers/straggler_set.hpp"
#include "real/run_clock.hpp"
#include "real/schedule.hpp"

namespace psgrid::real {

// How well a machine kept up with the times that it was to emulate.
struct Overruns {
  std::uint64_t works = 0;     // whose mathematics took longer than their emulated time
  std::uint64_t of_works = 0;  // all that had mathematics
  Duration longest;            // by which one was too long

  void add(const Overruns& other);
};

class EmulatedProcessor {
 public:
  // Called in the order in which work ends; with the emulated start and end.
  using Done = std::function<void(Time start, Time end)>;

  // emulated: false lets work take what its mathematics takes here, times the straggler factor. All
  // arguments outlive the processor.
  EmulatedProcessor(double flops, std::uint32_t cores, bool emulated,
                    const StragglerSet& stragglers, const RunClock& clock, Schedule& schedule);

  void submit(NodeId node, ComputeId id, Work work, Done done);

  // Ends work before its time, if it has begun, or takes it off the line; `done` is not called. For
  // how long it has run, if it was there.
  std::optional<Duration> cancel(ComputeId id);

  const Overruns& overruns() const { return overruns_; }

 private:
  struct Item {
    NodeId node;
    ComputeId id;
    Work work;
    Done done;
  };
  struct Running {
    Item item;
    Time start, end;
    Schedule::Handle at_end;
  };

  void begin(Item item, Time start);
  void end(ComputeId id);
  void free_core(Time at);

  const double flops_;
  const bool emulated_;
  const StragglerSet& stragglers_;
  const RunClock& clock_;
  Schedule& schedule_;
  std::uint32_t free_cores_;
  std::deque<Item> waiting_;
  std::map<ComputeId, Running> running_;
  Overruns overruns_;
};

}  // namespace psgrid::real
