// Vector clocks over key ranges (Li et al., OSDI 2014, section 4.1).
//
// Keys that were always ticked together share one vector clock; ticking a part of a range splits
// it. The slowest clock over any range is kept up to date, since every gated pull asks for it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/ids.hpp"
#include "model/key_set.hpp"
#include "model/wire.hpp"

namespace psgrid {

// The clock of a worker that nobody waits for.
inline constexpr Clock kNeverSlowest{~0u};

// The clock of each worker, and the slowest of them in constant time.
class VectorClock {
 public:
  explicit VectorClock(std::uint32_t workers) : clocks_(workers), at_slowest_(workers) {}

  Clock at(std::uint32_t worker) const { return clocks_[worker]; }
  Clock slowest() const { return slowest_; }

  // Moves a worker's clock forward; an older clock changes nothing. Amortised constant time: a
  // scan of all workers happens only when the slowest clock rises. True if it rose.
  bool advance(std::uint32_t worker, Clock clock);

  // Sets it, even back.
  void set(std::uint32_t worker, Clock clock);

  void put(WireWriter& out) const;
  void get(WireReader& in);  // of as many workers

 private:
  void find_slowest();

  std::vector<Clock> clocks_;
  Clock slowest_;
  std::uint32_t at_slowest_;  // workers whose clock equals slowest_
};

class RangeVectorClock {
 public:
  // Covers every key, all clocks zero.
  explicit RangeVectorClock(std::uint32_t workers);

  // Every key there is; a tick of all keys never splits.
  static constexpr KeyRange kAllKeys{0, ~Key{0}};

  // Sets the worker's clock on a range; requires a non-empty range. True if the slowest clock rose
  // on any part of it.
  bool advance(KeyRange range, std::uint32_t worker, Clock clock);

  Clock at(Key key, std::uint32_t worker) const;

  // Sets the worker's clock on all keys, even back.
  void set(std::uint32_t worker, Clock clock);

  // Slowest clock of any worker, and of one worker, on any key of a range.
  Clock slowest(KeyRange range) const {
    return over(range, [](const VectorClock& clocks) { return clocks.slowest(); });
  }
  Clock slowest(KeyRange range, std::uint32_t worker) const {
    return over(range, [worker](const VectorClock& clocks) { return clocks.at(worker); });
  }

  std::size_t pieces() const { return pieces_.size(); }

  void put(WireWriter& out) const;
  void get(WireReader& in);  // of as many workers

 private:
  struct Piece {
    Key begin;  // up to where the next one begins
    VectorClock clocks;
  };
  using Pieces = std::vector<Piece>;  // by key; mostly there is one

  std::size_t piece_of(Key key) const;
  std::size_t split_at(Key key);  // the piece that begins there

  // The least of what each piece of a range has.
  template <class Of>
  Clock over(KeyRange range, Of of) const {
    if (pieces_.size() == 1) return of(pieces_.front().clocks);
    std::size_t piece = piece_of(range.begin);
    Clock least = of(pieces_[piece].clocks);
    while (++piece < pieces_.size() && pieces_[piece].begin < range.end)
      least = std::min(least, of(pieces_[piece].clocks));
    return least;
  }

  Pieces pieces_;
};

}  // namespace psgrid
