#include "model/range_vector_clock.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid {

bool VectorClock::advance(std::uint32_t worker, Clock clock) {
  const Clock before = clocks_[worker];
  if (clock <= before) return false;
  clocks_[worker] = clock;
  if (before != slowest_ || --at_slowest_ > 0) return false;
  find_slowest();
  return true;
}

void VectorClock::set(std::uint32_t worker, Clock clock) {
  clocks_[worker] = clock;
  find_slowest();
}

void VectorClock::find_slowest() {
  slowest_ = *std::min_element(clocks_.begin(), clocks_.end());
  at_slowest_ = static_cast<std::uint32_t>(std::count(clocks_.begin(), clocks_.end(), slowest_));
}

void VectorClock::put(WireWriter& out) const {
  for (Clock clock : clocks_) out.varint(clock.value);
}

void VectorClock::get(WireReader& in) {
  for (Clock& clock : clocks_) clock = {in.u32()};
  find_slowest();
}

RangeVectorClock::RangeVectorClock(std::uint32_t workers) {
  pieces_.emplace(kAllKeys.begin, VectorClock(workers));
}

RangeVectorClock::Pieces::const_iterator RangeVectorClock::piece_of(Key key) const {
  return std::prev(pieces_.upper_bound(key));
}

void RangeVectorClock::split_at(Key key) {
  const auto piece = piece_of(key);
  if (piece->first == key) return;
  pieces_.emplace(key, piece->second);
}

bool RangeVectorClock::advance(KeyRange range, std::uint32_t worker, Clock clock) {
  PSGRID_CHECK(range.begin < range.end, "a tick needs a non-empty key range");
  if (pieces_.size() > 1 || range != kAllKeys) {
    split_at(range.begin);
    if (range.end != kAllKeys.end) split_at(range.end);
  }
  bool rose = false;
  for (auto piece = pieces_.lower_bound(range.begin);
       piece != pieces_.end() && piece->first < range.end; ++piece)
    rose |= piece->second.advance(worker, clock);
  return rose;
}

void RangeVectorClock::set(std::uint32_t worker, Clock clock) {
  for (auto& [begin, clocks] : pieces_) clocks.set(worker, clock);
}

Clock RangeVectorClock::at(Key key, std::uint32_t worker) const {
  return piece_of(key)->second.at(worker);
}

Clock RangeVectorClock::slowest(KeyRange range) const {
  auto piece = piece_of(range.begin);
  Clock slowest = piece->second.slowest();
  while (++piece != pieces_.end() && piece->first < range.end)
    slowest = std::min(slowest, piece->second.slowest());
  return slowest;
}

Clock RangeVectorClock::slowest(KeyRange range, std::uint32_t worker) const {
  auto piece = piece_of(range.begin);
  Clock slowest = piece->second.at(worker);
  while (++piece != pieces_.end() && piece->first < range.end)
    slowest = std::min(slowest, piece->second.at(worker));
  return slowest;
}

void RangeVectorClock::put(WireWriter& out) const {
  out.varint(pieces_.size());
  for (const auto& [begin, clock] : pieces_) {
    out.varint(begin);
    clock.put(out);
  }
}

void RangeVectorClock::get(WireReader& in) {
  const VectorClock blank = pieces_.begin()->second;
  pieces_.clear();
  const std::uint64_t pieces = in.count(2);
  for (std::uint64_t i = 0; i < pieces && in.ok(); ++i)
    pieces_.emplace(in.varint(), blank).first->second.get(in);
  if (!pieces_.contains(kAllKeys.begin)) {
    in.fail("clocks of all keys");
    pieces_.emplace(kAllKeys.begin, blank);
  }
}

}  // namespace psgrid
