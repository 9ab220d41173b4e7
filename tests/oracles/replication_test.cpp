// Replication and failover against formulas: what a chain's latency, a chain's traffic, detection,
// failover and re-replication are made of, on networks and servers of known speed.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/check.hpp"
#include "model/codec.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/free_network.hpp"
#include "tests/support/recoveries.hpp"
#include "tests/support/scripted_context.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr double kLatency = 1e-3;

double bytes(const MessageTrace& message) { return static_cast<double>(message.size.count); }

// --- latency of a chain -------------------------------------------------------------------------

// One worker, of unlimited bandwidth, and a chain on each server: at any moment each server handles
// one push or forward, so that they do not delay each other.
struct ChainCosts {
  double bandwidth = 1e8, apply = 2e-3;
};

RunSpec chains(std::uint32_t factor, const ChainCosts& costs) {
  constexpr std::uint32_t kServers = 4;
  constexpr std::uint64_t kParameters = 400'000;
  RunSpec spec = timing_scenario(1, kServers, kParameters, 0.1, 1);
  spec.cluster.host.flops = 1e9;
  spec.cluster.network.latency = kLatency;
  spec.cluster.network.bandwidth = 1e15;
  spec.cluster.groups = {{.nodes = {{Role::kServer, 0, kServers - 1}},
                          .flops = {},
                          .cores = {},
                          .bandwidth = costs.bandwidth,
                          .latency = {},
                          .host = {},
                          .nodes_per_host = {}}};
  spec.costs.apply_flops_per_value = costs.apply * 1e9 / (kParameters / kServers);
  spec.costs.serve_flops_per_value = 1;  // answers to pulls do not share a link with the last ack
  spec.replication.factor = factor;
  return spec;
}

// Messages of a type from one node to another, by delivery.
std::vector<MessageTrace> sent(const Simulated& run, std::string_view type, NodeId from,
                               NodeId to) {
  std::vector<MessageTrace> found;
  std::copy_if(run.messages.begin(), run.messages.end(), std::back_inserter(found),
               [&](const MessageTrace& each) {
                 return each.type == type && each.from == from && each.to == to;
               });
  return found;
}

// r + 1 latencies, and r transfers and r applications one after the other.
TEST(Replication, LatencyOfAPushIsThatOfEveryReplicaInTurn) {
  const ChainCosts costs;
  for (std::uint32_t factor : {1, 2, 3, 4}) {
    const RunSpec spec = chains(factor, costs);
    const Simulated run = simulate(spec);
    ASSERT_TRUE(run.job_finished);
    for (std::uint32_t head = 0; head < spec.cluster.servers; ++head) {
      const auto replica = [&](std::uint32_t place) {
        return server_id((head + place) % spec.cluster.servers);
      };
      const NodeId tail = replica(factor - 1);
      const MessageTrace push = sent(run, "push", worker_id(0), server_id(head)).at(0);
      const MessageTrace ack = sent(run, "push_ack", tail, worker_id(0)).at(0);
      double transferred = bytes(push) + bytes(ack);
      for (std::uint32_t place = 1; place < factor; ++place)  // of the n-th shard in the n-th step
        transferred +=
            bytes(sent(run, "forward", replica(place - 1), replica(place)).at(place - 1));
      // The tail tells its predecessor at the same time: the two share its link.
      if (factor > 1)
        transferred +=
            std::min(bytes(ack), bytes(sent(run, "forward_ack", tail, replica(factor - 2)).at(0)));
      EXPECT_NEAR((ack.delivered - push.sent).seconds,
                  (factor + 1) * kLatency + factor * costs.apply + transferred / costs.bandwidth,
                  1e-9)
          << factor << " replicas, shard " << head;
    }
  }
}

// --- traffic ------------------------------------------------------------------------------------

constexpr std::uint64_t kKeys = 40'000;

struct Traffic {
  double pushed = 0, forwarded = 0;  // bytes
  std::uint64_t pushes = 0, forwards = 0;
};

constexpr std::uint32_t kIterations = 8;  // few enough for numbers of one byte

// With values, or a job that only takes as long.
std::shared_ptr<const Job> replicated(std::uint32_t workers, std::uint32_t factor, bool sums,
                                      bool timing_only) {
  RunSpec spec = timing_scenario(workers, 4, kKeys, 0.1, kIterations);
  spec.replication = {.factor = factor, .after_aggregation = sums};
  return timing_only ? std::make_shared<const Job>(spec, Dataset{}, Dataset{})
                     : counting_job(spec, kKeys);
}

