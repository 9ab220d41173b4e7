#include "model/section_rows.hpp"

#include <algorithm>
#include <iterator>

#include "model/check.hpp"

namespace psgrid {

namespace {

// Calls f(row of all, row of some) for each key of `some`.
template <class F>
void for_each_common_row(const KeySet& all, const KeySet& some, F&& f) {
  if (all.size() == some.size()) {
    for (std::uint64_t row = 0; row < all.size(); ++row) f(row, row);
    return;
  }
  const std::vector<Key> keys = listed(all), wanted = listed(some);
  std::size_t at = 0;
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    while (at < keys.size() && keys[at] < wanted[row]) ++at;
    PSGRID_CHECK(at < keys.size() && keys[at] == wanted[row], "keys of the section");
    f(at, row);
  }
}

}  // namespace

std::vector<Key> listed(const KeySet& keys) {
  std::vector<Key> list;
  list.reserve(keys.size());
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key) list.push_back(key);
  });
  return list;
}

bool have_same_keys(const std::vector<KeySet>& a, const std::vector<KeySet>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const KeySet& x, const KeySet& y) { return x.same_as(y); });
}

KeySet united(const KeySet& a, const KeySet& b) {
  if (a.same_as(b) || b.empty()) return a;
  const std::vector<Key> of_a = listed(a), of_b = listed(b);
  std::vector<Key> keys;
  std::set_union(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(keys));
  return keys.size() == of_a.size() ? a : KeySet::list(std::move(keys));
}

Section rows_of(const Section& section, const KeySet& keys) {
  if (keys.size() == section.keys.size()) return {section.table, keys, section.values};
  const std::uint64_t width = section.values.size() / section.keys.size();
  if (section.values.is_phantom())
    return {section.table, keys, Values::phantom(keys.size() * width)};
  std::vector<float> rows(keys.size() * width);
  const float* from = section.values.data().data();
  for_each_common_row(section.keys, keys, [&](std::uint64_t of_section, std::uint64_t row) {
    std::copy_n(from + of_section * width, width, rows.data() + row * width);
  });
  return {section.table, keys, Values(std::move(rows))};
}

Values added(const Values& sum, const Values& more) {
  if (sum.is_phantom()) return sum;
  std::vector<float> values(sum.data().begin(), sum.data().end());
  const std::span<const float> addends = more.data();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += addends[i];
  return Values(std::move(values));
}

std::vector<Section> scaled(std::vector<Section> sections, float factor) {
  for (Section& section : sections) {
    if (section.values.is_phantom()) continue;
    std::vector<float> values(section.values.data().begin(), section.values.data().end());
    for (float& value : values) value *= factor;
    section.values = Values(std::move(values));
  }
  return sections;
}

void add_scaled_rows(std::vector<float>& to, const KeySet& keys, const Section& rows,
                     float factor) {
  if (rows.keys.empty()) return;
  const std::uint64_t width = rows.values.size() / rows.keys.size();
  to.resize(keys.size() * width);
  const float* from = rows.values.data().data();
  for_each_common_row(keys, rows.keys, [&](std::uint64_t row, std::uint64_t of_rows) {
    for (std::uint64_t i = 0; i < width; ++i)
      to[row * width + i] += factor * from[of_rows * width + i];
  });
}

}  // namespace psgrid
