// Windowed and analytic sharing against fluid sharing, which is what they stand in for: how long
// whole timing-only jobs take on stars, with uneven bandwidth and with jitter, and in racks.
#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "sim/transport/transport.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr double kTolerance = 0.02;
constexpr double kGigabit = 125e6;  // bytes per second
constexpr std::uint32_t kIterations = 5;

enum class Servers { kLikeWorkers, kTenTimesAsFast, kOneAtHalfSpeed };
enum class Compute { kInStep, kJittered };

struct Load {
  std::uint32_t workers, servers;
  std::uint64_t message_bytes;
  Servers hardware = Servers::kLikeWorkers;
  Compute compute = Compute::kInStep;
  ConsistencyModel consistency = ConsistencyModel::kBsp;
  std::uint32_t racks = 0;  // or a star
};

std::string describe(const Load& load) {
  static constexpr const char* kHardware[] = {"even", "fast servers", "a slow server"};
  static constexpr const char* kCompute[] = {"in step", "jittered"};
  std::ostringstream text;
  text << load.workers << " x " << load.servers << ", " << load.message_bytes << " bytes, "
       << kHardware[static_cast<int>(load.hardware)] << ", "
       << kCompute[static_cast<int>(load.compute)];
  if (load.consistency == ConsistencyModel::kSsp) text << ", ssp";
  if (load.consistency == ConsistencyModel::kAsync) text << ", async";
  if (load.racks) text << ", " << load.racks << " racks";
  return text.str();
}

// Computing takes a tenth of the transfers, or with jitter as long as they do.
RunSpec scenario(const Load& load, Sharing sharing) {
  const double bytes = static_cast<double>(load.message_bytes);
  const double transfers = 2 * std::max(load.workers, load.servers) * bytes / kGigabit;
  const bool jittered = load.compute == Compute::kJittered;
  RunSpec spec =
      timing_scenario(load.workers, load.servers, load.servers * load.message_bytes / sizeof(float),
                      jittered ? transfers : transfers / 10, kIterations);
  spec.cluster.network.sharing = sharing;
  spec.cluster.network.bandwidth = kGigabit;
  if (load.racks) {
    spec.cluster.network.topology = Topology::kRacks;
    spec.cluster.network.racks = load.racks;
  }
  GroupSpec group;
  group.nodes = {
      {Role::kServer, 0, load.hardware == Servers::kTenTimesAsFast ? load.servers - 1 : 0}};
  if (load.hardware == Servers::kTenTimesAsFast) group.bandwidth = 10 * kGigabit;
  if (load.hardware == Servers::kOneAtHalfSpeed) group.bandwidth = kGigabit / 2;
  if (group.bandwidth) spec.cluster.groups.push_back(group);
  if (jittered) {
    StragglerSpec straggler;
    straggler.nodes = {{Role::kWorker, 0, load.workers - 1}};
    straggler.model = StragglerModel::kShiftedExponential;
    straggler.rate = 2;
    spec.stragglers.push_back(straggler);
  }
  spec.consistency = {.model = load.consistency, .staleness = 2};
  return spec;
}

double seconds(const Load& load, Sharing sharing) {
  const ChildOutcome child = in_child([&] {
    const Simulated run = simulate_fast(scenario(load, sharing));
    std::ostringstream text;
    text.precision(17);
    if (run.end == sim::SimulationEnd::kJobFinished) text << run.finished.seconds;
    return text.str();
  });
  EXPECT_EQ(child.exit_code, 0) << child.errors;
  return child.result.empty() ? std::nan("") : std::stod(child.result);
}

struct Deviation {
  double windowed = 0, analytic = 0;
};

Deviation deviation(const Load& load) {
  const double fluid = seconds(load, Sharing::kFluid);
  return {seconds(load, Sharing::kWindowed) / fluid - 1,
          seconds(load, Sharing::kAnalytic) / fluid - 1};
}

// --- messages that begin at the same moment -----------------------------------------------------

// Every server sends to every worker at time 0.
class Burst final : public sim::TransportUser {
 public:
  Burst(const ClusterSpec& cluster, Bytes size)
      : cluster_(cluster), size_(size), transport_(sim::make_transport(cluster)) {}

