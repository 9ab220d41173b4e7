#include "analysis/shrink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using List = std::vector<int>;

// Fails if all of some items are there.
FirstFailing<List> fails_with(const List& needed) {
  return [needed](const std::vector<List>& cases) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (std::includes(cases[i].begin(), cases[i].end(), needed.begin(), needed.end())) return i;
    return {};
  };
}

List shrunk(List items, const List& needed) {
  return shrink_list<int, List>(
      std::move(items), [](const List& list) { return list; }, fails_with(needed));
}

TEST(ShrinkList, LeavesOnlyWhatIsNeeded) {
  EXPECT_THAT(shrunk({1, 2, 3, 4, 5, 6, 7, 8, 9}, {3}), ElementsAre(3));
  EXPECT_THAT(shrunk({1, 2, 3, 4, 5, 6, 7, 8, 9}, {2, 9}), ElementsAre(2, 9));
  EXPECT_THAT(shrunk({1, 2, 3}, {1, 2, 3}), ElementsAre(1, 2, 3));
  EXPECT_THAT(shrunk({1, 2, 3}, {}), IsEmpty());
  EXPECT_THAT(shrunk({}, {}), IsEmpty());
}

TEST(ShrinkSteps, TakesEachStepThatStillFails) {
  using Pair = std::pair<int, int>;
  const std::function<std::vector<Pair>(const Pair&)> simpler = [](const Pair& pair) {
    std::vector<Pair> list;
    if (pair.first > 0) list.emplace_back(pair.first - 1, pair.second);
    if (pair.second > 0) list.emplace_back(pair.first, pair.second - 1);
    return list;
  };
  const FirstFailing<Pair> failing = [](const std::vector<Pair>& cases) {
    std::optional<std::size_t> first;
    for (std::size_t i = cases.size(); i-- > 0;)
      if (cases[i].first >= 2 && cases[i].second >= 3) first = i;
    return first;
  };
  EXPECT_EQ(shrink_steps<Pair>({9, 9}, simpler, failing, 100), Pair(2, 3));
  EXPECT_EQ(shrink_steps<Pair>({9, 9}, simpler, failing, 2), Pair(7, 9));
}

}  // namespace
}  // namespace psgrid::analysis
