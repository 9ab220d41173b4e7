// How evenly consistent hashing spreads keys, over many draws of the hash, and what that costs.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "model/key_ring.hpp"
#include "tests/support/closed_forms.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint64_t kKeys = std::uint64_t{1} << 40;  // as good as a continuum

// Each namespace is a draw of its own.
KeyRing ring(std::uint32_t servers, std::uint32_t virtual_nodes, std::uint32_t draw,
             std::uint64_t keys = kKeys) {
  std::vector<std::uint32_t> ranks(servers);
  std::iota(ranks.begin(), ranks.end(), 0u);
  return {{.type = PartitionType::kRing, .virtual_nodes = virtual_nodes},
          std::move(ranks),
          Namespace{static_cast<std::uint16_t>(draw)},
          keys};
}

TEST(RingBalance, SharesVaryAsTheoryHasIt) {
  for (const auto& [n, v, draws] : {std::tuple{4u, 1u, 8000u},
                                    {16u, 1u, 3000u},
                                    {16u, 16u, 1000u},
                                    {16u, 64u, 400u},
                                    {100u, 64u, 100u}}) {
    double squares = 0;
    for (std::uint32_t draw = 0; draw < draws; ++draw) {
      const KeyRing drawn = ring(n, v, draw);
      for (std::uint32_t server = 0; server < n; ++server) {
        const double share = static_cast<double>(drawn.owned(server).size()) / kKeys;
        squares += (share * n - 1) * (share * n - 1);
      }
    }
    const double cv = std::sqrt(squares / (n * draws));
    const double expected = std::sqrt((n - 1.0) / (n * v + 1.0));
    RecordProperty("deviation_percent_" + std::to_string(n) + "x" + std::to_string(v),
                   std::to_string(100 * (cv / expected - 1)));
    EXPECT_NEAR(cv, expected, 0.03 * expected) << n << " servers, " << v << " points each";
  }
}

TEST(RingBalance, TheLargestOfSinglePointsIsHarmonic) {
  for (const std::uint32_t n : {4u, 16u, 64u}) {
    constexpr std::uint32_t kDraws = 4000;
    double sum = 0;
    for (std::uint32_t draw = 0; draw < kDraws; ++draw) sum += ring(n, 1, draw).skew();
    const double expected = harmonic(n);
    RecordProperty("deviation_percent_" + std::to_string(n),
                   std::to_string(100 * (sum / kDraws / expected - 1)));
    EXPECT_NEAR(sum / kDraws, expected, 0.02 * expected) << n << " servers";
  }
}

TEST(RingBalance, TheLargestOfManyPointsIsNearTheMean) {
  constexpr std::uint32_t kDraws = 200;
  for (const auto& [n, v] : {std::pair{16u, 64u}, {16u, 256u}, {100u, 64u}}) {
    double sum = 0;
    for (std::uint32_t draw = 0; draw < kDraws; ++draw) sum += ring(n, v, draw).skew();
    const double expected = 1 + std::sqrt(2 * std::log(n) / v);  // of a normal law, for large n
    EXPECT_NEAR(sum / kDraws, expected, 0.1 * expected) << n << " servers, " << v << " points each";
  }
}

bool contains(const KeySet& outer, const KeySet& inner) {
  return std::all_of(inner.as_ranges().begin(), inner.as_ranges().end(), [&](KeyRange part) {
    return std::any_of(outer.as_ranges().begin(), outer.as_ranges().end(), [&](KeyRange whole) {
      return whole.begin <= part.begin && part.end <= whole.end;
    });
  });
}

TEST(RingBalance, ANewServerTakesItsPartAndMovesNothingElse) {
  for (const auto& [n, v, draws] : {std::tuple{4u, 1u, 8000u}, {9u, 16u, 1000u}}) {
    double moved = 0;
    for (std::uint32_t draw = 0; draw < draws; ++draw) {
      const KeyRing before = ring(n, v, draw), after = ring(n + 1, v, draw);
      for (std::uint32_t server = 0; server < n; ++server)
        ASSERT_TRUE(contains(before.owned(server), after.owned(server))) << "draw " << draw;
      moved += static_cast<double>(after.owned(n).size()) / kKeys;
    }
    const double expected = 1.0 / (n + 1);
    RecordProperty("deviation_percent_" + std::to_string(n),
                   std::to_string(100 * (moved / draws / expected - 1)));
    EXPECT_NEAR(moved / draws, expected, 0.03 * expected) << n << " servers, " << v << " points";
  }
}

// The largest share is the bottleneck of a whole iteration, and shares show in the traffic.
TEST(RingBalance, TheLargestShareSetsTheIterationTime) {
  constexpr std::uint32_t kWorkers = 8, kServers = 4;
  constexpr std::uint64_t kParameters = 1'000'000;
  constexpr double kModelBytes = 4.0 * kParameters;
  RunSpec spec = timing_scenario(kWorkers, kServers, kParameters, 0.5, 6);
  spec.cluster.network.latency = 1e-6;
  spec.partition = {.type = PartitionType::kRing, .virtual_nodes = 2};
  const Simulated run = simulate(spec);

  const KeyRing drawn = ring(kServers, 2, 0, kParameters);
  ASSERT_GT(drawn.skew(), 1.1);
  for (const NodeTotals& totals : run.totals) {
    if (totals.node.role != Role::kServer) continue;
    const double expected =
        4.0 * static_cast<double>(drawn.owned(totals.node.rank).size()) * kWorkers * 6;
    EXPECT_NEAR(static_cast<double>(totals.received.count), expected, 0.001 * expected);
    EXPECT_NEAR(static_cast<double>(totals.sent.count), expected, 0.001 * expected);
  }
  double first = 0, last = 0;
  for (const auto& [time, node, done] : run.iterations) {
    if (done.iteration == Clock{0}) first = std::max(first, done.end.seconds);
    last = std::max(last, done.end.seconds);
  }
  const double phase =
      drawn.skew() * kWorkers * kModelBytes / (kServers * spec.cluster.network.bandwidth);
  EXPECT_NEAR((last - first) / 5 - 0.5, 2 * phase, 0.01 * 2 * phase);
}

}  // namespace
}  // namespace psgrid::testing
