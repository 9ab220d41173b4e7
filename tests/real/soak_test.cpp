// Clusters of real processes on which something fails twice a second: whoever lives through it must
// not grow. For seconds here, for half an hour in the long test.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <ostream>
#include <string>
#include <variant>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "real/socket_run.hpp"
#include "tests/support/processes.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kServers = 2, kWorkers = 5;
constexpr std::uint32_t kVictims = 3;  // the last workers
constexpr double kFaultInterval = 0.5;
constexpr std::size_t kTenths = 10;

// By which a process may outgrow its second tenth of a run. In half an hour, four bytes left behind
// by each push are more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kGrowthMax = 1 << 30;  // what is freed is kept for a while
#else
constexpr std::uint64_t kGrowthMax = 256 << 10;
#endif

struct Case {
  const char* name;
  ConsistencySpec consistency;
  bool crashes;  // a worker started anew repeats its iterations: whoever waits for it stands still

  friend void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }
};

const Case kAsync = {"Async", {.model = ConsistencyModel::kAsync}, true};
const Case kBsp = {"Bsp", {.model = ConsistencyModel::kBsp}, false};

NodeSelector node(Role role, std::uint32_t rank) { return {{role, rank, rank}}; }

FaultSpec pause(double at, const NodeSelector& nodes) {
  return {.at = at, .kind = FaultKind::kPause, .nodes = nodes, .until = at + 0.15};
}

// Links lose, repeat and reorder messages all the time. In turn, a worker crashes and is started
// anew, a server stands still, connections break, the manager or a worker stands still.
std::vector<FaultSpec> faults_until(double end, bool crashes) {
  const NodeSelector workers = {{Role::kWorker, 0, kWorkers - 1}};
  std::vector<FaultSpec> faults = {
      {.at = 0, .kind = FaultKind::kLink, .nodes = workers, .to = {}, .both_ways = true}};
  faults.front().link = {.loss = 0.01, .duplicate = 0.01, .reorder = 0.05};
  double at = kFaultInterval;
  for (std::uint32_t i = 0; at < end - kFaultInterval; ++i, at = (i + 1) * kFaultInterval) {
    const std::uint32_t round = i / 4;
    const NodeSelector server = node(Role::kServer, round % kServers);
    const NodeSelector victim = node(Role::kWorker, kWorkers - 1 - round % kVictims);
    if (i % 4 == 0 && crashes) {
      faults.push_back({.at = at, .kind = FaultKind::kCrash, .nodes = victim});
      faults.push_back({.at = at + 0.2, .kind = FaultKind::kRestart, .nodes = victim});
    } else if (i % 4 == 0) {
      faults.push_back(pause(at, victim));
    } else if (i % 4 == 1) {
      faults.push_back(pause(at, server));
    } else if (i % 4 == 2) {
      faults.push_back(
          {.at = at, .kind = FaultKind::kReset, .nodes = workers, .to = server, .both_ways = true});
    } else {
      faults.push_back(pause(at, round % 2 ? node(Role::kManager, 0) : node(Role::kWorker, 0)));
    }
  }
  return faults;
}

RunSpec scenario(const Case& test, double seconds) {
  RunSpec spec = learning_scenario(LearnerType::kLogisticRegression, kWorkers, kServers, 1);
  spec.job.compute.seconds = Duration{0.02};
  spec.job.stop = {.iterations = {}, .target_loss = {}, .time = Duration{seconds}};
  spec.job.evaluate_every = 20;
  spec.consistency = test.consistency;
  spec.client.retry = {.timeout = {0.2}, .backoff = 1, .timeout_max = {0.2}};
  spec.faults = faults_until(seconds, test.crashes);
  return spec;
}

// What a process took in a tenth of the run, by looking now and then.
struct Usage {
  std::uint64_t resident_max = 0, descriptors_max = 0, descriptors_min = ~std::uint64_t{0};
  bool seen = false;

  void add(pid_t process) {
    const std::uint64_t descriptors = descriptors_of(process);
    if (descriptors == 0) return;  // it has just ended
    resident_max = std::max(resident_max, resident_bytes(process));
    descriptors_max = std::max(descriptors_max, descriptors);
    descriptors_min = std::min(descriptors_min, descriptors);
    seen = true;
  }
};

class Watch final : public RunObserver {
 public:
  explicit Watch(double seconds) : tenth_s_(seconds / kTenths) {}

  void on_record(Time now, NodeId, const Record& record) override {
    if (std::holds_alternative<GradientApplied>(record)) ++applied[tenth_of(now)];
    if (const auto* event = std::get_if<Event>(&record)) ++events[event->name];
  }

