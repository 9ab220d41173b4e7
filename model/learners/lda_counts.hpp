// The counts that a worker of Lda works on for one batch: what it has pulled, and its changes.
#pragma once

#include <cstdint>
#include <vector>

#include "model/learners/keyed_rows.hpp"
#include "model/values.hpp"

namespace psgrid {

class LdaCounts {
 public:
  // weights: the tables "words" and "totals", as pulled.
  LdaCounts(const std::vector<Section>& weights, std::uint32_t words, std::uint32_t topics,
            double beta);

  std::size_t position(std::uint32_t word) const { return keys_.position(word); }

  // Of the word at a position; negative ones count as 0.
  double of_word(std::size_t position, std::uint32_t topic) const {
    const std::int32_t count = words_[position * topics_ + topic];
    return count > 0 ? count : 0;
  }

  // (count + beta) / (total + words beta): the share of the word in the topic.
  double share(std::size_t position, std::uint32_t topic) const {
    return (of_word(position, topic) + beta_) * per_total_[topic];
  }

  void add(std::size_t position, std::uint32_t topic, std::int32_t by);

  // The changes, as sections of the rows that have any.
  std::vector<Section> increments() const;

 private:
  void update_total(std::uint32_t topic);

  const std::uint32_t topics_;
  const double beta_, beta_of_all_;
  const KeySet word_keys_;
  const KeyedRows keys_;
  std::vector<std::int32_t> words_, totals_;
  std::vector<std::int32_t> changes_, changes_of_totals_;
  std::vector<double> per_total_;  // 1 / (total + words beta)
};

}  // namespace psgrid
