#include "model/key_set.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

#include "model/check.hpp"
#include "model/wire.hpp"

namespace psgrid {

KeySet KeySet::range(Key begin, Key end) {
  PSGRID_CHECK(begin <= end, "a range that ends after it begins");
  if (begin == end) return {};
  return ranges({{begin, end}});
}

KeySet KeySet::ranges(std::vector<KeyRange> ranges) {
  if (ranges.empty()) return {};
  auto rep = std::make_shared<Rep>();
  for (const KeyRange& range : ranges) {
    PSGRID_CHECK(range.begin < range.end, "no empty range");
    PSGRID_CHECK(rep->ranges.empty() || rep->ranges.back().end <= range.begin,
                 "sorted, disjoint ranges");
    rep->size += range.size();
    if (!rep->ranges.empty() && rep->ranges.back().end == range.begin)
      rep->ranges.back().end = range.end;
    else
      rep->ranges.push_back(range);
  }
  rep->ranges.shrink_to_fit();
  return KeySet(std::move(rep));
}

KeySet KeySet::list(std::vector<Key> keys) {
  bool rising = true;
  std::uint64_t gap_bytes = 0;
  Key next = 0;
  for (Key key : keys) {
    const std::uint64_t gap = key - next;
    rising &= key >= next && key < ~Key{0};
    gap_bytes += gap < 0x80 ? 1 : varint_bytes(gap);
    next = key + 1;
  }
  PSGRID_CHECK(rising, "strictly rising keys below 2^64 - 1");
  return rising_list(std::move(keys), gap_bytes);
}

KeySet KeySet::rising_list(std::vector<Key> keys, std::uint64_t gap_bytes) {
  if (keys.empty()) return {};
  auto rep = std::make_shared<Rep>();
  rep->size = keys.size();
  rep->keys = std::move(keys);
  rep->gap_bytes = gap_bytes;
  return KeySet(std::move(rep));
}

std::span<const KeyRange> KeySet::as_ranges() const {
  PSGRID_CHECK(is_ranges(), "a set held as ranges");
  return rep_ ? std::span<const KeyRange>(rep_->ranges) : std::span<const KeyRange>();
}

std::span<const Key> KeySet::as_list() const {
  PSGRID_CHECK(!is_ranges() || empty(), "a set held as a list");
  return rep_ ? std::span<const Key>(rep_->keys) : std::span<const Key>();
}

bool KeySet::contains(Key key) const {
  if (!is_ranges()) return std::binary_search(rep_->keys.begin(), rep_->keys.end(), key);
  const std::span<const KeyRange> ranges = as_ranges();
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), key,
      [](Key k, const KeyRange& range) { return k < range.begin; });  // first that begins after key
  return after != ranges.begin() && std::prev(after)->contains(key);
}

bool KeySet::operator==(const KeySet& other) const {
  if (same_as(other)) return true;
  if (size() != other.size()) return false;
  if (is_ranges() != other.is_ranges()) {
    const KeySet& ranges = is_ranges() ? *this : other;
    const KeySet& list = is_ranges() ? other : *this;
    return std::all_of(list.rep_->keys.begin(), list.rep_->keys.end(),
                       [&](Key key) { return ranges.contains(key); });
  }
  return empty() || (rep_->ranges == other.rep_->ranges && rep_->keys == other.rep_->keys);
}

}  // namespace psgrid
