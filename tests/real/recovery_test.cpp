// Processes of a cluster at work are killed, again and again, at the default settings of failover:
// how long until pushes are accepted again, and is everything there in the end? A few times here,
// 50 times in the long tests.
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/fingerprint.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/recoveries.hpp"
#include "tests/support/run_on_sockets.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

enum class Extent { kSmoke, kFiftyKills };

constexpr std::uint32_t kWorkers = 4, kServers = 3;
constexpr double kFirstKill = 0.5, kBetweenKills = 1.4;
constexpr double kAllowed = 0.8;  // Li et al., OSDI 2014, section 4.4
constexpr std::uint64_t kKeys = 4096;

// At the moments of a heartbeat in turn.
double time_of_kill(std::uint32_t kill) {
  return kFirstKill + kill * kBetweenKills + std::fmod(kill * 0.037, 0.1);
}

RunSpec with_defaults(RunSpec spec, std::uint32_t kills) {
  spec.job.compute.seconds = Duration{0.02};
  // The last comes before the end even if no worker ever waits.
  spec.job.stop.iterations = static_cast<std::uint32_t>(time_of_kill(kills) / 0.02);
  spec.job.evaluate_every = 20;
  spec.replication.factor = 2;
  spec.detection = {.enabled = true, .heartbeat = {0.1}, .lease = {0.4}};
  spec.client.retry.timeout = spec.detection.lease;
  return spec;
}

RunSpec counting(const ConsistencySpec& consistency, std::uint32_t kills) {
  return with_defaults(counting_run(kWorkers, kServers, 1, consistency), kills);
}

RunSpec learning(std::uint32_t kills) {
  return with_defaults(learning_scenario(LearnerType::kLogisticRegression, kWorkers, kServers, 1),
                       kills);
}

// Victims in turn; each is started anew `down` seconds later.
void add_kills(RunSpec& spec, std::uint32_t kills, double down,
               const std::vector<NodeId>& victims) {
  for (std::uint32_t kill = 0; kill < kills; ++kill) {
    const NodeId node = victims[kill % victims.size()];
    const double at = time_of_kill(kill);
    const NodeSelector nodes = {{node.role, node.rank, node.rank}};
    spec.faults.push_back({.at = at, .kind = FaultKind::kCrash, .nodes = nodes});
    spec.faults.push_back({.at = at + down, .kind = FaultKind::kRestart, .nodes = nodes});
  }
}

std::vector<Time> times_of(const Recorded& run, const std::string& event) {
  std::vector<Time> times;
  for (const auto& each : run.events)
    if (each.record.name == event) times.push_back(each.time);
  return times;
}

RanOnSockets run(const std::shared_ptr<const Job>& job, std::uint32_t kills) {
  RanOnSockets result = run_on_sockets(job);
  EXPECT_EQ(result.end, real::SocketRunEnd::kJobFinished) << result.failure;
  EXPECT_EQ(result.reason, StopReason::kIterations);
  EXPECT_EQ(times_of(result, "crash").size(), kills);
  EXPECT_EQ(times_of(result, "restart").size(), kills);
  return result;
}

RanOnSockets expect_every_gradient_once(const RunSpec& spec, std::uint32_t kills) {
  RanOnSockets result = run(counting_job(spec, kKeys), kills);
  if (!result.job_finished) return result;
  const std::uint32_t every_gradient = kWorkers * *spec.job.stop.iterations;
  EXPECT_EQ(result.evaluations.back().record.loss, every_gradient) << "the smallest count";
  EXPECT_EQ(result.evaluations.back().record.metric, every_gradient) << "the largest";
  return result;
}

// Under BSP the model has to be the one that serial training ends with, bit for bit.
RanOnSockets expect_serial_model(const RunSpec& spec, std::uint32_t kills) {
  const Dataset train = synthetic_data(400, 1000, 2, 1, 1),
                test = synthetic_data(50, 1000, 2, 1, 2);
  RanOnSockets result = run(std::make_shared<const Job>(spec, train, test), kills);
  if (!result.job_finished) return result;
  const SerialResult serial = train_serially(spec, train, test);
  EXPECT_EQ(result.evaluations.back().record.fingerprint, fingerprint(serial.tables));
  EXPECT_EQ(result.evaluations.back().record.loss, serial.evaluations.back().loss);
  return result;
}

