#include "model/key_ring.hpp"

#include <algorithm>
#include <span>

#include <xxhash.h>

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
    add_rows(part, row, count);
  }

  // Keys of a list, the first of them at `row`.
  void add(std::uint32_t server, std::span<const Key> keys, std::uint64_t row) {
    Part& part = parts_[server];
    part.keys.insert(part.keys.end(), keys.begin(), keys.end());
    add_rows(part, row, keys.size());
  }

  // whole: what was sliced; all of it is one server's at times.
  Slices finish(const KeySet& whole) && {
    Slices slices;
    for (std::uint32_t server = 0; server < parts_.size(); ++server) {
      Part& part = parts_[server];
      if (part.size == 0) continue;
      KeySet keys = part.size == whole.size() ? whole
                    : whole.is_ranges()       ? KeySet::ranges(std::move(part.ranges))
                                              : KeySet::list(std::move(part.keys));
      slices.push_back({server, std::move(keys), std::move(part.rows)});
    }
    return slices;
  }

 private:
  struct Part {
    std::vector<KeyRange> ranges;
    std::vector<Key> keys;  // of a list
    std::vector<Slice::Rows> rows;
    std::uint64_t size = 0;
  };

  static void add_rows(Part& part, std::uint64_t row, std::uint64_t count) {
    if (!part.rows.empty() && part.rows.back().first + part.rows.back().count == row)
      part.rows.back().count += count;
    else
      part.rows.push_back({row, count});
    part.size += count;
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
  for (Slice& slice : slices) slice.keys = owned_[slice.shard];
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
  return segments_[segment_of(key)].server;
}

std::size_t KeyRing::segment_of(Key key) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), key,
                                      [](Key k, const Segment& s) { return k < s.begin; });
  return static_cast<std::size_t>(after - segments_.begin() - 1);
}

std::shared_ptr<const Slices> KeyRing::slice(const KeySet& keys) const {
  if (all_slices_ && keys.same_as(all_)) return all_slices_;
  Slicer slicer(servers_.size());
  if (keys.is_ranges()) {
    std::uint64_t row = 0;
    for (const KeyRange& range : keys.as_ranges()) {
      PSGRID_CHECK(range.end <= keys_, "keys within the table");
      std::size_t segment = segment_of(range.begin);
      for (Key begin = range.begin; begin < range.end; ++segment) {
        const std::uint64_t part = std::min(range.end, end_of(segment)) - begin;
        slicer.add(segments_[segment].server, begin, part, row);
        begin += part;
        row += part;
      }
    }
  } else {
    const std::span<const Key> list = keys.as_list();
    PSGRID_CHECK(list.back() < keys_, "keys within the table");
    for (std::size_t at = 0; at < list.size();) {
      const std::size_t segment = segment_of(list[at]);
      const auto end = std::lower_bound(list.begin() + static_cast<std::ptrdiff_t>(at), list.end(),
                                        end_of(segment));
      const auto count = static_cast<std::size_t>(end - list.begin()) - at;
      slicer.add(segments_[segment].server, list.subspan(at, count), at);
      at += count;
    }
  }
  return std::make_shared<const Slices>(std::move(slicer).finish(keys));
}

double KeyRing::skew() const {
  std::uint64_t largest = 0;
  for (const KeySet& owned : owned_) largest = std::max(largest, owned.size());
  return static_cast<double>(largest) * static_cast<double>(owned_.size()) /
         static_cast<double>(keys_);
}

}  // namespace psgrid
