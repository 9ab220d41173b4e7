// Filters do the same on both runtimes: the same bytes, the same numbers; and what loses nothing
// leaves BSP where serial training ends, whatever is lost, repeated, or crashes.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "model/fingerprint.hpp"
#include "tests/support/runtimes.hpp"
#include "tests/support/serial_reference.hpp"
#include "tests/support/simulate.hpp"
#include "tests/support/small_data.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 3, kServers = 2, kIterations = 12;

// Sparse mini-batches: lists of keys.
RunSpec sparse(std::vector<FilterSpec> filters) {
  RunSpec spec =
      learning_scenario(LearnerType::kLogisticRegression, kWorkers, kServers, kIterations);
  spec.job.compute.seconds = Duration{0.005};
  spec.filters = std::move(filters);
  return spec;
}

Dataset train() { return sparse_bags(240, 3000, 2); }
Dataset test() { return sparse_bags(60, 3000, 2, 9); }

std::shared_ptr<const Job> job_of(const RunSpec& spec) {
  return std::make_shared<const Job>(spec, train(), test());
}

FilterSpec both_ways(FilterSpec filter) {
  filter.push = filter.pull = true;
  return filter;
}

const FilterSpec kCaching = both_ways({.type = FilterType::kKeyCaching});
const FilterSpec kSnappy = both_ways({.type = FilterType::kSnappy});
const FilterSpec kFixedPoint = both_ways({.type = FilterType::kFixedPoint, .bytes = 1});
const FilterSpec kTopK{.type = FilterType::kTopK, .ratio = 0.1, .momentum = 0.5, .warm_up = 3};

std::uint64_t last_fingerprint(const Outcome& outcome) {
  return outcome.evaluations.empty() ? 0 : outcome.evaluations.back().record.fingerprint;
}

std::map<std::string, std::uint64_t> bytes_by_node(const Outcome& outcome) {
  std::map<std::string, std::uint64_t> bytes;
  for (const NodeTotals& totals : outcome.totals)
    if (totals.node.role != Role::kManager) bytes[to_string(totals.node)] = totals.sent.count;
  return bytes;
}

TEST(Filters, TheSameBytesAndNumbersOnBothRuntimes) {
  const std::vector<std::vector<FilterSpec>> chains = {
      {kCaching},
      {kSnappy},
      {kCaching, kFixedPoint, kSnappy},
      {kTopK, {.type = FilterType::kFixedPoint, .bytes = 2}, kCaching},
      {{.type = FilterType::kRandomSkip, .probability = 0.5},
       {.type = FilterType::kFixedPoint, .bytes = 3}},
      {{.type = FilterType::kSignificantlyModified, .threshold = 0.02},
       {.type = FilterType::kOneBit}}};
  for (const std::vector<FilterSpec>& filters : chains) {
    RunSpec spec = sparse(filters);
    const Outcome simulated = run_on(Runtime::kSimulator, job_of(spec));
    const Outcome real = run_on(Runtime::kSockets, job_of(spec));
    ASSERT_TRUE(simulated.job_finished && real.job_finished) << simulated.failure << real.failure;
    EXPECT_EQ(bytes_by_node(simulated), bytes_by_node(real));
    EXPECT_EQ(last_fingerprint(simulated), last_fingerprint(real));
  }
}

class LosslessFilters : public OnRuntimes {
 protected:
  bool asked_again = false;

  void expect_serial_result(const RunSpec& spec) {
    const Outcome outcome = run(job_of(spec));
    ASSERT_TRUE(outcome.job_finished) << outcome.failure;
    asked_again = std::any_of(outcome.messages.begin(), outcome.messages.end(),
                              [](const auto& message) { return message.type == "incomplete"; });
    EXPECT_EQ(last_fingerprint(outcome), fingerprint(train_serially(spec, train(), test()).tables));
  }
};

TEST_P(LosslessFilters, LeaveBspWhereSerialTrainingEnds) {
  expect_serial_result(sparse({kCaching, kSnappy}));
}

TEST_P(LosslessFilters, WideNumbersAreTheSameNumbers) {
  RunSpec spec = sparse({kCaching});
  spec.wire = {.fixed_keys = true, .doubles = true};
  expect_serial_result(spec);
}

TEST_P(LosslessFilters, SurviveAnUnreliableNetwork) {
  RunSpec spec = sparse({kCaching, kSnappy});
  spec.filters.front().lists = 1;  // misses, too
  spec.client.retry.timeout = {0.05};
  FaultSpec fault{.at = 0, .kind = FaultKind::kLink, .nodes = {{Role::kWorker, 0, kWorkers - 1}}};
  fault.to = {{Role::kServer, 0, kServers - 1}};
  fault.both_ways = true;
  fault.link = {.loss = 0.1, .duplicate = 0.2, .reorder = 0.3};
  spec.faults.push_back(fault);
  expect_serial_result(spec);
  EXPECT_TRUE(asked_again || GetParam() == Runtime::kSockets) << "sockets keep no messages";
}

// The new head knows none of the lists that the old one was sent.
TEST_P(LosslessFilters, SurviveTheLossOfAServer) {
  RunSpec spec = sparse({kCaching, kSnappy});
  spec.job.batch = 240 / kWorkers;  // the same list every time
  spec.job.stop.iterations = 60;
  spec.job.compute.seconds = Duration{0.01};
  spec.replication.factor = 2;
  spec.detection = {.enabled = true, .heartbeat = {0.04}, .lease = {0.2}};
  spec.client.retry = {.timeout = {0.2}, .backoff = 1, .timeout_max = {0.2}};
  spec.faults.push_back({.at = 0.2, .kind = FaultKind::kCrash, .nodes = {{Role::kServer, 0, 0}}});
  spec.faults.push_back({.at = 0.3, .kind = FaultKind::kRestart, .nodes = {{Role::kServer, 0, 0}}});
  expect_serial_result(spec);
}

// As "retry": what is sent again must be what was sent at first, or the fingerprint would differ
// between runs that lose different messages.
TEST(Filters, WhatIsSentAgainWasRoundedOnce) {
  RunSpec spec = sparse({{.type = FilterType::kFixedPoint, .bytes = 1}});
  const std::uint64_t expected = last_fingerprint(run_on(Runtime::kSimulator, job_of(spec)));
  spec.client.retry.timeout = {0.05};
  FaultSpec fault{.at = 0, .kind = FaultKind::kLink, .nodes = {{Role::kWorker, 0, kWorkers - 1}}};
  fault.to = {{Role::kServer, 0, kServers - 1}};
  fault.both_ways = true;
  fault.link = {.loss = 0.2, .duplicate = 0.2, .reorder = 0.3};
  spec.faults.push_back(fault);
  EXPECT_EQ(last_fingerprint(run_on(Runtime::kSimulator, job_of(spec))), expected);
  EXPECT_EQ(last_fingerprint(run_on(Runtime::kSockets, job_of(spec))), expected);
}

INSTANTIATE_TEST_SUITE_P(On, LosslessFilters, runtimes(), name_of_runtime);

}  // namespace
}  // namespace psgrid::testing
