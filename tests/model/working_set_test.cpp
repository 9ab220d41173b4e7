#include "model/working_set.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

TEST(WorkingSet, CountsEachKeyOfEachTableOnce) {
  WorkingSet set;
  EXPECT_EQ(set.size(), 0u);
  set.add({KeySet::list({3, 5, 9}), KeySet::range(0, 4)});
  EXPECT_EQ(set.size(), 7u);
  set.add({KeySet::list({1, 5, 20}), KeySet::range(0, 4)});
  EXPECT_EQ(set.size(), 9u) << "of the first table 1 and 20";
  set.add({KeySet::range(0, 30), {}});
  EXPECT_EQ(set.size(), 34u);
  set.add({KeySet::list({3, 5, 9}), KeySet::list({3, 4})});
  EXPECT_EQ(set.size(), 35u);
}

TEST(WorkingSet, OfTheSameSetAgainIsThatSet) {
  WorkingSet set;
  for (int i = 0; i < 3; ++i) set.add({KeySet::range(0, 1'000'000'000'000)});
  EXPECT_EQ(set.size(), 1'000'000'000'000u);
}

}  // namespace
}  // namespace psgrid
