#include "scenarios/readers/ratings.hpp"

#include <gtest/gtest.h>

namespace psgrid::scenarios {
namespace {

TEST(Ratings, AreReadWithAnyBlanksAndComments) {
  const auto ratings = read_ratings("# user item\n7\t3  4.5 # good\r\n\n 7 1 -2 881250949\n", "r");
  ASSERT_TRUE(ratings);
  ASSERT_EQ(ratings->size(), 2u);
  EXPECT_EQ((*ratings)[0].user, 7u);
  EXPECT_EQ((*ratings)[0].item, 3u);
  EXPECT_EQ((*ratings)[0].value, 4.5f);
  EXPECT_EQ((*ratings)[1].value, -2);
  EXPECT_EQ((*ratings)[1].line, 4u);
}

TEST(Ratings, NumberTheUsersAndItemsOfBothParts) {
  const RatingsData data = index_ratings({{90, 5, 1, 1}, {20, 8, 2, 2}}, {{50, 5, 3, 1}});
  EXPECT_EQ(data.train.data.users, 3u);
  EXPECT_EQ(data.train.data.features, 5u);
  EXPECT_EQ(data.train.data.column, (std::vector<std::uint32_t>{2, 3, 0, 4}));
  EXPECT_EQ(data.test.data.column, (std::vector<std::uint32_t>{1, 3}));
  EXPECT_EQ(data.test.data.users, 3u);
  EXPECT_EQ(data.train.data.labels, (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace psgrid::scenarios
