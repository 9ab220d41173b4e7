#include "model/parameter_cache.hpp"

#include <gtest/gtest.h>

#include "tests/support/describe.hpp"

namespace psgrid {
namespace {

using testing::describe;

Section rows(KeySet keys, std::vector<float> values) {
  return {{0}, std::move(keys), Values(std::move(values))};
}

TEST(ParameterCache, MissesWhatItNeverReadOrReadTooLongAgo) {
  ParameterCache cache({1}, 0.5f);
  EXPECT_EQ(cache.missing({0}, KeySet::range(0, 3), {0}), KeySet::range(0, 3));
  cache.store(rows(KeySet::range(0, 2), {1, 2}), {4});
  cache.store(rows(KeySet::list({2}), {3}), {5});
  EXPECT_EQ(cache.missing({0}, KeySet::range(0, 4), {4}), KeySet::list({3}));
  EXPECT_EQ(cache.missing({0}, KeySet::range(0, 4), {5}), KeySet::list({0, 1, 3}));
  EXPECT_TRUE(cache.missing({0}, KeySet::list({2}), {5}).empty());
}

TEST(ParameterCache, ReadsAreAsOldAsTheOldestRow) {
  ParameterCache cache({2}, 0.5f);
  cache.store(rows(KeySet::range(0, 2), {1, 2, 3, 4}), {4});
  cache.store(rows(KeySet::range(1, 2), {5, 6}), {6});
  Clock slowest{9};
  EXPECT_EQ(describe(cache.read({0}, KeySet::range(0, 2), slowest)), "0:{0-2}=1,2,5,6");
  EXPECT_EQ(slowest, Clock{4});
  slowest = {9};
  cache.read({0}, KeySet::list({1}), slowest);
  EXPECT_EQ(slowest, Clock{6});
}

TEST(ParameterCache, ItsOwnUpdatesAreInItAtOnce) {
  ParameterCache cache({1}, 0.5f);
  cache.store(rows(KeySet::range(0, 2), {10, 20}), {1});
  cache.apply_own(rows(KeySet::range(1, 3), {4, 4}));  // key 2 is not cached
  Clock slowest{9};
  EXPECT_EQ(describe(cache.read({0}, KeySet::range(0, 2), slowest)), "0:{0-2}=10,18");
  EXPECT_EQ(cache.missing({0}, KeySet::range(0, 3), {1}), KeySet::list({2}));
}

TEST(ParameterCache, RowsFromTheServersReplaceWhatIsThere) {
  ParameterCache cache({1}, 1);
  cache.store(rows(KeySet::list({0}), {10}), {1});
  cache.apply_own(rows(KeySet::list({0}), {1}));
  cache.store(rows(KeySet::list({0}), {7}), {2});
  Clock slowest{9};
  EXPECT_EQ(describe(cache.read({0}, KeySet::list({0}), slowest)), "0:[0]=7");
}

TEST(ParameterCache, KeepsTablesApart) {
  ParameterCache cache({1, 1}, 1);
  cache.store(rows(KeySet::list({0}), {10}), {1});
  EXPECT_FALSE(cache.missing({1}, KeySet::list({0}), {0}).empty());
}

}  // namespace
}  // namespace psgrid