  // When the first and the last arrive.
  std::string run() {
    agenda_.schedule(Time{0}, {});
    transport_->run(agenda_, *this);
    std::ostringstream text;
    text << first_.seconds << ' ' << last_.seconds;
    return text.str();
  }

 private:
  bool on_event(Time now) override {
    agenda_.take();
    for (std::uint32_t server = 0; server < cluster_.servers; ++server)
      for (std::uint32_t worker = 0; worker < cluster_.workers; ++worker)
        transport_->send(now, host(server_id(server)), host(worker_id(worker)), size_, 0);
    return true;
  }
  bool on_arrival(Time now, sim::TransferId) override {
    first_ = std::min(first_, now);
    last_ = std::max(last_, now);
    return true;
  }
  HostIndex host(NodeId node) const {
    return transport_->layout().host_of(node_index(cluster_, node));
  }

  const ClusterSpec& cluster_;
  const Bytes size_;
  sim::Agenda agenda_;
  std::unique_ptr<sim::Transport> transport_;
  Time first_ = Time::never(), last_;
};

class Bursts : public ::testing::TestWithParam<std::tuple<Sharing, std::uint32_t>> {};

// Fails if flows of SimGrid's that begin together escape the limits of their links.
TEST_P(Bursts, FillTheLinksOfAllReceivers) {
  ClusterSpec cluster;
  std::tie(cluster.network.sharing, cluster.workers) = GetParam();
  cluster.servers = 9;
  const Bytes size{4'000'000};
  const ChildOutcome child = in_child([&] { return Burst(cluster, size).run(); });
  ASSERT_EQ(child.exit_code, 0) << child.errors;
  std::istringstream text(child.result);
  double first = 0, last = 0;
  text >> first >> last;
  const double expected =
      std::max(cluster.workers, cluster.servers) * static_cast<double>(size.count) / kGigabit;
  EXPECT_NEAR(first, expected, 0.001 * expected);
  EXPECT_NEAR(last, expected, 0.001 * expected);
}

INSTANTIATE_TEST_SUITE_P(Sharing, Bursts,
                         ::testing::Combine(::testing::Values(Sharing::kWindowed, Sharing::kFluid,
                                                              Sharing::kAnalytic),
                                            ::testing::Values(2u, 5u, 9u, 13u)));

// --- clusters in which windowed sharing has room for all messages -------------------------------

class SmallStar : public ::testing::TestWithParam<std::tuple<std::uint32_t, std::uint32_t>> {};

TEST_P(SmallStar, TakesAsLongAsUnderFluidSharing) {
  const auto [workers, servers] = GetParam();
  Deviation worst;
  for (const std::uint64_t bytes : {10'000u, 300'000u, 4'000'000u})
    for (const Servers hardware :
         {Servers::kLikeWorkers, Servers::kTenTimesAsFast, Servers::kOneAtHalfSpeed})
      for (const Compute compute : {Compute::kInStep, Compute::kJittered}) {
        const Load load{workers, servers, bytes, hardware, compute};
        const Deviation found = deviation(load);
        EXPECT_LT(std::abs(found.windowed), kTolerance) << describe(load);
        EXPECT_LT(std::abs(found.analytic), kTolerance) << describe(load);
        worst.windowed = std::max(worst.windowed, std::abs(found.windowed));
        worst.analytic = std::max(worst.analytic, std::abs(found.analytic));
      }
  RecordProperty("windowed_worst_percent", std::to_string(100 * worst.windowed));
  RecordProperty("analytic_worst_percent", std::to_string(100 * worst.analytic));
}

INSTANTIATE_TEST_SUITE_P(Loads, SmallStar,
                         ::testing::Combine(::testing::Values(2u, 5u, 16u),
                                            ::testing::Values(1u, 2u, 4u)),
                         [](const auto& each) {
                           return std::to_string(std::get<0>(each.param)) + "x" +
                                  std::to_string(std::get<1>(each.param));
                         });

// --- clusters in which it has not ---------------------------------------------------------------

