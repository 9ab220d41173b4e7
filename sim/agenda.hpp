// What a simulation will do next: events by time, and in the order of scheduling at equal times.
//
// A 4-ary heap of small entries over a slab of events; cancelling leaves a tombstone.
#pragma once

#include <cstdint>
#include <vector>

#include "model/ids.hpp"

namespace psgrid::sim {

class Agenda {
 public:
  // What to do is the owner's business: a kind, whom it concerns, and a number.
  struct Event {
    std::uint32_t kind = 0;
    std::uint32_t subject = 0;
    std::uint64_t detail = 0;
  };

  // Names a scheduled event; never used again.
  struct Handle {
    std::uint64_t value = 0;
  };

  // Requires a time that is not before the last event taken.
  Handle schedule(Time at, Event event);

  // True if the event was still to come.
  bool cancel(Handle handle);

  // Time of the next event; Time::never() if there is none.
  Time next_time();

  // Takes the next event off; requires that there is one.
  Event take();

 private:
  struct Entry {
    double time;
    std::uint64_t sequence;
    std::uint32_t slot;
    bool before(const Entry& other) const {
      return time < other.time || (time == other.time && sequence < other.sequence);
    }
  };
  struct Slot {
    Event event;
    std::uint32_t generation = 0;
    bool live = false;
  };

  void pop();
  void release(std::uint32_t slot);

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t scheduled_ = 0;
  Time last_taken_;
};

}  // namespace psgrid::sim
