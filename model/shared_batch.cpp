#include "model/shared_batch.hpp"

#include <algorithm>
#include <utility>

#include "model/check.hpp"
#include "model/section_rows.hpp"

namespace psgrid {

SharedBatch::SharedBatch(Clock iteration, std::vector<Piece> pieces) : iteration_(iteration) {
  for (Piece& piece : pieces) pieces_.push_back({.what = std::move(piece), .gradient = {}});
}

std::uint32_t SharedBatch::examples() const {
  std::uint32_t sum = 0;
  for (const Entry& entry : pieces_) sum += entry.what.examples;
  return sum;
}

std::optional<std::uint32_t> SharedBatch::next() const {
  std::optional<std::uint32_t> lent;
  for (std::uint32_t number = 0; number < pieces_.size(); ++number) {
    if (!pieces_[number].begun) return number;
    if (!pieces_[number].done && !lent) lent = number;
  }
  return lent;
}

std::optional<std::uint32_t> SharedBatch::lend() {
  for (auto number = static_cast<std::uint32_t>(pieces_.size()); number-- > 1;)
    if (!pieces_[number].begun) {
      pieces_[number].begun = true;
      return number;
    }
  return std::nullopt;
}

bool SharedBatch::take(std::uint32_t piece, std::vector<Section> gradient) {
  if (piece >= pieces_.size() || std::exchange(pieces_[piece].done, true)) return false;
  pieces_[piece].begun = true;
  pieces_[piece].gradient = std::move(gradient);
  return true;
}

std::vector<Section> SharedBatch::mean(const std::vector<KeySet>& keys) const {
  PSGRID_CHECK(!next(), "a gradient of every piece");
  const std::vector<Section>& first = pieces_.front().gradient;
  if (!first.empty() && first.front().values.is_phantom()) return first;
  std::vector<std::vector<float>> sums(keys.size());
  const auto all = static_cast<float>(examples());
  for (const Entry& entry : pieces_) {
    const float share = static_cast<float>(entry.what.examples) / all;
    for (const Section& section : entry.gradient)
      add_scaled_rows(sums[section.table.value], keys[section.table.value], section, share);
  }
  std::vector<Section> mean;
  for (std::size_t table = 0; table < sums.size(); ++table)
    if (!sums[table].empty())
      mean.push_back(
          {{static_cast<std::uint16_t>(table)}, keys[table], Values(std::move(sums[table]))});
  return mean;
}

}  // namespace psgrid
