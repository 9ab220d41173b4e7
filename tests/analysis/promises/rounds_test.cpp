// Updates that are made of some workers' gradients.
#include "analysis/promises/rounds.hpp"

#include "tests/analysis/promises/story.hpp"

namespace psgrid::analysis::testing {
namespace {

// Of both workers' gradients, which have to be of the parameters as they are.
Story k_sync(std::uint32_t gradients = 2) {
  Story story({.model = ConsistencyModel::kKSync, .gradients = gradients});
  story.at(0).tells(server_id(0), Story::view(1));
  return story;
}

RoundClosed round(std::uint64_t version, std::vector<RoundClosed::Part> parts) {
  return {.shard = 0, .since = {1}, .version = version, .parts = std::move(parts)};
}
RoundClosed::Part part(std::uint32_t worker, std::uint32_t iteration, std::uint64_t read_version) {
  return {worker_id(worker), {iteration}, read_version};
}

TEST(Quorum, OfAsManyFreshGradientsAsTheModelSays) {
  Story story = k_sync();
  story.at(1).begins(0, 1).begins(1, 1).tells(server_id(0),
                                              round(1, {part(0, 0, 0), part(1, 0, 0)}));
  EXPECT_THAT(story.check(check_quorum), Keeps());
  const auto second = [&](RoundClosed closed) {
    Story told = story;
    told.at(2).begins(0, 2).begins(1, 2).tells(server_id(0), std::move(closed));
    return told.check(check_quorum);
  };
  EXPECT_THAT(second(round(2, {part(0, 1, 1), part(1, 1, 1)})), Keeps());
  EXPECT_THAT(second(round(2, {part(0, 1, 1)})), Breaks(Promise::kQuorum));
  EXPECT_THAT(second(round(2, {part(0, 1, 1), part(1, 1, 0)})), Breaks(Promise::kQuorum));
  EXPECT_THAT(second(round(2, {part(0, 1, 1), part(1, 0, 1)})), Breaks(Promise::kQuorum));
  EXPECT_THAT(second(round(2, {part(0, 1, 1), part(0, 0, 1)})), Breaks(Promise::kQuorum));
  EXPECT_THAT(second(round(2, {part(0, 1, 1), part(1, 2, 1)})), Breaks(Promise::kQuorum));
}

TEST(Quorum, OfThoseWhoAreLeft) {
  const auto alone = [](bool expelled) {
    Story story = k_sync();
    if (expelled) story.at(0.5).tells(server_id(0), Story::view(2, Story::chains(), {1}));
    story.at(1).begins(0, 1).tells(server_id(0), round(1, {part(0, 0, 0)}));
    return story.check(check_quorum);
  };
  EXPECT_THAT(alone(true), Keeps());
  EXPECT_THAT(alone(false), Breaks(Promise::kQuorum));
}

TEST(Quorum, WhoTakesOverAStateHasItsUpdates) {
  const auto again = [](bool leaves) {
    Story story = k_sync(1);
    story.at(1).begins(0, 1).tells(server_id(0), round(1, {part(0, 0, 0)}));
    if (leaves) {
      story.at(2).tells(server_id(0), Story::view(2, {{.since = {2}, .servers = {1}},
                                                      {.since = {1}, .servers = {1, 2}}}));
      story.tells(server_id(0), Story::view(3, {{.since = {3}, .servers = {1, 0}},
                                                {.since = {1}, .servers = {1, 2}}}));
    }
    story.at(3).tells(server_id(0), round(2, {part(0, 0, 1)}));
    return story.check(check_quorum);
  };
  EXPECT_THAT(again(true), Keeps());
  EXPECT_THAT(again(false), Breaks(Promise::kQuorum));
}

}  // namespace
}  // namespace psgrid::analysis::testing
