#include "model/learners/lda.hpp"

#include <algorithm>
#include <utility>

#include "model/check.hpp"
#include "model/learners/sparse_keys.hpp"
#include "model/portable_math.hpp"
#include "model/update_rules/add.hpp"

namespace psgrid {
namespace {

// Sub-streams: what is drawn in iteration t has number t + 1.
constexpr std::uint32_t kFirstAssignments = 0;

std::uint32_t tokens_of(float count) { return static_cast<std::uint32_t>(count); }

double tokens_in(const Dataset& data, std::uint32_t row) {
  double tokens = 0;
  for (const float count : data.values_of(row)) tokens += count;
  return tokens;
}

}  // namespace

Lda::Lda(const LearnerSpec& spec, const Dataset& data)
    : words_(data.features),
      topics_(spec.topics),
      alpha_(spec.alpha),
      beta_(spec.beta),
      seed_(spec.seed),
      sums_(spec.topics) {
  PSGRID_CHECK(data.is_sparse(), "documents");
  PSGRID_CHECK(topics_ > 0 && topics_ <= 0xFFFF, "topics that 16 bits can number");
  PSGRID_CHECK(alpha_ > 0 && beta_ > 0, "priors above 0");
}

std::vector<Table> Lda::tables() const {
  return {{.name = "words", .id = {0}, .keys = words_, .width = topics_, .initial = {}},
          {.name = "totals", .id = {1}, .keys = 1, .width = topics_, .initial = {}}};
}

std::unique_ptr<UpdateRule> Lda::update_rule() const { return std::make_unique<Add>(); }

// Documents that go to another worker are forgotten: should they return, they are new.
void Lda::take_share(const Dataset&, const Share& share) {
  const bool is_first = share_.rows == 0;
  share_ = share;
  std::erase_if(documents_, [&](const auto& entry) {
    return entry.first < share.first_row || entry.first >= share.first_row + share.rows;
  });
  if (!is_first) return;
  iteration_ = share.from;
  counts_first_ = share.from == Clock{};
}

std::vector<KeySet> Lda::keys(const Dataset& data, std::span<const std::uint32_t> rows) {
  is_first_.push_back(std::exchange(counts_first_, false));
  if (is_first_.back()) return {KeySet(), KeySet()};
  return {columns_of_rows(data, rows), KeySet::range(0, 1)};
}

// Of the document and the token alone: a worker that is started anew before its first counts are
// acknowledged pushes the same ones again.
std::uint16_t Lda::first_topic(std::uint32_t row, std::uint64_t token) const {
  const RandomStream random(seed_, manager_id(row), Purpose::kTopics, kFirstAssignments);
  return static_cast<std::uint16_t>(random.uniform_at(token) * topics_);
}

Gradient Lda::first_counts(const Dataset& data) {
  std::vector<std::uint32_t> rows(share_.rows);
  for (std::uint32_t i = 0; i < share_.rows; ++i) rows[i] = share_.first_row + i;
  const KeySet words = columns_of_rows(data, rows);
  LdaCounts counts({{{0}, words, Values(std::vector<float>(words.size() * topics_))},
                    {{1}, KeySet::range(0, 1), Values(std::vector<float>(topics_))}},
                   words_, topics_, beta_);
  for (const std::uint32_t row : rows) {
    Document& document = documents_[row];
    document.of_topic.resize(topics_);
    for (std::size_t i = 0; i < data.columns_of(row).size(); ++i) {
      const std::size_t position = counts.position(data.columns_of(row)[i]);
      for (std::uint32_t n = tokens_of(data.values_of(row)[i]); n > 0; --n) {
        const std::uint16_t topic = first_topic(row, document.topics.size());
        document.topics.push_back(topic);
        ++document.of_topic[topic];
        counts.add(position, topic, 1);
      }
    }
  }
  return {counts.increments(), portable_log(words_)};
}

// Assignments of a document whose counts are on the servers already: of each word, so many tokens
// out of those that are counted there, without putting them back.
Lda::Document Lda::guess(const Dataset& data, std::uint32_t row, const LdaCounts& counts,
                         RandomStream& random) const {
  Document document;
  document.of_topic.resize(topics_);
  std::vector<double> left(topics_);
  for (std::size_t i = 0; i < data.columns_of(row).size(); ++i) {
    const std::size_t position = counts.position(data.columns_of(row)[i]);
    for (std::uint32_t topic = 0; topic < topics_; ++topic)
      left[topic] = counts.of_word(position, topic);
    for (std::uint32_t n = tokens_of(data.values_of(row)[i]); n > 0; --n) {
      double sum = 0;
      for (const double count : left) sum += count;
      std::uint32_t topic = 0;
      if (sum > 0) {
        double place = random.uniform() * sum;
        while (topic + 1 < topics_ && (place -= left[topic]) >= 0) ++topic;
        left[topic] = std::max(left[topic] - 1, 0.0);
      } else {
        topic = static_cast<std::uint32_t>(random.below(topics_));
      }
      document.topics.push_back(static_cast<std::uint16_t>(topic));
      ++document.of_topic[topic];
    }
  }
  return document;
}

// One sweep over the document: P(topic) ~ (tokens of the document + alpha) * share of the word.
void Lda::sample(const Dataset& data, std::uint32_t row, Document& document, LdaCounts& counts,
                 RandomStream& random) {
  std::size_t token = 0;
  for (std::size_t i = 0; i < data.columns_of(row).size(); ++i) {
    const std::size_t position = counts.position(data.columns_of(row)[i]);
    for (std::uint32_t n = tokens_of(data.values_of(row)[i]); n > 0; --n, ++token) {
      const std::uint16_t old = document.topics[token];
      --document.of_topic[old];
      counts.add(position, old, -1);
      double sum = 0;
      for (std::uint32_t topic = 0; topic < topics_; ++topic) {
        sum += (document.of_topic[topic] + alpha_) * counts.share(position, topic);
        sums_[topic] = sum;
      }
      const double place = random.uniform() * sum;
      std::uint32_t topic = 0;
      while (topic + 1 < topics_ && sums_[topic] <= place) ++topic;
      document.topics[token] = static_cast<std::uint16_t>(topic);
      ++document.of_topic[topic];
      counts.add(position, topic, 1);
    }
  }
}

double Lda::log_likelihood(const Dataset& data, std::uint32_t row, const Document& document,
                           const LdaCounts& counts) const {
  const double of_all = static_cast<double>(document.topics.size()) + topics_ * alpha_;
  double sum = 0;
  for (std::size_t i = 0; i < data.columns_of(row).size(); ++i) {
    const std::size_t position = counts.position(data.columns_of(row)[i]);
    double probability = 0;
    for (std::uint32_t topic = 0; topic < topics_; ++topic)
      probability += (document.of_topic[topic] + alpha_) * counts.share(position, topic);
    sum += data.values_of(row)[i] * portable_log(probability / of_all);
  }
  return sum;
}

Gradient Lda::gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                       const std::vector<Section>& weights) {
  PSGRID_CHECK(!is_first_.empty(), "keys before a gradient");
  const bool is_first = is_first_.front();
  is_first_.pop_front();
  const Clock iteration = std::exchange(iteration_, iteration_.next());
  if (is_first) return first_counts(data);
  RandomStream random(seed_, share_.worker, Purpose::kTopics, iteration.value + 1);
  LdaCounts counts(weights, words_, topics_, beta_);
  Gradient result;
  double tokens = 0;
  for (const std::uint32_t row : rows) {
    const auto [place, is_new] = documents_.try_emplace(row);
    Document& document = place->second;
    if (is_new) document = guess(data, row, counts, random);
    result.loss -= log_likelihood(data, row, document, counts);
    tokens += static_cast<double>(document.topics.size());
  }
  for (const std::uint32_t row : rows) sample(data, row, documents_[row], counts, random);
  if (tokens > 0) result.loss /= tokens;
  result.sections = counts.increments();
  return result;
}