void expect_close(const Load& load) {
  const Deviation found = deviation(load);
  ::testing::Test::RecordProperty("windowed_percent", std::to_string(100 * found.windowed));
  ::testing::Test::RecordProperty("analytic_percent", std::to_string(100 * found.analytic));
  EXPECT_LT(std::abs(found.windowed), kTolerance) << describe(load);
  EXPECT_LT(std::abs(found.analytic), kTolerance) << describe(load);
}

class LargeStar : public ::testing::TestWithParam<Load> {};

TEST_P(LargeStar, TakesAsLongAsUnderFluidSharing) { expect_close(GetParam()); }

const Load kLargeLoads[] = {
    {300, 1, 300'000},
    {96, 4, 10'000},
    {96, 4, 300'000},
    {40, 8, 300'000},
    {40, 8, 300'000, Servers::kTenTimesAsFast},
    {40, 8, 300'000, Servers::kOneAtHalfSpeed},
    {40, 8, 300'000, Servers::kLikeWorkers, Compute::kJittered},
    {96, 4, 300'000, Servers::kLikeWorkers, Compute::kJittered, ConsistencyModel::kSsp},
    {96, 4, 300'000, Servers::kOneAtHalfSpeed, Compute::kJittered, ConsistencyModel::kAsync},
    {4, 80, 300'000},
    // Both ends are busy.
    {20, 20, 300'000},
    {40, 40, 300'000},
    {40, 40, 10'000, Servers::kOneAtHalfSpeed, Compute::kJittered},
    {64, 32, 300'000, Servers::kLikeWorkers, Compute::kJittered, ConsistencyModel::kSsp},
};

std::string name_of(const ::testing::TestParamInfo<Load>& each) {
  std::string name;
  for (const char c : describe(each.param))
    if (std::isalnum(static_cast<unsigned char>(c))) name += c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Loads, LargeStar, ::testing::ValuesIn(kLargeLoads), name_of);

// Beyond a star windows serve what does not fit in: they leave links idle where both ends are busy.
class LargeRacks : public ::testing::TestWithParam<Load> {};

TEST_P(LargeRacks, TakesAboutAsLongAsUnderFluidSharing) {
  const Load& load = GetParam();
  const Deviation found = deviation(load);
  RecordProperty("windowed_percent", std::to_string(100 * found.windowed));
  RecordProperty("analytic_percent", std::to_string(100 * found.analytic));
  EXPECT_LT(std::abs(found.windowed), load.workers > load.servers ? kTolerance : 0.5)
      << describe(load);
  EXPECT_LT(std::abs(found.analytic), kTolerance) << describe(load);
}

const Load kRackLoads[] = {
    {48, 15, 300'000, Servers::kLikeWorkers, Compute::kInStep, ConsistencyModel::kBsp, 4},
    {48, 15, 300'000, Servers::kLikeWorkers, Compute::kJittered, ConsistencyModel::kAsync, 4},
    {31, 32, 300'000, Servers::kLikeWorkers, Compute::kInStep, ConsistencyModel::kBsp, 8},
};

INSTANTIATE_TEST_SUITE_P(Loads, LargeRacks, ::testing::ValuesIn(kRackLoads), name_of);

class LargeStarLong : public ::testing::TestWithParam<Load> {};

TEST_P(LargeStarLong, TakesAsLongAsUnderFluidSharing) { expect_close(GetParam()); }

const Load kLongLoads[] = {
    {256, 8, 1'000'000},
    {256, 8, 1'000'000, Servers::kTenTimesAsFast},
    {256, 8, 1'000'000, Servers::kOneAtHalfSpeed, Compute::kJittered},
    {128, 16, 100'000},
    {64, 64, 300'000, Servers::kLikeWorkers, Compute::kJittered, ConsistencyModel::kAsync},
    {20, 100, 300'000},
    {600, 2, 100'000, Servers::kLikeWorkers, Compute::kJittered, ConsistencyModel::kSsp},
};

INSTANTIATE_TEST_SUITE_P(Loads, LargeStarLong, ::testing::ValuesIn(kLongLoads), name_of);

}  // namespace
}  // namespace psgrid::testing
