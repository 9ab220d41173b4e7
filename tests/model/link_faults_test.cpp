#include "model/link_faults.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "model/codec.hpp"
#include "model/random.hpp"

namespace psgrid {
namespace {

constexpr Bytes kSize{1000};

FaultSpec link(NodeId from, NodeId to, LinkCondition condition) {
  FaultSpec fault{.at = 1, .kind = FaultKind::kLink};
  fault.nodes = {{from.role, from.rank, from.rank}};
  fault.to = {{to.role, to.rank, to.rank}};
  fault.until = 3;
  fault.link = condition;
  return fault;
}

// Copies of each of `count` messages sent at a moment.
std::vector<std::uint32_t> copies(LinkFaults& faults, NodeId from, NodeId to, int count, Time at) {
  std::vector<std::uint32_t> result;
  for (int i = 0; i < count; ++i) result.push_back(faults.next(from, to, kSize, at).copies);
  return result;
}

TEST(LinkFaults, TouchOnlyTheirLinkInTheirDirectionWhileTheyLast) {
  LinkFaults faults({link(worker_id(0), server_id(1), {.down = true})}, 7);
  EXPECT_TRUE(faults.any());
  EXPECT_EQ(faults.next(worker_id(0), server_id(1), kSize, {0.9}).copies, 1u);
  EXPECT_EQ(faults.next(worker_id(0), server_id(1), kSize, {1}).copies, 0u);
  EXPECT_EQ(faults.next(worker_id(0), server_id(1), kSize, {3}).copies, 1u);
  EXPECT_EQ(faults.next(server_id(1), worker_id(0), kSize, {2}).copies, 1u);
  EXPECT_EQ(faults.next(worker_id(0), server_id(0), kSize, {2}).copies, 1u);
  EXPECT_EQ(faults.next(worker_id(1), server_id(1), kSize, {2}).copies, 1u);
}

TEST(LinkFaults, BothWaysMeansBoth) {
  FaultSpec fault = link(worker_id(0), server_id(1), {.down = true});
  fault.both_ways = true;
  LinkFaults faults({fault}, 7);
  EXPECT_EQ(faults.next(server_id(1), worker_id(0), kSize, {2}).copies, 0u);
}

// 2,000 draws: four standard deviations are 0.036.
TEST(LinkFaults, LoseAndRepeatAsOftenAsTheySay) {
  LinkFaults faults({link(worker_id(0), server_id(0), {.loss = 0.2, .duplicate = 0.3})}, 7);
  double lost = 0, repeated = 0;
  for (std::uint32_t each : copies(faults, worker_id(0), server_id(0), 2000, {2})) {
    lost += each == 0;
    repeated += each == 2;
  }
  EXPECT_NEAR(lost / 2000, 0.2, 0.036);
  EXPECT_NEAR(repeated / 2000, 0.8 * 0.3, 0.038);
}

TEST(LinkFaults, DamageCopiesAsOftenAsTheySayEachByItself) {
  LinkFaults faults({link(worker_id(0), server_id(0), {.duplicate = 1, .corrupt = 0.3})}, 7);
  double damaged = 0, both = 0;
  for (int i = 0; i < 2000; ++i) {
    const LinkFaults::Fate fate = faults.next(worker_id(0), server_id(0), kSize, {2});
    ASSERT_EQ(fate.copies, 2u);
    damaged += (fate.damage_of(0) != 0) + (fate.damage_of(1) != 0);
    both += fate.damage_of(0) != 0 && fate.damage_of(1) != 0;
  }
  EXPECT_NEAR(damaged / 4000, 0.3, 0.029);
  EXPECT_NEAR(both / 2000, 0.09, 0.026);
  EXPECT_EQ(faults.next(worker_id(0), server_id(0), kSize, {4}).damage_of(0), 0u);
}

TEST(LinkFaults, DamageChangesUpToFourBytesInARowAndIsNoticed) {
  std::vector<std::byte> sound;
  encode(worker_id(0), server_id(1), Pull{{1}, {2}, {3}, {4}, {}}, sound);
  ASSERT_TRUE(is_intact(sound));
  const RandomStream random(7, worker_id(0), Purpose::kTest);
  std::vector<bool> reached(sound.size());
  for (std::uint64_t i = 0; i < 5000; ++i) {
    std::vector<std::byte> damaged = sound;
    damage(damaged, random.bits_at(i) | 1);
    std::size_t first = sound.size(), last = 0;
    for (std::size_t at = 0; at < sound.size(); ++at) {
      if (damaged[at] == sound[at]) continue;
      reached[at] = true;
      first = std::min(first, at);
      last = at;
    }
    ASSERT_LE(first, last);
    EXPECT_LE(last - first, 3u);
    EXPECT_FALSE(is_intact(damaged));
    EXPECT_TRUE(std::holds_alternative<DecodeError>(decode(damaged)));
  }
  EXPECT_EQ(std::count(reached.begin(), reached.end(), true), std::ssize(sound));
}

TEST(LinkFaults, RemovingOneLeavesTheRestAsItWas) {
  const FaultSpec one = link(worker_id(0), server_id(0), {.loss = 0.5});
  const FaultSpec other = link(worker_id(1), server_id(0), {.loss = 0.5});
  LinkFaults both({one, other}, 7), alone({one}, 7);
  copies(both, worker_id(1), server_id(0), 17, {2});
  EXPECT_EQ(copies(both, worker_id(0), server_id(0), 100, {2}),
            copies(alone, worker_id(0), server_id(0), 100, {2}));
  LinkFaults other_seed({one}, 8);
  EXPECT_NE(copies(alone, worker_id(0), server_id(0), 100, {2}),
            copies(other_seed, worker_id(0), server_id(0), 100, {2}));
}

TEST(LinkFaults, ALimitedRateLetsOneMessagePassAfterTheOther) {
  LinkFaults faults({link(worker_id(0), server_id(0), {.delay = 0.25, .rate = 10'000})}, 7);
  EXPECT_DOUBLE_EQ(faults.next(worker_id(0), server_id(0), kSize, {2}).delay.seconds, 0.35);
  EXPECT_DOUBLE_EQ(faults.next(worker_id(0), server_id(0), kSize, {2}).delay.seconds, 0.45);
  EXPECT_DOUBLE_EQ(faults.next(worker_id(0), server_id(0), kSize, {2.5}).delay.seconds, 0.35);
}

}  // namespace
}  // namespace psgrid