Evaluation Lda::evaluate(const Dataset& data, const std::vector<Section>& weights) const {
  constexpr int kRounds = 20;  // of expectation and maximisation
  const LdaCounts counts(weights, words_, topics_, beta_);
  std::vector<double> share(topics_), next(topics_);
  double sum = 0, scored = 0;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    const std::span<const std::uint32_t> words = data.columns_of(row);
    std::vector<double> seen, hidden;  // tokens of each word
    std::uint32_t token = 0;
    for (const float count : data.values_of(row)) {
      const std::uint32_t end = token + tokens_of(count);
      seen.push_back((end + 1) / 2 - (token + 1) / 2);
      hidden.push_back(end / 2 - token / 2);
      token = end;
    }
    std::fill(share.begin(), share.end(), 1.0 / topics_);
    for (int round = 0; round < kRounds; ++round) {
      std::fill(next.begin(), next.end(), alpha_);
      double all = topics_ * alpha_;
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (seen[i] == 0) continue;
        double probability = 0;
        for (std::uint32_t topic = 0; topic < topics_; ++topic)
          probability += share[topic] * counts.share(words[i], topic);
        const double weight = seen[i] / probability;
        for (std::uint32_t topic = 0; topic < topics_; ++topic)
          next[topic] += weight * share[topic] * counts.share(words[i], topic);
        all += seen[i];
      }
      for (std::uint32_t topic = 0; topic < topics_; ++topic) share[topic] = next[topic] / all;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (hidden[i] == 0) continue;
      double probability = 0;
      for (std::uint32_t topic = 0; topic < topics_; ++topic)
        probability += share[topic] * counts.share(words[i], topic);
      sum += hidden[i] * portable_log(probability);
      scored += hidden[i];
    }
  }
  const double loss = scored > 0 ? -sum / scored : 0;
  return {.loss = loss, .metric = portable_exp(loss)};
}

double Lda::flops_per_example(const Dataset& data) const {
  double tokens = 0;
  for (std::uint32_t row = 0; row < data.rows; ++row) tokens += tokens_in(data, row);
  return 6.0 * topics_ * tokens / std::max(data.rows, 1u);
}

}  // namespace psgrid
