#include "model/learners/sparse_keys.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "model/check.hpp"

namespace psgrid {

namespace {

// Rising. Room for one more.
std::vector<Key> columns_below(const Dataset& data, std::span<const std::uint32_t> rows, Key bias) {
  // One bit a column, all clear between calls; per thread, for thousands of learners share one.
  thread_local std::vector<std::uint64_t> seen;
  if (seen.size() < bias / 64 + 1) seen.resize(bias / 64 + 1);
  std::size_t first = seen.size(), last = 0, count = 0;
  for (std::uint32_t row : rows) {
    const std::span<const std::uint32_t> columns = data.columns_of(row);
    if (columns.empty()) continue;
    PSGRID_CHECK(columns.back() < bias, "columns below the key of the bias");
    first = std::min<std::size_t>(first, columns.front() / 64);
    last = std::max<std::size_t>(last, columns.back() / 64);
    count += columns.size();
    for (std::uint32_t column : columns) seen[column / 64] |= std::uint64_t{1} << column % 64;
  }
  std::vector<Key> keys;
  keys.reserve(count + 1);
  for (std::size_t word = first; word <= last && word < seen.size(); ++word)
    for (; seen[word] != 0; seen[word] &= seen[word] - 1)
      keys.push_back(word * 64 + static_cast<Key>(std::countr_zero(seen[word])));
  return keys;
}

}  // namespace

KeySet columns_and_bias(const Dataset& data, std::span<const std::uint32_t> rows, Key bias) {
  std::vector<Key> keys = columns_below(data, rows, bias);
  keys.push_back(bias);
  return KeySet::list(std::move(keys));
}

KeySet columns_of_rows(const Dataset& data, std::span<const std::uint32_t> rows) {
  std::vector<Key> keys = columns_below(data, rows, data.features);
  return keys.empty() ? KeySet() : KeySet::list(std::move(keys));
}

namespace {
thread_local std::vector<std::uint32_t> positions_of_keys;
}

KeyPositions::KeyPositions(const KeySet& keys, std::uint64_t bound)
    : positions_(positions_of_keys) {
  if (positions_.size() < bound) positions_.resize(bound);
  std::uint32_t next = 0;
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    PSGRID_CHECK(begin + count <= bound, "keys of the table");
    for (Key key = begin; key < begin + count; ++key) positions_[key] = next++;
  });
}

}  // namespace psgrid
