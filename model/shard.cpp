#include "model/shard.hpp"

#include <algorithm>

#include "model/check.hpp"
#include "model/initial_values.hpp"

namespace psgrid {

ShardLayout::ShardLayout(KeySet owned, std::uint32_t width)
    : owned_(std::move(owned)), width_(width) {
  PSGRID_CHECK(owned_.is_ranges(), "owned keys as ranges");
  std::uint64_t row = 0;
  for (const KeyRange& range : owned_.as_ranges()) {
    first_row_.push_back(row);
    row += range.size();
  }
}

std::uint64_t ShardLayout::row_of(Key begin, std::uint64_t count) const {
  const std::span<const KeyRange> ranges = owned_.as_ranges();
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), begin,
                                      [](Key k, const KeyRange& r) { return k < r.begin; });
  PSGRID_CHECK(after != ranges.begin(), "keys that this shard holds");
  const auto range = static_cast<std::size_t>(after - ranges.begin() - 1);
  PSGRID_CHECK(begin + count <= ranges[range].end, "keys that this shard holds");
  return first_row_[range] + (begin - ranges[range].begin);
}

Shard::Shard(const Table& table, KeySet owned, const UpdateRule& rule, std::uint64_t seed,
             bool phantom)
    : rule_(rule), layout_(std::move(owned), table.width), phantom_(phantom) {
  if (phantom_) return;
  weights_.resize(layout_.values());
  state_.resize(layout_.values() * rule_.slots());
  float* row = weights_.data();
  for (const KeyRange& range : layout_.owned().as_ranges())
    for (Key key = range.begin; key < range.end; ++key, row += table.width)
      initial_row(seed, table, key, {row, table.width});
}

Values Shard::read(const KeySet& keys) const {
  const std::uint32_t width = layout_.width();
  if (phantom_) return Values::phantom(keys.size() * width);
  std::vector<float> values;
  values.reserve(keys.size() * width);
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    const float* rows = weights_.data() + layout_.row_of(begin, count) * width;
    values.insert(values.end(), rows, rows + count * width);
  });
  return Values(std::move(values));
}

void Shard::apply(const Section& section, float share, std::uint64_t step) {
  if (phantom_) return;
  const std::uint32_t width = layout_.width();
  const std::span<const float> gradient = section.values.data();
  PSGRID_CHECK(gradient.size() == section.keys.size() * width, "a row for each key");
  std::size_t done = 0;
  section.keys.for_each_run([&](Key begin, std::uint64_t count) {
    const std::size_t offset = layout_.row_of(begin, count) * width;
    const std::size_t values = count * width;
    rule_.apply({weights_.data() + offset, values}, {state_.data() + offset, weights_.size()},
                gradient.subspan(done, values), share, step);
    done += values;
  });
}

}  // namespace psgrid
