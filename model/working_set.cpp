#include "model/working_set.hpp"

#include <algorithm>

namespace psgrid {

void WorkingSet::add(const std::vector<KeySet>& keys) {
  tables_.resize(std::max(tables_.size(), keys.size()));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Table& table = tables_[i];
    const bool is_cheap = keys[i].is_ranges() && table.first.is_ranges();
    if (keys[i].empty() || keys[i].same_as(table.first)) continue;
    if (is_cheap && keys[i] == table.first) continue;
    if (table.first.empty()) {
      table.first = keys[i];
      size_ += keys[i].size();
      continue;
    }
    if (table.touched.empty()) {
      size_ -= table.first.size();
      mark(table, table.first);
    }
    mark(table, keys[i]);
  }
}

void WorkingSet::mark(Table& table, const KeySet& keys) {
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    if (table.touched.size() < begin + count) table.touched.resize(begin + count);
    for (Key key = begin; key < begin + count; ++key) {
      size_ += !table.touched[key];
      table.touched[key] = true;
    }
  });
}

}  // namespace psgrid
