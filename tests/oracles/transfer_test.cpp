// How long pushes and pulls take, against what bandwidths allow, for every kind of sharing.
#include <algorithm>
#include <functional>
#include <numeric>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/transport/transport.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid {

inline const char* name_of(Sharing sharing) {
  if (sharing == Sharing::kFluid) return "Fluid";
  return sharing == Sharing::kWindowed ? "Windowed" : "Analytic";
}

inline void PrintTo(Sharing sharing, std::ostream* out) { *out << name_of(sharing); }

}  // namespace psgrid

namespace psgrid::testing {
namespace {

// Runs in a child whatever needs a SimGrid engine. `measure` returns seconds.
std::vector<double> in_own_process(const std::function<std::vector<double>()>& measure) {
  const ChildOutcome child = in_child([&] {
    std::ostringstream text;
    text.precision(17);
    for (double seconds : measure()) text << seconds << ' ';
    return text.str();
  });
  EXPECT_EQ(child.exit_code, 0) << child.errors;
  std::istringstream text(child.result);
  return {std::istream_iterator<double>(text), {}};
}

// --- iterations of a parameter server -----------------------------------------------------------

enum class Phase { kPush, kPull };

// A learner whose traffic goes one way: it reads or writes all parameters, and writes or reads one
// of each server.
class OneWay final : public Learner {
 public:
  OneWay(Phase phase, std::uint64_t parameters, std::uint32_t servers) : phase_(phase) {
    all_ = KeySet::range(0, parameters);
    std::vector<Key> first;
    for (std::uint32_t server = 0; server < servers; ++server)
      first.push_back(parameters * server / servers);
    few_ = KeySet::list(std::move(first));
  }

  std::vector<Table> tables() const override {
    return {{.name = "w", .id = {0}, .keys = all_.size(), .width = 1, .initial = {}}};
  }
  std::vector<KeySet> keys(const Dataset&, std::span<const std::uint32_t>) override {
    return {phase_ == Phase::kPull ? all_ : few_};
  }
  Gradient gradient(const Dataset&, std::span<const std::uint32_t>,
                    const std::vector<Section>&) override {
    const KeySet& keys = phase_ == Phase::kPush ? all_ : few_;
    return {{{{0}, keys, Values(std::vector<float>(keys.size()))}}, 0};
  }
  Evaluation evaluate(const Dataset&, const std::vector<Section>&) const override { return {}; }
  std::string metric_name() const override { return "none"; }
  double flops_per_example(const Dataset&) const override { return 0; }

 private:
  const Phase phase_;
  KeySet all_, few_;
};

// One row a worker: just enough that learners are asked which keys they want.
Dataset unread_data(std::uint32_t workers) {
  Dataset data;
  data.rows = workers;
  data.features = 1;
  data.labels.resize(workers);
  data.dense.resize(workers);
  return data;
}

struct Load {
  const char* name;
  std::uint32_t workers, servers;
  double worker_bandwidth, server_bandwidth;

