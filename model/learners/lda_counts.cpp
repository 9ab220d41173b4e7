#include "model/learners/lda_counts.hpp"

#include <algorithm>
#include <utility>

#include "model/check.hpp"

namespace psgrid {
namespace {

std::vector<std::int32_t> integers(const Values& values) {
  std::vector<std::int32_t> counts;
  counts.reserve(values.size());
  for (const float value : values.data()) counts.push_back(static_cast<std::int32_t>(value));
  return counts;
}

}  // namespace

LdaCounts::LdaCounts(const std::vector<Section>& weights, std::uint32_t words, std::uint32_t topics,
                     double beta)
    : topics_(topics),
      beta_(beta),
      beta_of_all_(words * beta),
      word_keys_(weights.at(0).keys),
      keys_(word_keys_, topics),
      words_(integers(weights[0].values)),
      totals_(integers(weights.at(1).values)),
      changes_(words_.size()),
      changes_of_totals_(topics),
      per_total_(topics) {
  PSGRID_CHECK(words_.size() == keys_.size() * topics && totals_.size() == topics,
               "a row for each key");
  for (std::uint32_t topic = 0; topic < topics; ++topic) update_total(topic);
}

void LdaCounts::update_total(std::uint32_t topic) {
  per_total_[topic] = 1 / (std::max(totals_[topic], 0) + beta_of_all_);
}

void LdaCounts::add(std::size_t position, std::uint32_t topic, std::int32_t by) {
  words_[position * topics_ + topic] += by;
  changes_[position * topics_ + topic] += by;
  totals_[topic] += by;
  changes_of_totals_[topic] += by;
  update_total(topic);
}

std::vector<Section> LdaCounts::increments() const {
  const auto changed = [](std::span<const std::int32_t> row) {
    return std::any_of(row.begin(), row.end(), [](std::int32_t count) { return count != 0; });
  };
  std::vector<Key> keys;
  std::vector<float> values;
  std::size_t position = 0;
  word_keys_.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key, ++position) {
      const auto row = std::span(changes_).subspan(position * topics_, topics_);
      if (!changed(row)) continue;
      keys.push_back(key);
      values.insert(values.end(), row.begin(), row.end());
    }
  });
  std::vector<Section> sections;
  if (!keys.empty())
    sections.push_back({{0}, KeySet::list(std::move(keys)), Values(std::move(values))});
  if (changed(changes_of_totals_))
    sections.push_back(
        {{1},
         KeySet::range(0, 1),
         Values(std::vector<float>(changes_of_totals_.begin(), changes_of_totals_.end()))});
  return sections;
}

}  // namespace psgrid
