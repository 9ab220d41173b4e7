#include "model/learners/lda.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/serial_reference.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid {
namespace {

constexpr std::uint32_t kTopics = 4, kWords = 80;

LearnerSpec spec(std::uint64_t seed = 1) {
  return {.type = LearnerType::kLda, .topics = kTopics, .alpha = 0.1, .beta = 0.01, .seed = seed};
}

// A server, and one worker that has all documents.
struct Alone {
  explicit Alone(const Dataset& documents) : data(documents) {
    counts = {{{0}, KeySet::range(0, kWords), Values(std::vector<float>(kWords * kTopics))},
              {{1}, KeySet::range(0, 1), Values(std::vector<float>(kTopics))}};
  }

  Gradient sweep(Lda& learner) {
    const std::vector<KeySet> keys = learner.keys(data, all_rows(data));
    std::vector<Section> pulled;
    for (std::size_t t = 0; t < 2; ++t)
      pulled.push_back(keys[t].empty() ? Section{{static_cast<std::uint16_t>(t)}, {}, {}}
                                       : select(counts, keys)[t]);
    Gradient pushed = learner.gradient(data, all_rows(data), pulled);
    for (const Section& section : pushed.sections) add(section);
    return pushed;
  }

  void add(const Section& section) {
    Values& table = counts[section.table.value].values;
    std::vector<float> values(table.data().begin(), table.data().end());
    const float* from = section.values.data().data();
    section.keys.for_each_run([&](Key begin, std::uint64_t count) {
      for (std::size_t i = begin * kTopics; i < (begin + count) * kTopics; ++i)
        values[i] += *from++;
    });
    table = Values(std::move(values));
  }

  // That rows of words add up to their occurrences, and to the totals.
  void expect_every_token_once() const {
    std::vector<double> occurrences(kWords), totals(kTopics);
    for (std::size_t i = 0; i < data.column.size(); ++i)
      occurrences[data.column[i]] += data.value[i];
    const std::span<const float> words = counts[0].values.data();
    for (std::size_t word = 0; word < kWords; ++word) {
      double sum = 0;
      for (std::size_t topic = 0; topic < kTopics; ++topic) {
        sum += words[word * kTopics + topic];
        totals[topic] += words[word * kTopics + topic];
      }
      EXPECT_EQ(sum, occurrences[word]) << "word " << word;
    }
    for (std::size_t topic = 0; topic < kTopics; ++topic)
      EXPECT_EQ(counts[1].values.data()[topic], totals[topic]);
  }

  Dataset data;
  std::vector<Section> counts;
};

Share share_of(const Dataset& data, std::uint32_t from = 0) {
  return {worker_id(0), {from}, 0, data.rows};
}

TEST(Lda, BeginsWithRandomAssignmentsOfEveryToken) {
  Alone alone(topic_documents(20, kWords, kTopics));
  Lda learner(spec(), alone.data);
  learner.take_share(alone.data, share_of(alone.data));
  const Gradient pushed = alone.sweep(learner);
  EXPECT_NEAR(pushed.loss, std::log(kWords), 1e-12);
  alone.expect_every_token_once();
  for (float total : alone.counts[1].values.data()) EXPECT_NEAR(total, 150, 50);
}

TEST(Lda, SweepsMoveTokensAndLoseNone) {
  Alone alone(topic_documents(20, kWords, kTopics));
  Lda learner(spec(), alone.data);
  learner.take_share(alone.data, share_of(alone.data));
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(alone.sweep(learner).sections.empty());
    alone.expect_every_token_once();
    for (float count : alone.counts[0].values.data()) EXPECT_GE(count, 0);
  }
}

TEST(Lda, FindsTheTopics) {
  Alone alone(topic_documents(60, kWords, kTopics));
  Lda learner(spec(), alone.data);
  learner.take_share(alone.data, share_of(alone.data));
  alone.sweep(learner);
  const double first = std::exp(alone.sweep(learner).loss);
  for (int i = 0; i < 60; ++i) alone.sweep(learner);
  const double last = std::exp(alone.sweep(learner).loss);
  EXPECT_GT(first, 60);
  EXPECT_LT(last, 35) << "20 words a topic, and a tenth of the tokens from anywhere";
  const Evaluation held_out =
      learner.evaluate(topic_documents(30, kWords, kTopics, 2), alone.counts);
  EXPECT_LT(held_out.metric, 45);
  EXPECT_NEAR(held_out.metric, std::exp(held_out.loss), 1e-9);
}

TEST(Lda, AWorkerThatIsStartedAnewBeforeItsFirstCountsPushesTheSameOnes) {
  const Dataset data = topic_documents(20, kWords, kTopics);
  Alone one(data), another(data);
  Lda a(spec(), data), b(spec(), data);
  a.take_share(data, share_of(data));
  b.take_share(data, share_of(data));
  one.sweep(a);
  another.sweep(b);
  for (std::size_t i = 0; i < kWords * kTopics; ++i)
    EXPECT_EQ(one.counts[0].values.data()[i], another.counts[0].values.data()[i]);
}

TEST(Lda, AWorkerThatIsStartedAnewLaterCountsNothingTwice) {
  Alone alone(topic_documents(20, kWords, kTopics));
  Lda crashed(spec(), alone.data);
  crashed.take_share(alone.data, share_of(alone.data));
  for (int i = 0; i < 20; ++i) alone.sweep(crashed);
  Lda again(spec(), alone.data);
  again.take_share(alone.data, share_of(alone.data, 20));
  const double first = alone.sweep(again).loss;
  alone.expect_every_token_once();
  for (int i = 0; i < 5; ++i) alone.sweep(again);
  alone.expect_every_token_once();
  EXPECT_LT(std::exp(first), 50) << "it goes on from what the crashed one had learned";
}

// Documents of the first half go to another worker, and come back.
TEST(Lda, DocumentsThatMoveAreNotCountedTwice) {
  Alone alone(topic_documents(20, kWords, kTopics));
  Lda learner(spec(), alone.data);
  learner.take_share(alone.data, share_of(alone.data));
  for (int i = 0; i < 5; ++i) alone.sweep(learner);
  learner.take_share(alone.data, {worker_id(0), {5}, 10, 10});
  learner.take_share(alone.data, {worker_id(0), {6}, 0, 20});
  for (int i = 0; i < 5; ++i) alone.sweep(learner);
  alone.expect_every_token_once();
}

TEST(Lda, ReadsNegativeCountsAsZero) {
  const Dataset data = topic_documents(5, kWords, kTopics);
  Lda learner(spec(), data);
  learner.take_share(data, share_of(data, 3));
  const std::vector<KeySet> keys = learner.keys(data, all_rows(data));
  const std::vector<Section> negative = {
      {{0}, keys[0], Values(std::vector<float>(keys[0].size() * kTopics, -3))},
      {{1}, keys[1], Values(std::vector<float>(kTopics, -7))}};
  const Gradient pushed = learner.gradient(data, all_rows(data), negative);
  EXPECT_TRUE(std::isfinite(pushed.loss));
}

TEST(Lda, CountsSixOperationsATopicAndToken) {
  const Dataset data = topic_documents(5, kWords, kTopics);
  EXPECT_EQ(Lda(spec(), data).flops_per_example(data), 6 * kTopics * 30);
}

}  // namespace
}  // namespace psgrid