Traffic traffic(const std::shared_ptr<const Job>& job) {
  const Simulated run = simulate(job);
  EXPECT_TRUE(run.job_finished);
  Traffic sum;
  for (const MessageTrace& message : run.messages) {
    if (message.type == "push") sum.pushed += bytes(message), ++sum.pushes;
    if (message.type == "forward") sum.forwarded += bytes(message), ++sum.forwards;
  }
  return sum;
}

double size(const Message& message) { return static_cast<double>(encoded_size(message).count); }

// A push that is passed on comes with its place in the order, and whose it is.
double frame_of_forwarded_push() {
  const auto push = std::make_shared<const Push>(Push{.since = {1}, .request = {1}});
  return size(Forward{{1}, 0, {.sequence = 1, .worker = 0, .what = push}}) - size(*push);
}

TEST(Replication, OfPushesForwardsThemOncePerReplicaButTheFirst) {
  for (std::uint32_t workers : {2, 8})
    for (std::uint32_t factor : {1, 2, 4})
      for (bool timing_only : {false, true}) {
        const Traffic sent = traffic(replicated(workers, factor, false, timing_only));
        EXPECT_EQ(sent.pushes, workers * 4 * kIterations);
        EXPECT_EQ(sent.forwards, (factor - 1) * sent.pushes);
        const double frames = static_cast<double>(sent.pushes) * frame_of_forwarded_push();
        EXPECT_EQ(sent.forwarded, (factor - 1) * (sent.pushed + frames));
        EXPECT_NEAR(sent.forwarded / sent.pushed, factor - 1, 0.001 * factor);
      }
}

// Of all shards and iterations, to one successor each.
double forwarded_sums(const Job& job) {
  const ViewPtr view = view_of(job);
  double sum = 0;
  for (std::uint32_t shard = 0; shard < view->shards(); ++shard)
    for (std::uint32_t iteration = 0; iteration < kIterations; ++iteration) {
      SharedList<Aggregate::Part> parts;
      for (std::uint32_t worker = 0; worker < view->workers(); ++worker)
        parts.push_back({worker, {iteration + 1}});
      const Aggregate mean{{iteration}, parts, view->phantom_rows(shard)};
      sum += size(Forward{{1}, shard, {.sequence = iteration + 1, .worker = 0, .what = mean}});
    }
  return sum;
}

// Li et al., OSDI 2014, section 4.3: k/n times the pushes' bytes for sums of n workers, with k
// replicas besides the first.
void expect_sums_once_per_iteration(bool timing_only) {
  for (std::uint32_t workers : {2, 8})
    for (std::uint32_t factor : {2, 4}) {
      const auto job = replicated(workers, factor, true, timing_only);
      const Traffic sent = traffic(job);
      EXPECT_EQ(sent.forwards, (factor - 1) * 4 * kIterations);
      EXPECT_EQ(sent.forwarded, (factor - 1) * forwarded_sums(*job));
      EXPECT_NEAR(sent.forwarded / sent.pushed, (factor - 1.0) / workers, 0.002 * factor);
    }
}

TEST(Replication, OfSumsForwardsThemOncePerIteration) { expect_sums_once_per_iteration(false); }
TEST(Replication, OfSumsWithoutValuesForwardsAsMuch) { expect_sums_once_per_iteration(true); }

// --- detection ----------------------------------------------------------------------------------

constexpr double kHeartbeat = 0.1;

RunSpec with_crash(std::uint32_t factor, std::uint32_t managers, double lease, double at,
                   std::uint32_t server) {
  RunSpec spec = timing_scenario(2, 4, 40, 0.01, 200);
  make_network_free(spec.cluster);
  spec.cluster.network.latency = kLatency;
  spec.cluster.managers = managers;
  spec.replication.factor = factor;
  spec.detection = {.enabled = true, .heartbeat = {kHeartbeat}, .lease = {lease}};
  spec.faults = {{.at = at, .kind = FaultKind::kCrash, .nodes = {{Role::kServer, server, server}}}};
  return spec;
}

