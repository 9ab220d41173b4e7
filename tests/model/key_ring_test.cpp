#include "model/key_ring.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/any_message.hpp"
#include "tests/support/describe.hpp"

namespace psgrid {
namespace {

using testing::any_keys;
using testing::describe;

PartitionSpec ring(std::uint32_t virtual_nodes = 64) {
  return {PartitionType::kRing, virtual_nodes};
}
PartitionSpec equal_ranges() { return {PartitionType::kRange, 1}; }

std::vector<std::uint32_t> ranks(std::uint32_t count) {
  std::vector<std::uint32_t> result(count);
  for (std::uint32_t rank = 0; rank < count; ++rank) result[rank] = rank;
  return result;
}

// By key: the position of the server whose owned keys have it; fails if it is not exactly one.
std::vector<int> owners(const KeyRing& ring, std::uint32_t servers, std::uint64_t keys) {
  std::vector<int> owner(keys, -1);
  for (std::uint32_t server = 0; server < servers; ++server)
    ring.owned(server).for_each_run([&](Key begin, std::uint64_t count) {
      for (Key key = begin; key < begin + count; ++key) {
        EXPECT_EQ(owner.at(key), -1) << "key " << key << " has two owners";
        owner[key] = static_cast<int>(server);
      }
    });
  return owner;
}

TEST(KeyRing, EveryKeyHasExactlyOneOwner) {
  for (const PartitionSpec& partition : {ring(1), ring(3), ring(64), equal_ranges()})
    for (std::uint32_t servers : {1u, 2u, 7u, 40u})
      for (std::uint64_t keys : {1u, 5u, 39u, 1000u}) {
        const KeyRing subject(partition, ranks(servers), {0}, keys);
        const std::vector<int> owner = owners(subject, servers, keys);
        for (Key key = 0; key < keys; ++key)
          ASSERT_EQ(static_cast<int>(subject.owner(key)), owner[key])
              << "key " << key << " of " << keys << " on " << servers << " servers";
      }
}

TEST(KeyRing, CoversAKeySpaceOfAllNumbers) {
  const std::uint64_t keys = ~std::uint64_t{0};
  for (const PartitionSpec& partition : {ring(), equal_ranges()}) {
    const KeyRing subject(partition, ranks(5), {0}, keys);
    std::uint64_t covered = 0;
    for (std::uint32_t server = 0; server < 5; ++server) covered += subject.owned(server).size();
    EXPECT_EQ(covered, keys);
    EXPECT_TRUE(subject.owned(subject.owner(keys - 1)).contains(keys - 1));
  }
}

TEST(KeyRing, EqualRangesAreInServerOrder) {
  const KeyRing subject(equal_ranges(), ranks(3), {0}, 10);
  EXPECT_EQ(subject.owned(0), KeySet::range(0, 3));
  EXPECT_EQ(subject.owned(1), KeySet::range(3, 6));
  EXPECT_EQ(subject.owned(2), KeySet::range(6, 10));
  EXPECT_DOUBLE_EQ(subject.skew(), 1.2);
}

TEST(KeyRing, AnotherServerTakesItsShareAndMovesNothingElse) {
  constexpr std::uint64_t kKeys = 100'000;
  for (std::uint32_t servers : {1u, 4u, 10u, 30u}) {
    const std::vector<int> before =
        owners(KeyRing(ring(256), ranks(servers), {0}, kKeys), servers, kKeys);
    const std::vector<int> after =
        owners(KeyRing(ring(256), ranks(servers + 1), {0}, kKeys), servers + 1, kKeys);
    std::uint64_t moved = 0;
    for (Key key = 0; key < kKeys; ++key) {
      if (before[key] == after[key]) continue;
      ASSERT_EQ(after[key], static_cast<int>(servers)) << "key " << key << " went elsewhere";
      ++moved;
    }
    const double share = 1.0 / (servers + 1);  // of 256 points: spread 1/16
    EXPECT_NEAR(static_cast<double>(moved) / kKeys, share, 0.25 * share) << servers << " servers";
  }
}

TEST(KeyRing, DependsOnRanksAndTheTableOnly) {
  constexpr std::uint64_t kKeys = 10'000;
  // Without server 1, the keys of the others stay where they are.
  const KeyRing all(ring(), {0, 1, 2}, {0}, kKeys), without(ring(), {0, 2}, {0}, kKeys);
  for (Key key = 0; key < kKeys; ++key) {
    if (all.owner(key) == 1) continue;
    ASSERT_EQ(without.owner(key), all.owner(key) / 2) << "key " << key;
  }
  const KeyRing other_table(ring(), {0, 1, 2}, {1}, kKeys);
  EXPECT_FALSE(other_table.owned(0) == all.owned(0));
}

TEST(KeyRing, MoreVirtualNodesBalanceBetter) {
  const auto skew = [](std::uint32_t points) {
    return KeyRing(ring(points), ranks(16), {0}, 1'000'000).skew();
  };
  EXPECT_GT(skew(1), 1.5);
  EXPECT_LT(skew(64), 1.5);
  EXPECT_LT(skew(1024), 1.12);
}

RC_GTEST_PROP(KeyRing, SlicesPartitionAnyKeySet, ()) {
  const PartitionSpec partition =
      *rc::gen::element(ring(1), ring(5), ring(64), equal_ranges());
  const auto servers = *rc::gen::inRange(1u, 12u);
  const KeyRing subject(partition, ranks(servers), {3}, 500);
  const KeySet keys = *any_keys(500);

  std::vector<Key> wanted;
  keys.for_each_run([&](Key begin, std::uint64_t count) {
    for (Key key = begin; key < begin + count; ++key) wanted.push_back(key);
  });
  const auto slices = subject.slice(keys);
  std::vector<int> seen(wanted.size());
  int previous = -1;
  for (const Slice& slice : *slices) {
    RC_ASSERT(static_cast<int>(slice.shard) > previous);
    previous = static_cast<int>(slice.shard);
    RC_ASSERT(!slice.keys.empty());
    RC_ASSERT(slice.keys.is_ranges() == keys.is_ranges());
    // The slice's keys, in order, are those at its rows of the whole.
    std::vector<std::uint64_t> rows;
    for (const Slice::Rows& run : slice.rows)
      for (std::uint64_t row = run.first; row < run.first + run.count; ++row) rows.push_back(row);
    RC_ASSERT(rows.size() == slice.keys.size());
    std::size_t next = 0;
    slice.keys.for_each_run([&](Key begin, std::uint64_t count) {
      for (Key key = begin; key < begin + count; ++key) {
        const std::uint64_t row = rows[next++];
        RC_ASSERT(wanted.at(row) == key);
        RC_ASSERT(subject.owner(key) == slice.shard);
        ++seen[row];
      }
    });
  }
  RC_ASSERT(seen == std::vector<int>(wanted.size(), 1));
}

TEST(KeyRing, SlicesOfAllKeysAreKept) {
  const KeyRing subject(ring(), ranks(4), {0}, 1000);
  EXPECT_EQ(subject.slice(subject.all()), subject.slice(subject.all()));
  const auto fresh = subject.slice(KeySet::range(0, 1000));
  ASSERT_EQ(fresh->size(), subject.slice(subject.all())->size());
  for (std::size_t i = 0; i < fresh->size(); ++i) {
    EXPECT_EQ((*fresh)[i].keys, subject.owned((*fresh)[i].shard));
    EXPECT_EQ((*fresh)[i].keys, (*subject.slice(subject.all()))[i].keys);
  }
}

}  // namespace
}  // namespace psgrid