  void look(Time now) {
    if (now < next_look_) return;
    next_look_ = now + Duration{tenth_s_ / 20};
    const std::vector<pid_t> children = children_of(getpid());
    children_max = std::max(children_max, children.size());
    if (first.empty()) {
      first = children;
      first.insert(first.begin(), getpid());
    }
    for (const pid_t process : first) usages[process][tenth_of(now)].add(process);
  }

  std::array<std::uint64_t, kTenths> applied{};
  std::map<std::string, std::uint64_t> events;
  std::size_t children_max = 0;
  std::vector<pid_t> first;  // this process and those that it began with, in their order
  std::map<pid_t, std::array<Usage, kTenths>> usages;

 private:
  std::size_t tenth_of(Time now) const {
    return std::min(kTenths - 1, static_cast<std::size_t>(now.seconds / tenth_s_));
  }

  const double tenth_s_;
  Time next_look_;
};

void expect_nobody_grows(const Watch& watch, bool crashes) {
  ClusterSpec cluster;
  cluster.workers = kWorkers;
  cluster.servers = kServers;
  ASSERT_EQ(watch.first.size(), 1 + cluster.nodes());
  const std::size_t lived = watch.first.size() - (crashes ? kVictims : 0);
  for (std::uint32_t i = 0; i < lived; ++i) {
    const std::string name = i == 0 ? "launcher" : to_string(node_at(cluster, i - 1));
    const std::array<Usage, kTenths>& usage = watch.usages.at(watch.first[i]);
    const Usage &early = usage[1], &late = usage.back();
    ASSERT_TRUE(early.seen && late.seen) << name;
    fmt::print("{:<11} {:6} kB resident, then {:6} kB; {} to {} descriptors, then {} to {}\n", name,
               early.resident_max / 1024, late.resident_max / 1024, early.descriptors_min,
               early.descriptors_max, late.descriptors_min, late.descriptors_max);
    EXPECT_LE(late.resident_max, early.resident_max + kGrowthMax) << name;
    EXPECT_LE(late.descriptors_min, early.descriptors_max) << name;
  }
}

void soak(const Case& test, double seconds) {
  const auto own_descriptors = descriptors_of(getpid());
  const RunSpec spec = scenario(test, seconds);
  const Dataset train = synthetic_data(400, 1000, 2, 1, 1),
                held_out = synthetic_data(50, 1000, 2, 1, 2);
  Watch watch(seconds);
  {
    real::SocketRunOptions options;
    options.keep_going = [&](Time now, std::uint64_t) {
      watch.look(now);
      return now.seconds < seconds + 30;
    };
    real::SocketRun run(std::make_shared<const Job>(spec, train, held_out), watch, options);
    ASSERT_EQ(run.run(), real::SocketRunEnd::kJobFinished) << run.failure();
  }
  std::map<FaultKind, std::uint64_t> faults;
  for (const FaultSpec& fault : spec.faults) ++faults[fault.kind];
  EXPECT_EQ(watch.events["crash"], faults[FaultKind::kCrash]);
  EXPECT_EQ(watch.events["restart"], faults[FaultKind::kRestart]);
  const std::uint64_t gradients = std::accumulate(watch.applied.begin(), watch.applied.end(), 0ull);
  fmt::print("{} s: {} gradients applied, {} crashes, {} pauses, {} resets\n", seconds, gradients,
             watch.events["crash"], watch.events["pause"], watch.events["reset"]);
  EXPECT_GT(watch.applied[kTenths - 2] + watch.applied[kTenths - 1], 0u) << "in the end";
  expect_nobody_grows(watch, test.crashes);
  EXPECT_EQ(watch.children_max, spec.cluster.nodes());
  EXPECT_EQ(children_of(getpid()), std::vector<pid_t>{});
  EXPECT_EQ(descriptors_of(getpid()), own_descriptors);
}

class Soak : public ::testing::TestWithParam<Case> {};
class SoakLong : public ::testing::TestWithParam<Case> {};

TEST_P(Soak, OfSecondsLeavesNothingBehind) { soak(GetParam(), 5); }
TEST_P(SoakLong, OfHalfAnHourLeavesNothingBehind) { soak(GetParam(), 30 * 60); }

std::string name_of(const ::testing::TestParamInfo<Case>& test) { return test.param.name; }
INSTANTIATE_TEST_SUITE_P(Models, Soak, ::testing::Values(kAsync, kBsp), name_of);
INSTANTIATE_TEST_SUITE_P(Models, SoakLong, ::testing::Values(kAsync, kBsp), name_of);

}  // namespace
}  // namespace psgrid::testing
