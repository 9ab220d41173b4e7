// Work that several workers do while nodes fail and messages overtake each other: every update is
// still made once, of all of a batch. Each weight counts them.
#include <gtest/gtest.h>

#include "model/consistency.hpp"
#include "tests/support/counting.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {
namespace {

constexpr std::uint32_t kWorkers = 4, kServers = 3, kIterations = 100;

ConsistencySpec gradient_coding(GradientCodeType code, std::uint32_t stragglers) {
  return {.model = ConsistencyModel::kGradientCoding,
          .gradients = kWorkers - stragglers,
          .stragglers = stragglers,
          .code = code};
}

ConsistencySpec partial_gradients(std::uint32_t redundancy) {
  return {.model = ConsistencyModel::kPartialGradients,
          .gradients = kWorkers,
          .redundancy = redundancy};
}

class Redundancy : public ::testing::TestWithParam<ConsistencySpec> {
 protected:
  static RunSpec failing(std::uint64_t seed) {
    RunSpec spec = failing_counting_run(kWorkers, kServers, kIterations, GetParam(), 2);
    spec.seed = seed;
    return spec;
  }

  static void expect_all_updates(const RunSpec& spec) {
    const Simulated run = simulate(counting_job(spec, 8));
    ASSERT_EQ(run.end, sim::SimulationEnd::kJobFinished) << "seed " << spec.seed;
    const Evaluated& last = run.evaluations.back().record;
    EXPECT_EQ(last.iteration, kIterations);
    EXPECT_NEAR(last.loss, 1.0 * kWorkers * kIterations, 1e-3) << "seed " << spec.seed;
    EXPECT_NEAR(last.metric, 1.0 * kWorkers * kIterations, 1e-3) << "seed " << spec.seed;
  }
};

constexpr std::uint64_t kSeeds = 3;

FaultSpec of(FaultKind kind, NodeId node, double at) {
  return {.at = at, .kind = kind, .nodes = {{node.role, node.rank, node.rank}}};
}

FaultSpec disorder(LinkCondition condition) {
  FaultSpec fault{.at = 0, .kind = FaultKind::kLink, .nodes = {{Role::kWorker, 0, kWorkers - 1}}};
  fault.to = {{Role::kServer, 0, kServers - 1}};
  fault.both_ways = true;
  fault.link = condition;
  return fault;
}

TEST_P(Redundancy, GoesOnWhenAServerHasCrashed) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RunSpec spec = failing(seed);
    spec.faults.push_back(of(FaultKind::kCrash, server_id(1), 0.5));
    expect_all_updates(spec);
  }
}

TEST_P(Redundancy, WorkersThatComeBackGoOnWithTheOthers) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RunSpec spec = failing(seed);
    for (std::uint32_t i = 0; i < 6; ++i) {
      const NodeId worker = worker_id(i * 3 % kWorkers);
      spec.faults.push_back(of(FaultKind::kCrash, worker, 0.1 + 0.2 * i));
      spec.faults.push_back(of(FaultKind::kRestart, worker, 0.25 + 0.2 * i));
    }
    spec.faults.push_back(disorder({.loss = 0.1, .duplicate = 0.2, .reorder = 0.3}));
    expect_all_updates(spec);
  }
}

// Nothing is sent again: what a later push makes void is acknowledged all the same.
TEST_P(Redundancy, PushesMayOvertakeEachOtherOnLinksAndCores) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RunSpec spec = failing(seed);
    spec.replication.factor = 1;
    spec.detection.enabled = false;
    spec.client.retry.timeout = {0};
    spec.cluster.host.cores = 4;
    spec.costs = {.apply_flops_per_value = 4e7, .serve_flops_per_value = 4e6, .message_flops = 4e7};
    spec.stragglers.push_back({.nodes = {{Role::kServer, 0, kServers - 1}},
                               .model = StragglerModel::kExponential,
                               .rate = 1});
    spec.faults.push_back(disorder({.duplicate = 0.2, .reorder = 0.3}));
    expect_all_updates(spec);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Redundancy,
                         ::testing::Values(gradient_coding(GradientCodeType::kFractionalRepetition,
                                                           1),
                                           gradient_coding(GradientCodeType::kCyclic, 1),
                                           gradient_coding(GradientCodeType::kCyclic, 2),
                                           partial_gradients(2), partial_gradients(4)),
                         [](const auto& instance) {
                           std::string name =
                               describe(instance.param) + std::to_string(instance.index);
                           std::erase_if(name, [](char c) { return c == ' ' || c == ','; });
                           return name;
                         });

}  // namespace
}  // namespace psgrid::testing
