#include "model/section_rows.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

Section section(KeySet keys, std::vector<float> values) {
  return {{1}, std::move(keys), Values(std::move(values))};
}

std::vector<float> floats(const Section& of) {
  return {of.values.data().begin(), of.values.data().end()};
}

TEST(SectionRows, UnitesKeys) {
  const KeySet a = KeySet::list({1, 4, 9}), b = KeySet::range(3, 6);
  EXPECT_EQ(united(a, b), KeySet::list({1, 3, 4, 5, 9}));
  EXPECT_TRUE(united(a, a).same_as(a));
  EXPECT_TRUE(united(a, KeySet::list({4})).same_as(a));
  EXPECT_EQ(united({}, b), b);
}

TEST(SectionRows, TakesTheRowsOfSomeKeys) {
  const Section all = section(KeySet::list({1, 4, 9}), {10, 11, 40, 41, 90, 91});
  EXPECT_EQ(floats(rows_of(all, KeySet::list({1, 9}))), (std::vector<float>{10, 11, 90, 91}));
  EXPECT_TRUE(rows_of(all, all.keys).values.same_as(all.values));
  const Section phantom{{1}, all.keys, Values::phantom(6)};
  EXPECT_EQ(rows_of(phantom, KeySet::list({4})).values.size(), 2u);
}

TEST(SectionRows, AddsRowsToThoseOfMoreKeys) {
  const KeySet all = KeySet::list({1, 4, 9});
  std::vector<float> sum;
  add_scaled_rows(sum, all, section(KeySet::list({4, 9}), {1, 2, 3, 4}), 2);
  add_scaled_rows(sum, all, section(all, {1, 1, 1, 1, 1, 1}), -1);
  EXPECT_EQ(sum, (std::vector<float>{-1, -1, 1, 3, 5, 7}));
}

TEST(SectionRows, KnowsSharedKeys) {
  const KeySet a = KeySet::list({1, 4}), same = KeySet::list({1, 4});
  EXPECT_TRUE(have_same_keys({a, a}, {a, a}));
  EXPECT_FALSE(have_same_keys({a}, {a, a}));
  EXPECT_FALSE(have_same_keys({a}, {same})) << "equal, but not one";
}

}  // namespace
}  // namespace psgrid