Recovery recovery(const RunSpec& spec) {
  const Simulated run = simulate(spec);
  EXPECT_TRUE(run.job_finished);
  const std::vector<Recovery> found = recoveries(spec, run);
  PSGRID_CHECK(found.size() == 1 && found.front().lost && found.front().accepting(),
               "one crash that the run got over");
  return found.front();
}

// A server has the first view a latency after the manager, and sends heartbeats from then on. The
// manager waits a tenth of a heartbeat more, in which it would hear what came while it stood still.
TEST(Replication, CrashesAreDetectedALeaseAfterTheLastHeartbeat) {
  constexpr double kDoubt = kHeartbeat / 10;
  for (double lease : {0.25, 0.3, 0.37, 0.4}) {
    constexpr std::uint32_t kMoments = 50;
    double sum = 0;
    for (std::uint32_t moment = 0; moment < kMoments; ++moment) {
      const double crash = 0.5 + kHeartbeat * (moment + 0.25) / kMoments;
      const double lost = recovery(with_crash(2, 1, lease, crash, 1)).lost->seconds;
      EXPECT_GE(lost, lease - kHeartbeat);
      EXPECT_LE(lost, lease + kDoubt);
      const double first_view = kLatency, first_heard = first_view + 2 * kLatency;
      const double heard =
          first_heard + kHeartbeat * std::floor((crash - first_heard) / kHeartbeat);
      EXPECT_NEAR(lost, heard + lease + kDoubt - crash, 1e-6) << "crash at " << crash;
      sum += lost;
    }
    // On average half a heartbeat has passed since the last.
    EXPECT_NEAR(sum / kMoments, lease + kDoubt - kHeartbeat / 2, kHeartbeat / kMoments)
        << "lease " << lease;
    fmt::print(
        "lease {:.2f} s, heartbeat {:.2f} s: a crash is detected after {:.4f} s on average\n",
        lease, kHeartbeat, sum / kMoments);
  }
}

// --- failover -----------------------------------------------------------------------------------

// From the manager's noticing on, in latencies: with several managers most of them have to accept
// the view, which takes two. Then it travels to the nodes: 1.
//   A tail is lost:   the one before it has all pushes, and is the tail now.
//   A middle is lost: its successor asks, and is sent, what it lacks: 2.
//   A head is lost:   workers send their pushes to the next: 1, and on to the tail: r - 2.
TEST(Replication, FailoverTakesAViewChangeAndWhatHasToBeSentAgain) {
  for (std::uint32_t managers : {1, 3})
    for (std::uint32_t factor : {2, 3, 4}) {
      const Recovery crash = recovery(with_crash(factor, managers, 0.37, 0.555, 1));
      ASSERT_EQ(crash.held.size(), factor);
      const double agreed = managers > 1 ? 2 : 0;
      EXPECT_NEAR((*crash.view).seconds, crash.lost->seconds + agreed * kLatency, 1e-6);
      for (const Recovery::Held& held : crash.held) {
        const bool was_head = held.place == 0, was_tail = held.place + 1 == factor;
        double latencies = agreed + 1;
        if (was_head)
          latencies += 1 + (factor - 2);
        else if (!was_tail)
          latencies += static_cast<double>(2 + factor - held.place - 2);
        EXPECT_NEAR(held.accepting->seconds, crash.lost->seconds + latencies * kLatency, 1e-6)
            << managers << " managers, " << factor << " replicas, place " << held.place;
      }
    }
}

// --- re-replication -----------------------------------------------------------------------------

