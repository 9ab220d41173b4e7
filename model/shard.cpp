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

std::pair<KeyRange, std::uint64_t> ShardLayout::range_with(Key key) const {
  const std::span<const KeyRange> ranges = owned_.as_ranges();
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), key,
                                      [](Key k, const KeyRange& r) { return k < r.begin; });
  PSGRID_CHECK(after != ranges.begin() && std::prev(after)->contains(key),
               "keys that this shard holds");
  const auto range = static_cast<std::size_t>(after - ranges.begin() - 1);
  return {ranges[range], first_row_[range]};
}

std::uint64_t ShardLayout::row_of(Key begin, std::uint64_t count) const {
  const auto [range, first] = range_with(begin);
  PSGRID_CHECK(begin + count <= range.end, "keys that this shard holds");
  return first + (begin - range.begin);
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
  if (!keys.is_ranges()) {
    std::vector<float> listed(keys.size() * width);
    float* to = listed.data();
    if (width == 1)
      layout_.for_each_row(keys.as_list(), [&](std::uint64_t row) { *to++ = weights_[row]; });
    else
      layout_.for_each_row(keys.as_list(), [&](std::uint64_t row) {
        to = std::copy_n(weights_.data() + row * width, width, to);
      });
    return Values(std::move(listed));
  }
  std::vector<float> values;
  values.reserve(keys.size() * width);
  for (const KeyRange& range : keys.as_ranges()) {
    const float* rows = weights_.data() + layout_.row_of(range.begin, range.size()) * width;
    values.insert(values.end(), rows, rows + range.size() * width);
  }
  return Values(std::move(values));
}

void Shard::write(const Section& section) {
  if (phantom_) return;
  const std::uint32_t width = layout_.width();
  const std::span<const float> values = section.values.data();
  PSGRID_CHECK(values.size() == section.keys.size() * width, "a row for each key");
  const float* from = values.data();
  section.keys.for_each_run([&](Key begin, std::uint64_t count) {
    std::copy_n(from, count * width, weights_.data() + layout_.row_of(begin, count) * width);
    from += count * width;
  });
}

std::vector<Values> Shard::arrays() const {
  std::vector<Values> arrays;
  const std::uint64_t size = layout_.values();
  for (std::size_t array = 0; array < arrays_count(); ++array) {
    const float* first = array == 0 ? weights_.data() : state_.data() + (array - 1) * size;
    arrays.push_back(phantom_ ? Values::phantom(size)
                              : Values(std::vector<float>(first, first + size)));
  }
  return arrays;
}

void Shard::restore(std::size_t array, std::span<const float> values) {
  const std::uint64_t size = layout_.values();
  PSGRID_CHECK(!phantom_ && values.size() == size, "an array of an equally shaped shard");
  float* first = array == 0 ? weights_.data() : state_.data() + (array - 1) * size;
  std::copy(values.begin(), values.end(), first);
}

void Shard::apply(const Section& section, float share, std::uint64_t step) {
  if (phantom_) return;
  const std::uint32_t width = layout_.width();
  const std::uint32_t pushed = rule_.pushed_per_weight();
  const std::span<const float> gradient = section.values.data();
  PSGRID_CHECK(gradient.size() == section.keys.size() * pushed_width(), "a row for each key");
  if (!section.keys.is_ranges()) return apply_list(section.keys.as_list(), gradient, share, step);
  std::size_t done = 0;
  for (const KeyRange& range : section.keys.as_ranges()) {
    const std::size_t offset = layout_.row_of(range.begin, range.size()) * width;
    const std::size_t values = range.size() * width;
    rule_.apply({weights_.data() + offset, values}, {state_.data() + offset, weights_.size()},
                gradient.subspan(done * pushed, values * pushed), share, step);
    done += values;
  }
}

namespace {

// Rows of `width` values that lie apart in `all`, one after the other in `some`.
void gather(const float* all, std::span<const std::uint64_t> rows, std::uint32_t width,
            float* some) {
  if (width == 1) {
    for (std::size_t i = 0; i < rows.size(); ++i) some[i] = all[rows[i]];
    return;
  }
  for (std::uint64_t row : rows) some = std::copy_n(all + row * width, width, some);
}

// And back.
void scatter(const float* some, std::span<const std::uint64_t> rows, std::uint32_t width,
             float* all) {
  if (width == 1) {
    for (std::size_t i = 0; i < rows.size(); ++i) all[rows[i]] = some[i];
    return;
  }
  for (std::uint64_t row : rows) {
    std::copy_n(some, width, all + row * width);
    some += width;
  }
}

}  // namespace

// Rows that lie apart are brought together for the rule, some at a time, and put back.
void Shard::apply_list(std::span<const Key> keys, std::span<const float> gradient, float share,
                       std::uint64_t step) {
  constexpr std::size_t kBatch = 1024;
  const std::uint32_t width = layout_.width();
  const std::uint32_t slots = rule_.slots();
  const std::uint32_t pushed = rule_.pushed_per_weight();
  const std::size_t stride = std::min(kBatch, keys.size()) * width;
  std::vector<std::uint64_t> rows(std::min(kBatch, keys.size()));
  std::vector<float> weights(stride), state(stride * slots);
  for (std::size_t done = 0; done < keys.size(); done += rows.size()) {
    rows.resize(std::min(kBatch, keys.size() - done));
    std::uint64_t* next = rows.data();
    layout_.for_each_row(keys.subspan(done, rows.size()),
                         [&](std::uint64_t row) { *next++ = row; });
    gather(weights_.data(), rows, width, weights.data());
    for (std::uint32_t slot = 0; slot < slots; ++slot)
      gather(state_.data() + slot * weights_.size(), rows, width, state.data() + slot * stride);
    const std::size_t values = rows.size() * width;
    rule_.apply({weights.data(), values}, {state.data(), stride},
                gradient.subspan(done * width * pushed, values * pushed), share, step);
    scatter(weights.data(), rows, width, weights_.data());
    for (std::uint32_t slot = 0; slot < slots; ++slot)
      scatter(state.data() + slot * stride, rows, width, state_.data() + slot * weights_.size());
  }
}

}  // namespace psgrid