  friend void PrintTo(const Load& load, std::ostream* out) { *out << load.name; }
};

constexpr std::uint64_t kParameters = 200'000;
constexpr double kModelBytes = 4.0 * kParameters;
constexpr double kCompute = 0.5;
constexpr double kLatency = 1e-6;

RunSpec scenario(const Load& load, Sharing sharing) {
  RunSpec spec = timing_scenario(load.workers, load.servers, kParameters, kCompute, 6);
  spec.cluster.network.sharing = sharing;
  spec.cluster.network.latency = kLatency;
  spec.cluster.network.bandwidth = load.worker_bandwidth;
  spec.cluster.groups.push_back({.nodes = {{Role::kServer, 0, load.servers - 1}},
                                 .flops = {},
                                 .cores = {},
                                 .bandwidth = load.server_bandwidth,
                                 .latency = {},
                                 .host = {},
                                 .nodes_per_host = {}});
  return spec;
}

// Seconds from barrier to barrier beyond computing, in the mean of all iterations but the first.
double communication(const Simulated& run) {
  EXPECT_EQ(run.end, sim::SimulationEnd::kJobFinished);
  Clock last;
  std::vector<double> ends;
  for (const auto& [time, node, done] : run.iterations) {
    last = std::max(last, done.iteration);
    ends.resize(last.value + 1);
    ends[done.iteration.value] = std::max(ends[done.iteration.value], done.end.seconds);
  }
  return (ends.back() - ends.front()) / last.value - kCompute;
}

double one_way(const Load& load, Sharing sharing, Phase phase) {
  const LearnerFactory factory = [&](const LearnerSpec&, const Dataset*) {
    return std::make_unique<OneWay>(phase, kParameters, load.servers);
  };
  return communication(simulate(std::make_shared<const Job>(
      scenario(load, sharing), unread_data(load.workers), Dataset{}, factory)));
}

// One phase: a worker's model through its own link, or all workers' parts through a server's.
double phase_seconds(const Load& load) {
  return std::max(kModelBytes / load.worker_bandwidth,
                  load.workers * kModelBytes / (load.servers * load.server_bandwidth));
}

class Transfers : public ::testing::TestWithParam<std::tuple<Sharing, Load>> {};

TEST_P(Transfers, OfOnePhaseTakeWhatTheBottleneckAllows) {
  const auto& [sharing, load] = GetParam();
  const std::vector<double> seconds =
      in_own_process([&] { return std::vector{one_way(load, sharing, Phase::kPush)}; });
  const std::vector<double> pull_seconds =
      in_own_process([&] { return std::vector{one_way(load, sharing, Phase::kPull)}; });
  const double expected = phase_seconds(load);
  ASSERT_EQ(seconds.size(), 1u);
  ASSERT_EQ(pull_seconds.size(), 1u);
  RecordProperty("push_deviation_percent", std::to_string(100 * (seconds[0] / expected - 1)));
  RecordProperty("pull_deviation_percent", std::to_string(100 * (pull_seconds[0] / expected - 1)));
  EXPECT_NEAR(seconds[0], expected, 0.01 * expected);
  EXPECT_NEAR(pull_seconds[0], expected, 0.01 * expected);
}

// All messages share fairly, so workers in step push when all have pulled.
TEST_P(Transfers, OfAnIterationTakeTwoPhases) {
  const auto& [sharing, load] = GetParam();
  const std::vector<double> seconds =
      in_own_process([&] { return std::vector{communication(simulate(scenario(load, sharing)))}; });
  const double expected = 2 * phase_seconds(load);
  ASSERT_EQ(seconds.size(), 1u);
  RecordProperty("deviation_percent", std::to_string(100 * (seconds[0] / expected - 1)));
  EXPECT_NEAR(seconds[0], expected, 0.01 * expected);
}

constexpr double kGigabit = 125e6;

const Load kLoads[] = {
    {"ServerBound", 16, 2, kGigabit, kGigabit},
    {"WorkerBound", 3, 8, kGigabit, kGigabit},
    {"FastServers", 16, 4, kGigabit, 10 * kGigabit},
    {"FastWorkers", 6, 4, 4 * kGigabit, kGigabit},
};

INSTANTIATE_TEST_SUITE_P(Loads, Transfers,
                         ::testing::Combine(::testing::Values(Sharing::kAnalytic,
                                                              Sharing::kWindowed, Sharing::kFluid),
                                            ::testing::ValuesIn(kLoads)),
                         [](const auto& each) {
                           return std::string(name_of(std::get<0>(each.param))) +
                                  std::get<1>(each.param).name;
                         });

// --- incast -----------------------------------------------------------------------------------

// Sends everything at time 0 and notes when it arrives.
class Burst final : public sim::TransportUser {
 public:
  Burst(sim::Transport& transport, const ClusterSpec& cluster,
        const std::vector<std::uint64_t>& sizes)
      : transport_(transport), cluster_(cluster), sizes_(sizes), arrived_(sizes.size()) {}

  std::vector<double> run() {
    sim::Agenda agenda;
    agenda_ = &agenda;
    agenda.schedule(Time{0}, {});
    transport_.run(agenda, *this);
    return arrived_;
  }

 private:
  bool on_event(Time now) override {
    agenda_->take();
    const auto to = transport_.layout().host_of(node_index(cluster_, server_id(0)));
    for (std::uint32_t i = 0; i < sizes_.size(); ++i)
      transport_.send(now, transport_.layout().host_of(node_index(cluster_, worker_id(i))), to,
                      {sizes_[i]}, i);
    return true;
  }
  bool on_arrival(Time now, sim::TransferId transfer) override {
    arrived_[transfer] = now.seconds;
    return true;
  }

  sim::Transport& transport_;
  const ClusterSpec& cluster_;
  const std::vector<std::uint64_t> sizes_;
  sim::Agenda* agenda_ = nullptr;
  std::vector<double> arrived_;
};

class Incast : public ::testing::TestWithParam<Sharing> {};

TEST_P(Incast, OfUnequalMessagesSharesTheReceiver) {
  // In no order, with a pair of equals.
  const std::vector<std::uint64_t> sizes = {5'000'000, 1'000'000, 3'000'000, 400'000,
                                            9'000'000, 3'000'000, 6'500'000};
  ClusterSpec cluster;
  cluster.workers = static_cast<std::uint32_t>(sizes.size());
  cluster.network.sharing = GetParam();
  const double capacity = cluster.network.bandwidth;

  const std::vector<double> arrived = in_own_process([&] {
    const auto transport = sim::make_transport(cluster);
    return Burst(*transport, cluster, sizes).run();
  });
  ASSERT_EQ(arrived.size(), sizes.size());

  std::vector<std::uint32_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return sizes[a] < sizes[b]; });
  double smaller = 0;  // sum of m_i for i <= k
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto size = static_cast<double>(sizes[order[k]]);
    smaller += size;
    const double larger = static_cast<double>(order.size() - k - 1) * size;
    const double expected = cluster.network.latency + (smaller + larger) / capacity;
    EXPECT_NEAR(arrived[order[k]], expected, 1e-6 * expected) << "message " << order[k];
  }
}

INSTANTIATE_TEST_SUITE_P(Sharing, Incast, ::testing::Values(Sharing::kAnalytic, Sharing::kFluid),
                         [](const auto& each) { return name_of(each.param); });

}  // namespace
}  // namespace psgrid::testing