// A shard's state is copied in pieces of 64 Ki values, each asked for when the one before is there:
// two latencies a piece, and all bytes at the bandwidth of a link. Workers do nothing meanwhile.
TEST(Replication, ACopyTakesItsBytesAndTwoLatenciesAPiece) {
  constexpr std::uint64_t kPiece = 64 * 1024;
  for (const std::uint64_t values : {std::uint64_t{1000}, kPiece, 10 * kPiece + 1})
    for (const auto& [optimizer, arrays] :
         {std::pair{OptimizerType::kSgd, 1u}, std::pair{OptimizerType::kAdam, 3u}})
      for (const double bandwidth : {1e8, 1e9}) {
        RunSpec spec = timing_scenario(1, 3, 3 * values, 3, 1);
        spec.cluster.network.latency = kLatency;
        spec.cluster.network.bandwidth = bandwidth;
        spec.job.optimizer.type = optimizer;
        spec.replication.factor = 2;
        spec.detection = {.enabled = true, .heartbeat = {0.1}, .lease = {0.4}};
        spec.faults = {{.at = 0.5, .kind = FaultKind::kCrash, .nodes = {{Role::kServer, 1, 1}}}};
        const Simulated run = simulate(spec);
        ASSERT_TRUE(run.job_finished);

        // Shard 1, from its last server to the one that joins.
        double copied = 0;
        std::uint64_t pieces = 0;
        Time asked = Time::never(), complete;
        for (const MessageTrace& message : run.messages) {
          const bool is_request = message.type == "state_request" && message.from == server_id(0) &&
                                  message.to == server_id(2);
          const bool is_piece = message.type == "state_piece" && message.from == server_id(2) &&
                                message.to == server_id(0);
          if (!is_request && !is_piece) continue;
          copied += bytes(message);
          pieces += is_piece;
          asked = std::min(asked, message.sent);
          complete = std::max(complete, message.delivered);
        }
        EXPECT_EQ(pieces, 1 + arrays * ((values + kPiece - 1) / kPiece)) << "with one for the rest";
        const double state = 4.0 * static_cast<double>(arrays * values);
        EXPECT_NEAR(copied, state, 200.0 * static_cast<double>(pieces));
        const double expected = 2 * kLatency * static_cast<double>(pieces) + copied / bandwidth;
        // Heartbeats and the requests for the other shard's copy share the links.
        EXPECT_NEAR((complete - asked).seconds, expected, 0.002 * expected);
        fmt::print("{:.2f} MB at {} MB/s: copied in {:.4f} s, {:.2f} times what the bytes take\n",
                   state / 1e6, bandwidth / 1e6, (complete - asked).seconds,
                   (complete - asked).seconds / (state / bandwidth));

        // To the joiner, from it to the tail and from there to the manager.
        std::vector<Time> views;
        for (const auto& event : run.events)
          if (event.record.name == "view" && event.time > Time{0.5}) views.push_back(event.time);
        ASSERT_GE(views.size(), 2u);
        EXPECT_NEAR((views[1] - views[0]).seconds, 3 * kLatency + expected,
                    0.003 * expected + 1e-4);
      }
}

// --- hedged pulls -------------------------------------------------------------------------------

// Three replicas of three shards, of which each worker reads one at the slow server.
RunSpec one_slow_replica(double serve_s, double slower) {
  RunSpec spec = timing_scenario(3, 3, 3000, 0.05, 20);
  spec.consistency.model = ConsistencyModel::kAsync;
  spec.replication.factor = 3;
  spec.replication.reads = Reads::kAny;
  spec.costs.serve_flops_per_value = serve_s * spec.cluster.host.flops / 1000;
  spec.stragglers = {{.nodes = {{Role::kServer, 0, 0}}, .factor = slower}};
  return spec;
}

TEST(HedgedPulls, TakeTheHedgeAndAnAnswerOfAnotherReplica) {
  constexpr double kServe = 1e-3, kHedge = 5e-3, kOnTheWay = 0.5e-3;
  RunSpec spec = one_slow_replica(kServe, 100);
  for (const auto& [time, node, done] : simulate(spec).iterations)
    EXPECT_GE(done.pull.seconds, 100 * kServe);

  spec.client.hedge_after = {kHedge};
  const Simulated hedged = simulate(spec);
  ASSERT_EQ(hedged.iterations.size(), 3u * 20);
  for (const auto& [time, node, done] : hedged.iterations) {
    EXPECT_GT(done.pull.seconds, kHedge);
    // All three workers may ask the same replica at once.
    EXPECT_LE(done.pull.seconds, kHedge + 3 * kServe + kOnTheWay);
  }
}

TEST(HedgedPulls, AreNotSentWhereAnswersComeInTime) {
  RunSpec spec = one_slow_replica(1e-3, 1);
  const auto messages = [](const Simulated& run) {
    std::uint64_t sum = 0;
    for (const NodeTotals& totals : run.totals) sum += totals.messages_sent;
    return sum;
  };
  const std::uint64_t without = messages(simulate(spec));
  spec.client.hedge_after = {5e-3};
  EXPECT_EQ(messages(simulate(spec)), without);
}

}  // namespace
}  // namespace psgrid::testing
