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
  pieces_.push_back({kAllKeys.begin, VectorClock(workers)});
}

std::size_t RangeVectorClock::piece_of(Key key) const {
  const auto next = std::upper_bound(pieces_.begin(), pieces_.end(), key,
                                     [](Key k, const Piece& piece) { return k < piece.begin; });
  return static_cast<std::size_t>(next - pieces_.begin()) - 1;
}

std::size_t RangeVectorClock::split_at(Key key) {
  const std::size_t piece = piece_of(key);
  if (pieces_[piece].begin == key) return piece;
  const auto next = pieces_.begin() + static_cast<std::ptrdiff_t>(piece) + 1;
  pieces_.insert(next, {key, pieces_[piece].clocks});
  return piece + 1;
}

bool RangeVectorClock::advance(KeyRange range, std::uint32_t worker, Clock clock) {
  PSGRID_CHECK(range.begin < range.end, "a tick needs a non-empty key range");
  const std::size_t first = split_at(range.begin);
  const std::size_t last = range.end == kAllKeys.end ? pieces_.size() : split_at(range.end);
  bool rose = false;
  for (std::size_t piece = first; piece < last; ++piece)
    rose |= pieces_[piece].clocks.advance(worker, clock);
  return rose;
}

void RangeVectorClock::set(std::uint32_t worker, Clock clock) {
  for (Piece& piece : pieces_) piece.clocks.set(worker, clock);
}

Clock RangeVectorClock::at(Key key, std::uint32_t worker) const {
  return pieces_[piece_of(key)].clocks.at(worker);
}

void RangeVectorClock::put(WireWriter& out) const {
  out.varint(pieces_.size());
  for (const Piece& piece : pieces_) {
    out.varint(piece.begin);
    piece.clocks.put(out);
  }
}

void RangeVectorClock::get(WireReader& in) {
  const VectorClock blank = pieces_.front().clocks;
  pieces_.clear();
  const std::uint64_t pieces = in.count(2);
  for (std::uint64_t i = 0; i < pieces && in.ok(); ++i) {
    const Key begin = in.varint();
    if (i == 0 ? begin != kAllKeys.begin : begin <= pieces_.back().begin)
      in.fail("clocks of all keys, in order");
    pieces_.push_back({begin, blank});
    pieces_.back().clocks.get(in);
  }
  if (pieces_.empty()) {
    in.fail("clocks of all keys");
    pieces_.push_back({kAllKeys.begin, blank});
  }
}

}  // namespace psgrid
