#include "model/key_ring.hpp"

#include <xxhash.h>

#include <algorithm>

#include "model/check.hpp"

namespace psgrid {

namespace {

// A point on the ring, as a fraction of 2^64.
std::uint64_t ring_point(Namespace table, std::uint32_t server, std::uint32_t virtual_node) {
  const std::uint32_t identity[] = {table.value, server, virtual_node};
  return XXH3_64bits(identity, sizeof identity);
}

Key key_at(std::uint64_t point, std::uint64_t keys) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<Key>((Wide{point} * keys) >> 64);
}

// Collects the parts of each server while a key set is walked in rising order.
class Slicer {
 public:
  explicit Slicer(std::size_t servers) : parts_(servers) {}

  void add(std::uint32_t server, Key begin, std::uint64_t count, std::uint64_t row) {
    Part& part = parts_[server];
    if (!part.ranges.empty() && part.ranges.back().end == begin)
      part.ranges.back().end += count;
    else
      part.ranges.push_back({begin, begin + count});
    if (!part.rows.empty() && part.rows.back().first + part.rows.back().count == row)
      part.rows.back().count += count;
    else
      part.rows.push_back({row, count});
    part.size += count;
  }

  // as_list: whether the whole set was a list; its parts then are lists too.
  Slices finish(bool as_list) && {
    Slices slices;
    for (std::uint32_t server = 0; server < parts_.size(); ++server) {
      Part& part = parts_[server];
      if (part.size == 0) continue;
      slices.push_back({server, as_list ? list_of(part) : KeySet::ranges(std::move(part.ranges)),
                        std::move(part.rows)});
    }
    return slices;
  }

 private:
  struct Part {
    std::vector<KeyRange> ranges;
    std::vector<Slice::Rows> rows;
    std::uint64_t size = 0;
  };

  static KeySet list_of(const Part& part) {
    std::vector<Key> keys;
    keys.reserve(part.size);
    for (const KeyRange& range : part.ranges)
      for (Key key = range.begin; key < range.end; ++key) keys.push_back(key);
    return KeySet::list(std::move(keys));
  }

  std::vector<Part> parts_;
};

}  // namespace

KeyRing::KeyRing(const PartitionSpec& partition, std::vector<std::uint32_t> servers,
                 Namespace table, std::uint64_t keys)
    : servers_(std::move(servers)), keys_(keys), all_(KeySet::range(0, keys)) {
  PSGRID_CHECK(!servers_.empty() && keys_ > 0, "a ring needs servers and keys");
  if (partition.type == PartitionType::kRing)
    lay_points(partition.virtual_nodes, table);
  else
    lay_equal_ranges();

  std::vector<std::vector<KeyRange>> owned(servers_.size());
  for (std::size_t i = 0; i < segments_.size(); ++i)
    owned[segments_[i].server].push_back({segments_[i].begin, end_of(i)});
  for (auto& ranges : owned)
    owned_.push_back(ranges.empty() ? KeySet() : KeySet::ranges(std::move(ranges)));

  Slices slices = *slice(KeySet::range(0, keys_));
  for (Slice& slice : slices) slice.keys = owned_[slice.server];
  all_slices_ = std::make_shared<const Slices>(std::move(slices));
}

void KeyRing::lay_points(std::uint32_t virtual_nodes, Namespace table) {
  struct Point {
    std::uint64_t at;
    std::uint32_t server;
    auto operator<=>(const Point&) const = default;
  };
  std::vector<Point> points;
  points.reserve(servers_.size() * virtual_nodes);
  for (std::uint32_t server = 0; server < servers_.size(); ++server)
    for (std::uint32_t v = 0; v < virtual_nodes; ++v)
      points.push_back({ring_point(table, servers_[server], v), server});
  std::sort(points.begin(), points.end());

  // The keys before the first point belong to the last one: the ring closes.
  segments_.push_back({0, points.back().server});
  for (const Point& point : points) {
    const Key begin = key_at(point.at, keys_);
    if (begin == segments_.back().begin)
      segments_.back().server = point.server;
    else if (point.server != segments_.back().server)
      segments_.push_back({begin, point.server});
  }
}

void KeyRing::lay_equal_ranges() {
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t n = servers_.size();
  for (std::uint32_t server = 0; server < n; ++server) {
    const auto begin = static_cast<Key>(Wide{keys_} * server / n);
    const auto end = static_cast<Key>(Wide{keys_} * (server + 1) / n);
    if (begin < end) segments_.push_back({begin, server});
  }
}

Key KeyRing::end_of(std::size_t segment) const {
  return segment + 1 < segments_.size() ? segments_[segment + 1].begin : keys_;
}

std::uint32_t KeyRing::owner(Key key) const {
  PSGRID_CHECK(key < keys_, "a key within the table");
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), key,
                                      [](Key k, const Segment& s) { return k < s.begin; });
  return std::prev(after)->server;
}

std::shared_ptr<const Slices> KeyRing::slice(const KeySet& keys) const {
  if (all_slices_ && keys.same_as(all_)) return all_slices_;
  Slicer slicer(servers_.size());
  std::size_t segment = 0;
  std::uint64_t row = 0;
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    PSGRID_CHECK(begin + count <= keys_, "keys within the table");
    while (count > 0) {
      if (end_of(segment) <= begin)
        segment = static_cast<std::size_t>(
            std::upper_bound(segments_.begin() + static_cast<std::ptrdiff_t>(segment),
                             segments_.end(), begin,
                             [](Key k, const Segment& s) { return k < s.begin; }) -
            segments_.begin() - 1);
      const std::uint64_t part = std::min(count, end_of(segment) - begin);
      slicer.add(segments_[segment].server, begin, part, row);
      begin += part;
      row += part;
      count -= part;
    }
  });
  return std::make_shared<const Slices>(std::move(slicer).finish(!keys.is_ranges()));
}

double KeyRing::skew() const {
  std::uint64_t largest = 0;
  for (const KeySet& owned : owned_) largest = std::max(largest, owned.size());
  return static_cast<double>(largest) * static_cast<double>(owned_.size()) /
         static_cast<double>(keys_);
}

}  // namespace psgrid
