#include "model/baselines/add_rows.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "model/section_rows.hpp"

namespace psgrid {

namespace {

// In the form that takes less on the wire.
KeySet set_of(std::vector<Key> keys, bool as_ranges) {
  if (!as_ranges) return KeySet::list(std::move(keys));
  std::vector<KeyRange> ranges;
  for (Key key : keys)
    if (!ranges.empty() && ranges.back().end == key)
      ++ranges.back().end;
    else
      ranges.push_back({key, key + 1});
  return KeySet::ranges(std::move(ranges));
}

Section added(const Section& sum, const Section& more) {
  if (sum.keys == more.keys) return {sum.table, sum.keys, added(sum.values, more.values)};
  if (sum.keys.empty()) return more;
  if (more.keys.empty()) return sum;
  const std::uint64_t width = sum.values.size() / sum.keys.size();
  const std::vector<Key> left = listed(sum.keys), right = listed(more.keys);
  std::vector<Key> keys;
  std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(keys));
  std::vector<float> values;
  values.reserve(keys.size() * width);
  const float* a = sum.values.data().data();
  const float* b = more.values.data().data();
  std::size_t i = 0, j = 0;
  for (Key key : keys) {
    const bool in_sum = i < left.size() && left[i] == key;
    const bool in_more = j < right.size() && right[j] == key;
    for (std::uint64_t at = 0; at < width; ++at)
      values.push_back(in_sum ? in_more ? a[at] + b[at] : a[at] : b[at]);
    if (in_sum) ++i, a += width;
    if (in_more) ++j, b += width;
  }
  const bool as_ranges = sum.keys.is_ranges() && more.keys.is_ranges();
  return {sum.table, set_of(std::move(keys), as_ranges), Values(std::move(values))};
}

}  // namespace

std::vector<Section> add_rows(std::vector<Section> sum, const std::vector<Section>& more) {
  for (const Section& section : more) {
    const auto same = std::find_if(
        sum.begin(), sum.end(), [&](const Section& each) { return each.table == section.table; });
    if (same == sum.end())
      sum.push_back(section);
    else
      *same = added(*same, section);
  }
  return sum;
}

}  // namespace psgrid
