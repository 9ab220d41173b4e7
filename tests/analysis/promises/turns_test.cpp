#include "tests/analysis/promises/story.hpp"

namespace psgrid::analysis::testing {
namespace {

Story round_robin() { return Story({.model = ConsistencyModel::kRoundRobin}); }

// A worker's turn after the first: it pushes an iteration and pulls for the next one.
Story& turn(Story& story, std::uint32_t worker, std::uint32_t number) {
  if (number > 0) story.begins(worker, number);
  return story.asks(worker, number).reads(worker, number, {});
}

TEST(Turns, GoRoundInTheOrderOfRanks) {
  Story story = round_robin();
  for (std::uint32_t number = 0; number < 3; ++number)
    for (std::uint32_t worker = 0; worker < 2; ++worker) turn(story.at(number), worker, number);
  EXPECT_THAT(story.check(check_turns), Keeps());
  turn(story, 1, 3);
  EXPECT_THAT(story.check(check_turns), Breaks(Promise::kTurns));
}

TEST(Turns, OneAtATime) {
  Story story = round_robin();
  story.at(1).asks(0, 0).asks(1, 0);
  EXPECT_THAT(story.check(check_turns), Breaks(Promise::kTurns));
}

TEST(Turns, NobodyIsPassedOver) {
  Story story = round_robin();
  turn(story, 0, 0);
  turn(story, 0, 1);
  EXPECT_THAT(story.check(check_turns), Breaks(Promise::kTurns));
}

}  // namespace
}  // namespace psgrid::analysis::testing
