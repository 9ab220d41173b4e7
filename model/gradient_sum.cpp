#include "model/gradient_sum.hpp"

#include <algorithm>

#include "model/check.hpp"
#include "model/planted.hpp"
#include "model/wire_sections.hpp"

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

bool GradientSum::is_closed(std::uint32_t worker) const {
  const auto waiting = waiting_.find(worker);
  return worker < next_ || (waiting != waiting_.end() && waiting->second.closed);
}

void GradientSum::skip(std::uint32_t worker) {
  if (is_closed(worker)) return;
  const auto waiting = waiting_.find(worker);
  if (waiting != waiting_.end()) waiting->second.sections.clear();
  close(worker);
}

void GradientSum::accumulate(const Section& section) {
  if (section.keys.empty()) return;
  const Shard& shard = shards_[section.table.value];
  const ShardLayout& layout = shard.layout();
  TableSum& sum = sums_[section.table.value];
  const std::uint32_t width = shard.pushed_width();
  const std::span<const float> gradient = section.values.data();
  PSGRID_CHECK(gradient.size() == section.keys.size() * width, "a row for each key");
  if (sum.values.empty()) {
    sum.values.resize(layout.rows() * width);
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
  PSGRID_CHECK((next_ == workers && waiting_.empty()) || planted(Mistake::kSumWithoutTheLast),
               "the gradients of all workers");
  std::vector<Section> sections;
  for (std::size_t table = 0; table < sums_.size(); ++table) {
    TableSum& sum = sums_[table];
    const ShardLayout& layout = shards_[table].layout();
    if (sum.values.empty()) continue;

    const std::uint32_t width = shards_[table].pushed_width();
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

void GradientSum::put(WireWriter& out) const {
  out.varint(next_);
  for (const TableSum& sum : sums_) {
    out.varint(sum.values.size());
    out.floats(Values(sum.values));
    for (bool touched : sum.touched) out.byte(touched);
  }
  out.varint(waiting_.size());
  for (const auto& [worker, contribution] : waiting_) {
    out.varint(worker);
    out.byte(contribution.closed);
    psgrid::put(out, contribution.sections);
  }
}

void GradientSum::get(WireReader& in) {
  next_ = in.u32();
  for (std::size_t table = 0; table < sums_.size(); ++table) {
    const ShardLayout& layout = shards_[table].layout();
    TableSum& sum = sums_[table];
    const std::uint64_t values = in.count(sizeof(float));
    if (values != 0 && values != layout.rows() * shards_[table].pushed_width())
      in.fail("a sum as long as the table");
    const Values floats = in.floats(values);
    sum.values.assign(floats.data().begin(), floats.data().end());
    sum.touched.resize(values == 0 ? 0 : layout.rows());
    for (std::size_t row = 0; row < sum.touched.size(); ++row) sum.touched[row] = in.byte() != 0;
  }
  waiting_.clear();
  const std::uint64_t waiting = in.count(2);
  for (std::uint64_t i = 0; i < waiting && in.ok(); ++i) {
    Contribution& contribution = waiting_[in.u32()];
    contribution.closed = in.byte() != 0;
    contribution.sections = get_sections(in);
  }
}

}  // namespace psgrid