// The same kills in a run that learns and in runs that count, one a consistency model.
template <class Measure>
void kill_in_every_run(Extent extent, std::uint32_t managers, double down,
                       const std::vector<NodeId>& victims, Measure measure) {
  const std::uint32_t kills = extent == Extent::kSmoke ? 1 : 10;
  const auto with_kills = [&](RunSpec spec) {
    spec.cluster.managers = managers;
    add_kills(spec, kills, down, victims);
    return spec;
  };
  const RunSpec bsp = with_kills(learning(kills));
  measure(bsp, expect_serial_model(bsp, kills));
  std::vector<ConsistencySpec> models = {{.model = ConsistencyModel::kSsp, .staleness = 2}};
  if (extent == Extent::kFiftyKills)
    models.insert(models.end(), {{.model = ConsistencyModel::kBsp},
                                 {.model = ConsistencyModel::kBoundedDelay, .delay = 2},
                                 {.model = ConsistencyModel::kAsync}});
  for (const ConsistencySpec& model : models) {
    const RunSpec spec = with_kills(counting(model, kills));
    measure(spec, expect_every_gradient_once(spec, kills));
  }
}

std::size_t kills_of(Extent extent) { return extent == Extent::kSmoke ? 2 : 50; }

// --- servers ------------------------------------------------------------------------------------

void kill_servers(Extent extent) {
  std::vector<double> lost, decided, accepting, after_view;
  const std::vector<NodeId> victims = {server_id(0), server_id(1), server_id(2)};
  kill_in_every_run(extent, 1, 0.7, victims, [&](const RunSpec& spec, const Recorded& result) {
    for (const Recovery& recovery : recoveries(spec, result)) {
      ASSERT_TRUE(recovery.lost && recovery.view && recovery.accepting())
          << to_string(recovery.server) << ", killed at " << recovery.crashed.seconds << " s";
      lost.push_back(recovery.lost->seconds);
      decided.push_back(recovery.view->seconds);
      accepting.push_back(recovery.accepting()->seconds);
      after_view.push_back(accepting.back() - decided.back());
    }
  });
  fmt::print(
      "a server is killed:\n  noticed    {}\n  new view   {}\n  accepting  {}\n"
      "  accepting after the view {}\n",
      distribution(lost), distribution(decided), distribution(accepting), distribution(after_view));
  EXPECT_EQ(accepting.size(), kills_of(extent));
  EXPECT_LT(quantile(accepting, 1), kAllowed);
}

TEST(Recovery, OfAServerThatIsKilled) { kill_servers(Extent::kSmoke); }
TEST(RecoveryLong, OfAServerThatIsKilled50Times) { kill_servers(Extent::kFiftyKills); }

// --- managers -----------------------------------------------------------------------------------

// The first manager leads, and the second is the first to take over; then the first again.
void kill_managers(Extent extent) {
  std::vector<double> elected, going_on;
  const std::vector<NodeId> victims = {manager_id(0), manager_id(1)};
  kill_in_every_run(extent, 3, 0.7, victims, [&](const RunSpec&, const Recorded& result) {
    const std::vector<Time> leaders = times_of(result, "leader");
    for (Time killed : times_of(result, "crash")) {
      const auto next = std::upper_bound(leaders.begin(), leaders.end(), killed);
      ASSERT_NE(next, leaders.end()) << "killed at " << killed.seconds << " s";
      elected.push_back((*next - killed).seconds);
      going_on.push_back(standstill(result, killed).seconds);
    }
  });
  fmt::print("the leading manager is killed:\n  another leads   {}\n  pushes go on    {}\n",
             distribution(elected), distribution(going_on));
  EXPECT_EQ(going_on.size(), kills_of(extent));
  EXPECT_LT(quantile(elected, 1), kAllowed);
  EXPECT_LT(quantile(going_on, 1), kAllowed);
}

TEST(Recovery, OfTheLeadingManagerThatIsKilled) { kill_managers(Extent::kSmoke); }
TEST(RecoveryLong, OfTheLeadingManagerThatIsKilled50Times) { kill_managers(Extent::kFiftyKills); }

// --- workers ------------------------------------------------------------------------------------

void kill_workers(Extent extent) {
  constexpr double kDown = 0.2;
  std::vector<double> working;
  std::vector<NodeId> victims;
  for (std::uint32_t worker = 0; worker < kWorkers; ++worker) victims.push_back(worker_id(worker));
  kill_in_every_run(extent, 1, kDown, victims, [&](const RunSpec&, const Recorded& result) {
    for (const auto& event : result.events) {
      if (event.record.name != "restart") continue;
      const auto first =
          std::find_if(result.applied.begin(), result.applied.end(), [&](const auto& applied) {
            return applied.record.worker == event.node && applied.time > event.time;
          });
      ASSERT_NE(first, result.applied.end()) << to_string(event.node);
      working.push_back((first->time - event.time).seconds + kDown);
    }
  });
  fmt::print("a worker is killed, and started anew after {} s:\n  pushing  {}\n", kDown,
             distribution(working));
  EXPECT_EQ(working.size(), kills_of(extent));
  EXPECT_LT(quantile(working, 1), kAllowed);
}

TEST(Recovery, OfAWorkerThatIsKilled) { kill_workers(Extent::kSmoke); }
TEST(RecoveryLong, OfAWorkerThatIsKilled50Times) { kill_workers(Extent::kFiftyKills); }

}  // namespace
}  // namespace psgrid::testing
