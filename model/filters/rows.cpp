#include "model/filters/rows.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/random.hpp"

namespace psgrid {

Section rows_of(const Section& section, std::span<const std::uint64_t> rows) {
  if (rows.size() == section.keys.size()) return section;
  std::vector<Key> keys;
  keys.reserve(rows.size());
  std::size_t next = 0;
  for_each_row(section.keys, [&](Key key, std::uint64_t row) {
    if (next == rows.size() || rows[next] != row) return;
    keys.push_back(key);
    ++next;
  });
  const std::uint64_t width = section.values.size() / section.keys.size();
  Section some{section.table, KeySet::list(std::move(keys)), {}, section.form};
  if (section.values.is_phantom()) {
    some.values = Values::phantom(rows.size() * width);
    return some;
  }
  std::vector<float> values;
  values.reserve(rows.size() * width);
  const std::span<const float> all = section.values.data();
  for (std::uint64_t row : rows) {
    const std::span<const float> each = all.subspan(row * width, width);
    values.insert(values.end(), each.begin(), each.end());
  }
  some.values = Values(std::move(values));
  return some;
}

Section phantom_share(const Section& section, double share) {
  if (section.keys.empty()) return section;
  const std::uint64_t all = section.keys.size();
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(all))));
  // The same for every node: what matters is how many there are, and how they are spread.
  RandomStream random(0, manager_id(0), Purpose::kFilter);
  std::vector<std::uint64_t> rows;
  rows.reserve(wanted);
  for (std::uint64_t i = 0; i < wanted; ++i) {
    const auto place = [&](std::uint64_t n) {
      return static_cast<std::uint64_t>(static_cast<double>(all) * static_cast<double>(n) /
                                        static_cast<double>(wanted));
    };
    const std::uint64_t begin = place(i), end = std::max(place(i + 1), begin + 1);
    rows.push_back(begin + random.below(end - begin));
  }
  return rows_of(section, rows);
}

WeightRows::WeightRows(const Section& section) : values_(section.values.data()) {
  if (section.keys.empty()) return;
  width_ = values_.size() / section.keys.size();
  std::uint64_t first = 0;
  section.keys.for_each_run([&](Key begin, std::uint64_t count) {
    runs_.push_back({begin, count, first});
    first += count;
  });
}

std::span<const float> WeightRows::row(Key key) const {
  while (next_ < runs_.size() && runs_[next_].begin + runs_[next_].count <= key) ++next_;
  if (next_ == runs_.size() || key < runs_[next_].begin) return {};
  return values_.subspan((runs_[next_].first + (key - runs_[next_].begin)) * width_, width_);
}

}  // namespace psgrid
