#include "model/parameter_cache.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid {

ParameterCache::ParameterCache(std::vector<std::uint32_t> widths, float step)
    : widths_(std::move(widths)), step_(step), tables_(widths_.size()) {}

KeySet ParameterCache::missing(Namespace table, const KeySet& keys, Clock required) const {
  const auto& rows = tables_[table.value];
  std::vector<Key> missing;
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key) {
      const auto row = rows.find(key);
      if (row == rows.end() || row->second.slowest < required) missing.push_back(key);
    }
  });
  if (missing.size() == keys.size()) return keys;
  return missing.empty() ? KeySet() : KeySet::list(std::move(missing));
}

void ParameterCache::store(const Section& section, Clock slowest) {
  auto& rows = tables_[section.table.value];
  const std::uint32_t width = widths_[section.table.value];
  const float* from = section.values.data().data();
  section.keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key, from += width)
      rows[key] = {slowest, std::vector<float>(from, from + width)};
  });
}

void ParameterCache::apply_own(const Section& gradient) {
  auto& rows = tables_[gradient.table.value];
  const std::uint32_t width = widths_[gradient.table.value];
  const float* from = gradient.values.data().data();
  gradient.keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key, from += width) {
      const auto row = rows.find(key);
      if (row == rows.end()) continue;
      for (std::uint32_t i = 0; i < width; ++i) row->second.values[i] -= step_ * from[i];
    }
  });
}

Section ParameterCache::read(Namespace table, const KeySet& keys, Clock& slowest) const {
  const auto& rows = tables_[table.value];
  std::vector<float> values;
  values.reserve(keys.size() * widths_[table.value]);
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key) {
      const auto row = rows.find(key);
      PSGRID_CHECK(row != rows.end(), "keys that are cached");
      slowest = std::min(slowest, row->second.slowest);
      values.insert(values.end(), row->second.values.begin(), row->second.values.end());
    }
  });
  return {table, keys, Values(std::move(values))};
}

}  // namespace psgrid
