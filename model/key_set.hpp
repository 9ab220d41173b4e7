// An immutable, sorted set of keys: disjoint ranges, or an explicit list.
//
// Copies share the keys, so a set can travel in many messages at once. A set that covers whole
// ranges costs nothing per key, in memory or on the wire.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "model/ids.hpp"

namespace psgrid {

// The keys begin, begin + 1, ..., end - 1.
struct KeyRange {
  Key begin = 0;
  Key end = 0;
  auto operator<=>(const KeyRange&) const = default;
  std::uint64_t size() const { return end - begin; }
  bool contains(Key key) const { return begin <= key && key < end; }
};

class KeySet {
 public:
  // The empty set.
  KeySet() = default;

  // [begin, end); requires begin <= end.
  static KeySet range(Key begin, Key end);

  // Requires sorted, non-empty, disjoint ranges; neighbours that touch are merged.
  static KeySet ranges(std::vector<KeyRange> ranges);

  // Requires strictly rising keys.
  static KeySet list(std::vector<Key> keys);

  // The same where the caller knows that they rise, are below 2^64 - 1, and what gap_bytes() is.
  static KeySet rising_list(std::vector<Key> keys, std::uint64_t gap_bytes);

  std::uint64_t size() const { return rep_ ? rep_->size : 0; }
  bool empty() const { return size() == 0; }

  // Whether the set is held as ranges (true for the empty set); see as_ranges and as_list.
  bool is_ranges() const { return !rep_ || rep_->keys.empty(); }
  std::span<const KeyRange> as_ranges() const;  // requires is_ranges()
  std::span<const Key> as_list() const;         // requires !is_ranges() or the empty set

  // Calls f(begin, count) for every run of consecutive keys, in rising order.
  template <class F>
  void for_each_run(F&& f) const {
    if (!rep_) return;
    for (const KeyRange& range : rep_->ranges) f(range.begin, range.size());
    const std::vector<Key>& keys = rep_->keys;
    for (std::size_t i = 0; i < keys.size();) {
      std::size_t j = i + 1;
      while (j < keys.size() && keys[j] == keys[j - 1] + 1) ++j;
      f(keys[i], static_cast<std::uint64_t>(j - i));
      i = j;
    }
  }

  bool contains(Key key) const;

  // Same keys, in whichever form they are held.
  bool operator==(const KeySet& other) const;

  // Bytes of a list's gaps as varints, which is what it takes on the wire; 0 for ranges.
  std::uint64_t gap_bytes() const { return rep_ ? rep_->gap_bytes : 0; }

  // True if both share one representation: equal without comparing keys.
  bool same_as(const KeySet& other) const { return rep_ == other.rep_; }

 private:
  struct Rep {
    std::vector<KeyRange> ranges;
    std::vector<Key> keys;
    std::uint64_t size = 0;
    std::uint64_t gap_bytes = 0;
  };
  explicit KeySet(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}

  std::shared_ptr<const Rep> rep_;
};

}  // namespace psgrid
