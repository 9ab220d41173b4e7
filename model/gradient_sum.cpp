#include "model/gradient_sum.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid {

GradientSum::GradientSum(std::span<const Shard> shards) : shards_(shards), sums_(shards.size()) {}

void GradientSum::add(std::uint32_t worker, const Sections& sections) {
  PSGRID_CHECK(worker >= next_, "no gradient of a worker that is already summed");
  auto& waiting = waiting_[worker].sections;
  waiting.insert(waiting.end(), sections.begin(), sections.end());
}

void GradientSum::close(std::uint32_t worker) {
  PSGRID_CHECK(worker >= next_, "a worker that is not closed yet");
  waiting_[worker].closed = true;
  while (!waiting_.empty() && waiting_.begin()->first == next_ && waiting_.begin()->second.closed) {
    for (const Section& section : waiting_.begin()->second.sections) accumulate(section);
    waiting_.erase(waiting_.begin());
    ++next_;
  }
}

void GradientSum::accumulate(const Section& section) {
  if (section.keys.empty()) return;
  const ShardLayout& layout = shards_[section.table.value].layout();
  TableSum& sum = sums_[section.table.value];
  const std::uint32_t width = layout.width();
  const std::span<const float> gradient = section.values.data();
  PSGRID_CHECK(gradient.size() == section.keys.size() * width, "a row for each key");
  if (sum.values.empty()) {
    sum.values.resize(layout.values());
    sum.touched.resize(layout.rows());
  }
  const float* from = gradient.data();
  section.keys.for_each_run([&](Key begin, std::uint64_t count) {
    const std::uint64_t first = layout.row_of(begin, count);
    for (std::uint64_t row = first; row < first + count; ++row, from += width) {
      float* to = sum.values.data() + row * width;
      if (sum.touched[row]) {
        for (std::uint32_t i = 0; i < width; ++i) to[i] += from[i];
      } else {
        sum.touched[row] = true;
        std::copy_n(from, width, to);
      }
    }
  });
}

std::vector<Section> GradientSum::take_scaled(std::uint32_t workers, float factor) && {
  PSGRID_CHECK(next_ == workers && waiting_.empty(), "the gradients of all workers");
  std::vector<Section> sections;
  for (std::size_t table = 0; table < sums_.size(); ++table) {
    TableSum& sum = sums_[table];
    const ShardLayout& layout = shards_[table].layout();
    if (sum.values.empty()) continue;

    const std::uint32_t width = layout.width();
    std::vector<KeyRange> keys;
    std::vector<float> values;
    std::uint64_t row = 0;
    for (const KeyRange& range : layout.owned().as_ranges())
      for (Key key = range.begin; key < range.end; ++key, ++row) {
        if (!sum.touched[row]) continue;
        if (!keys.empty() && keys.back().end == key)
          ++keys.back().end;
        else
          keys.push_back({key, key + 1});
        const float* from = sum.values.data() + row * width;
        for (std::uint32_t i = 0; i < width; ++i) values.push_back(from[i] * factor);
      }
    sections.push_back({{static_cast<std::uint16_t>(table)},
                        KeySet::ranges(std::move(keys)),
                        Values(std::move(values))});
  }
  return sections;
}

}  // namespace psgrid
