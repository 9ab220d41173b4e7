#include "model/baselines/add_rows.hpp"

#include <gtest/gtest.h>

#include "model/section_rows.hpp"
#include "tests/support/describe.hpp"

namespace psgrid {
namespace {

using testing::describe;

constexpr Namespace kFirst{0}, kSecond{1};

std::string text(const std::vector<Section>& sections) {
  std::string all;
  for (const Section& section : sections) all += describe(section) + ";";
  return all;
}

TEST(AddRows, OfTheSameKeysAddsTheirValues) {
  const Section a{kFirst, KeySet::range(2, 4), Values({1, 2})};
  const Section b{kFirst, KeySet::range(2, 4), Values({10, 20})};
  EXPECT_EQ(text(add_rows({a}, {b})), "0:{2-4}=11,22;");
}

TEST(AddRows, OfDifferentKeysHasTheKeysOfBoth) {
  const Section list{kFirst, KeySet::list({1, 4, 5}), Values({1, 1, 2, 2, 3, 3})};
  const Section other{kFirst, KeySet::list({0, 4}), Values({7, 7, 8, 8})};
  EXPECT_EQ(text(add_rows({list}, {other})), "0:[0,1,4,5]=7,7,1,1,10,10,3,3;");
  const Section range{kFirst, KeySet::range(4, 7), Values({1, 1, 1, 1, 1, 1})};
  EXPECT_EQ(text(add_rows({range}, {list})), "0:[1,4,5,6]=1,1,3,3,4,4,1,1;");
}

TEST(AddRows, OfRangesAreRanges) {
  const Section low{kFirst, KeySet::range(0, 2), Values({1, 2})};
  const Section high{kFirst, KeySet::range(1, 4), Values({10, 20, 30})};
  EXPECT_EQ(text(add_rows({low}, {high})), "0:{0-4}=1,12,20,30;");
}

TEST(AddRows, KeepsTablesApart) {
  const Section first{kFirst, KeySet::range(0, 1), Values({1})};
  const Section second{kSecond, KeySet::range(0, 1), Values({2})};
  EXPECT_EQ(text(add_rows({first}, {second, first})), "0:{0-1}=2;1:{0-1}=2;");
}

TEST(AddRows, OfPhantomsIsAPhantom) {
  const Section phantom{kFirst, KeySet::range(0, 9), Values::phantom(9)};
  const std::vector<Section> sum = scaled(add_rows({phantom}, {phantom}), 0.5f);
  EXPECT_TRUE(sum.front().values.is_phantom());
  EXPECT_EQ(sum.front().values.size(), 9u);
}

TEST(AddRows, ScalesEveryValue) {
  const Section a{kFirst, KeySet::range(0, 2), Values({1, 3})};
  EXPECT_EQ(text(scaled({a}, 0.5f)), "0:{0-2}=0.5,1.5;");
}

}  // namespace
}  // namespace psgrid
