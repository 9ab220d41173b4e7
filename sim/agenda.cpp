#include "sim/agenda.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid::sim {

Agenda::Handle Agenda::schedule(Time at, Event event) {
  PSGRID_CHECK(at >= last_taken_, "an event that is not in the past");
  std::uint32_t slot;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  slots_[slot].event = event;
  slots_[slot].live = true;

  const Entry entry{at.seconds, scheduled_++, slot};
  std::size_t i = heap_.size();
  heap_.push_back(entry);
  for (; i > 0 && entry.before(heap_[(i - 1) / 4]); i = (i - 1) / 4) heap_[i] = heap_[(i - 1) / 4];
  heap_[i] = entry;
  return {(std::uint64_t{slots_[slot].generation} << 32) | slot};
}

bool Agenda::cancel(Handle handle) {
  Slot& slot = slots_[handle.value & 0xFFFF'FFFF];
  if (!slot.live || slot.generation != handle.value >> 32) return false;
  slot.live = false;  // its entry stays in the heap and is dropped when it comes up
  return true;
}

void Agenda::release(std::uint32_t slot) {
  slots_[slot].live = false;
  ++slots_[slot].generation;
  free_.push_back(slot);
}

void Agenda::pop() {
  const Entry last = heap_.back();
  heap_.pop_back();
  const std::size_t size = heap_.size();
  if (size == 0) return;
  std::size_t i = 0;
  while (true) {
    const std::size_t child = 4 * i + 1;
    if (child >= size) break;
    std::size_t least = child;
    for (std::size_t k = child + 1; k < std::min(child + 4, size); ++k)
      if (heap_[k].before(heap_[least])) least = k;
    if (!heap_[least].before(last)) break;
    heap_[i] = heap_[least];
    i = least;
  }
  heap_[i] = last;
}

Time Agenda::next_time() {
  while (!heap_.empty() && !slots_[heap_[0].slot].live) {
    release(heap_[0].slot);
    pop();
  }
  return heap_.empty() ? Time::never() : Time{heap_[0].time};
}

Agenda::Event Agenda::take() {
  const Time time = next_time();
  PSGRID_CHECK(!heap_.empty(), "an event to take");
  last_taken_ = time;
  const std::uint32_t slot = heap_[0].slot;
  const Event event = slots_[slot].event;
  release(slot);
  pop();
  return event;
}

}  // namespace psgrid::sim
