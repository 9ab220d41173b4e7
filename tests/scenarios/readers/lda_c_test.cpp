#include "scenarios/readers/lda_c.hpp"

#include <gtest/gtest.h>

namespace psgrid::scenarios {
namespace {

TEST(LdaC, IsReadByDocument) {
  const auto raw = read_lda_c("3 4:1 0:12 2:3\n\n0\n1 1:7\n", "d");
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->data.rows, 3u);
  EXPECT_EQ(raw->data.features, 5u);
  EXPECT_EQ(raw->data.column, (std::vector<std::uint32_t>{0, 2, 4, 1})) << "rising in a row";
  EXPECT_EQ(raw->data.value, (std::vector<float>{12, 3, 1, 7}));
  EXPECT_TRUE(raw->data.columns_of(1).empty()) << "a document without words";
}

TEST(LdaC, HasTheWordsAskedFor) {
  EXPECT_EQ(read_lda_c("1 2:1\n", "d", 9)->data.features, 9u);
  EXPECT_FALSE(read_lda_c("1 9:1\n", "d", 9));
}

}  // namespace
}  // namespace psgrid::scenarios
