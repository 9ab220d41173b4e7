#include "model/key_set.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace psgrid {
namespace {

std::vector<Key> keys_of(const KeySet& set) {
  std::vector<Key> keys;
  set.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key) keys.push_back(key);
  });
  return keys;
}

std::vector<KeyRange> runs_of(const KeySet& set) {
  std::vector<KeyRange> runs;
  set.for_each_run([&](Key begin, std::uint64_t count) { runs.push_back({begin, begin + count}); });
  return runs;
}

KeySet as_ranges(const std::set<Key>& keys) {
  std::vector<KeyRange> ranges;
  for (Key key : keys) ranges.push_back({key, key + 1});
  return KeySet::ranges(ranges);
}

KeySet as_list(const std::set<Key>& keys) { return KeySet::list({keys.begin(), keys.end()}); }

rc::Gen<std::set<Key>> some_keys(Key bound) {
  return rc::gen::map(
      rc::gen::container<std::vector<Key>>(rc::gen::inRange<Key>(0, bound)),
      [](const std::vector<Key>& keys) { return std::set<Key>(keys.begin(), keys.end()); });
}

TEST(KeySet, TheEmptySetHasOneForm) {
  for (const KeySet& set : {KeySet(), KeySet::range(5, 5), KeySet::ranges({}), KeySet::list({})}) {
    EXPECT_TRUE(set.empty());
    EXPECT_TRUE(set.is_ranges());
    EXPECT_TRUE(set.as_ranges().empty());
    EXPECT_TRUE(set.as_list().empty());
    EXPECT_FALSE(set.contains(0));
    EXPECT_EQ(set, KeySet());
  }
}

TEST(KeySet, RangesThatTouchAreMerged) {
  const KeySet set = KeySet::ranges({{1, 3}, {3, 5}, {7, 8}});
  EXPECT_EQ(set.size(), 5u);
  EXPECT_EQ(runs_of(set), (std::vector<KeyRange>{{1, 5}, {7, 8}}));
  EXPECT_EQ(set.as_ranges().size(), 2u);
}

TEST(KeySet, ARangeMayEndAtTheLargestKey) {
  const Key largest = ~Key{0};
  const KeySet set = KeySet::range(largest - 2, largest);
  EXPECT_TRUE(set.contains(largest - 1));
  EXPECT_FALSE(set.contains(largest));
  EXPECT_EQ(KeySet::list({largest - 2, largest - 1}), set);
}

TEST(KeySet, CopiesShareTheirKeys) {
  const KeySet set = KeySet::list({2, 4});
  const KeySet copy = set;
  EXPECT_TRUE(copy.same_as(set));
  EXPECT_FALSE(set.same_as(KeySet::list({2, 4})));
}

TEST(KeySetDeathTest, RefusesKeysOutOfOrder) {
  EXPECT_DEATH(KeySet::list({2, 2}), "strictly rising keys");
  EXPECT_DEATH(KeySet::ranges({{4, 6}, {5, 7}}), "sorted, disjoint ranges");
  EXPECT_DEATH(KeySet::range(2, 1), "ends after it begins");
}

RC_GTEST_PROP(KeySetProperty, BothFormsHoldTheSameKeys, ()) {
  const std::set<Key> keys = *some_keys(60);
  const KeySet list = as_list(keys), ranges = as_ranges(keys);
  RC_ASSERT(list.size() == keys.size() && ranges.size() == keys.size());
  RC_ASSERT(keys_of(list) == std::vector<Key>(keys.begin(), keys.end()));
  RC_ASSERT(runs_of(list) == runs_of(ranges));
  RC_ASSERT(list == ranges && ranges == list);
  for (Key key = 0; key < 62; ++key) {
    RC_ASSERT(list.contains(key) == (keys.count(key) == 1));
    RC_ASSERT(ranges.contains(key) == (keys.count(key) == 1));
  }
}

RC_GTEST_PROP(KeySetProperty, SetsOfDifferentKeysDiffer, ()) {
  const std::set<Key> a = *some_keys(5), b = *some_keys(5);
  RC_ASSERT((as_list(a) == as_list(b)) == (a == b));
  RC_ASSERT((as_ranges(a) == as_ranges(b)) == (a == b));
  RC_ASSERT((as_list(a) == as_ranges(b)) == (a == b));
}

}  // namespace
}  // namespace psgrid
