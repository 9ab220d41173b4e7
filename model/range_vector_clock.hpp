// Vector clocks over key ranges (Li et al., OSDI 2014, section 4.1).
//
// Keys that were always ticked together share one vector clock; ticking a part of a range splits
// it. The slowest clock over any range is kept up to date, since every gated pull asks for it.
#pragma once

#include <cstdint>
#include <map>
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
  Clock slowest(KeyRange range) const;
  Clock slowest(KeyRange range, std::uint32_t worker) const;

  std::size_t pieces() const { return pieces_.size(); }

  void put(WireWriter& out) const;
  void get(WireReader& in);  // of as many workers

 private:
  using Pieces = std::map<Key, VectorClock>;  // from the first key of a piece to the next piece

  Pieces::const_iterator piece_of(Key key) const;
  void split_at(Key key);

  Pieces pieces_;
};

}  // namespace psgrid
