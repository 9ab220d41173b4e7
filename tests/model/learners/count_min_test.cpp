#include "model/learners/count_min.hpp"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "model/update_rules/add.hpp"

namespace psgrid {
namespace {

LearnerSpec spec(std::uint32_t width, std::uint32_t depth, std::uint64_t seed = 1) {
  return {.type = LearnerType::kCountMin,
          .width = width,
          .depth = depth,
          .items = 5000,
          .skew = 1.1,
          .seed = seed,
          .workers = 3,
          .batch = 100};
}

// The tables after so many iterations of every worker.
std::vector<Section> after(CountMin& learner, std::uint32_t iterations) {
  std::vector<std::vector<float>> tables;
  for (const Table& table : learner.tables()) tables.emplace_back(table.keys);
  for (std::uint32_t iteration = 0; iteration < iterations; ++iteration)
    for (std::uint32_t worker = 0; worker < 3; ++worker) {
      const Gradient pushed = learner.gradient({}, learner.made_up_rows(worker, {iteration}), {});
      for (const Section& section : pushed.sections) {
        const float* from = section.values.data().data();
        section.keys.for_each_run([&](Key begin, std::uint64_t count) {
          for (Key key = begin; key < begin + count; ++key)
            tables[section.table.value][key] += *from++;
        });
      }
    }
  return {{{0}, KeySet::range(0, tables[0].size()), Values(tables[0])},
          {{1}, KeySet::range(0, tables[1].size()), Values(tables[1])}};
}

TEST(CountMin, ReadsNothingAndAdds) {
  CountMin learner(spec(10, 2));
  const std::vector<KeySet> keys = learner.keys({}, learner.made_up_rows(2, {7}));
  EXPECT_TRUE(keys[0].empty());
  EXPECT_TRUE(keys[1].empty());
  EXPECT_TRUE(learner.update_rule()->sums());
}

TEST(CountMin, EveryItemCountsOnceInEachRow) {
  CountMin learner(spec(10, 3));
  const Gradient pushed = learner.gradient({}, learner.made_up_rows(2, {7}), {});
  double of_row[3] = {};
  std::size_t i = 0;
  pushed.sections[0].keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key)
      of_row[key / 10] += pushed.sections[0].values.data()[i++];
  });
  for (double sum : of_row) EXPECT_EQ(sum, 100);
  EXPECT_EQ(pushed.sections[1].keys, KeySet::range(2, 3)) << "a batch of worker 2";
}

TEST(CountMin, AWorkerThatIsStartedAnewCountsTheSame) {
  CountMin one(spec(100, 3)), another(spec(100, 3));
  one.gradient({}, one.made_up_rows(0, {1}), {});
  const Gradient a = one.gradient({}, one.made_up_rows(1, {5}), {});
  const Gradient b = another.gradient({}, another.made_up_rows(1, {5}), {});
  EXPECT_EQ(a.sections[0].keys, b.sections[0].keys);
}

TEST(SketchHashes, SpreadItemsOverTheWholeRow) {
  const SketchHashes hashes(1, 64, 4);
  for (std::uint32_t row = 0; row < 4; ++row) {
    std::map<Key, int> items;
    for (std::uint64_t item = 1; item <= 6400; ++item) ++items[hashes.key(item, row)];
    EXPECT_EQ(items.size(), 64u);
    EXPECT_EQ(items.begin()->first, row * 64);
    for (const auto& [key, count] : items) EXPECT_NEAR(count, 100, 60);
  }
}

// true <= estimate always; estimate <= true + e N / width but with probability exp(-depth).
TEST(CountMin, KeepsItsBound) {
  constexpr std::uint32_t kDepth = 3;
  double beyond = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CountMin learner(spec(136, kDepth, seed));  // epsilon = 0.02
    const Evaluation evaluation = learner.evaluate({}, after(learner, 50));
    EXPECT_GE(evaluation.loss, 0);
    EXPECT_LE(evaluation.loss, 0.02);
    beyond += (1 - evaluation.metric) / 20;
  }
  EXPECT_LE(beyond, std::exp(-1.0 * kDepth));
}

TEST(CountMin, NoticesALostPush) {
  CountMin learner(spec(136, 3));
  std::vector<Section> weights = after(learner, 10);
  EXPECT_GT(learner.evaluate({}, weights).metric, 0.9);
  std::vector<float> emptied(weights[0].values.data().size());
  weights[0].values = Values(std::move(emptied));
  EXPECT_EQ(learner.evaluate({}, weights).metric, 0) << "no estimate reaches its count";
}

TEST(CountMin, CountsFourOperationsARow) {
  EXPECT_EQ(CountMin(spec(10, 5)).flops_per_example({}), 20);
}

}  // namespace
}  // namespace psgrid
