#include "scenarios/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/input/schema_library.hpp"
#include "tests/scenarios/memory_files.hpp"

namespace psgrid::scenarios {
namespace {

const MemoryFiles kFiles({{"d/data.libsvm", "+1 1:1\n"},
                          {"d/trace.csv", "time,node,factor\n3,worker[1],2\n1,worker[*],4\n"}});

constexpr const char* kJob = R"("job": {
  "learner": { "type": "logistic_regression" },
  "data": { "file": "data.libsvm", "format": "libsvm" },
  "stop": { "iterations": 10 } })";

Result<Scenario> load(const std::string& rest, std::vector<std::string> set = {}) {
  LoadOptions options;
  options.files = &kFiles;
  options.set = std::move(set);
  return load_scenario_text("{" + rest + "," + kJob + "}", "d/test.json", options);
}

std::string messages(const std::vector<InputError>& errors) {
  std::string text;
  for (const InputError& error : errors) text += to_string(error) + "\n";
  return text;
}

TEST(Scenario, HasDefaults) {
  const auto scenario = load(R"("cluster": { "workers": 3 })");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_EQ(scenario->name, "test");
  EXPECT_EQ(scenario->seeds, 1u);
  const RunSpec& run = scenario->base;
  EXPECT_EQ(run.seed, 1u);
  EXPECT_EQ(run.cluster.workers, 3u);
  EXPECT_EQ(run.cluster.servers, 1u);
  EXPECT_EQ(run.cluster.network.bandwidth, 125e6);
  EXPECT_EQ(run.consistency.model, ConsistencyModel::kBsp);
  const Json cluster = scenario_schema()["definitions"]["cluster"];
  const Json costs = cluster["properties"]["costs"]["properties"];
  EXPECT_EQ(run.costs.apply_flops_per_value, costs["apply_flops_per_value"]["default"]);
  EXPECT_EQ(run.costs.serve_flops_per_value, costs["serve_flops_per_value"]["default"]);
  EXPECT_EQ(run.costs.message_flops, costs["message_flops"]["default"]);
  EXPECT_TRUE(run.job.compute.automatic);
  ASSERT_TRUE(run.job.data);
  EXPECT_EQ(run.job.data->file, "d/data.libsvm") << "relative to the scenario file";
}

TEST(Scenario, ReadsTheCluster) {
  const auto scenario = load(R"("cluster": { "workers": 8, "servers": 2,
    "host": { "flops": "40Gf", "cores": 4 },
    "network": { "bandwidth": "10Gbps", "latency": 1e-5, "sharing": "fluid", "model": "LV08" },
    "groups": [ { "nodes": ["worker[2-3]", "server[*]"], "flops": 1e9, "latency": "1ms" } ],
    "costs": { "message_flops": "1kf" } })");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  const ClusterSpec& cluster = scenario->base.cluster;
  EXPECT_EQ(cluster.host.flops, 40e9);
  EXPECT_EQ(cluster.network.bandwidth, 1.25e9);
  EXPECT_EQ(cluster.network.sharing, Sharing::kFluid);
  EXPECT_EQ(cluster.network.model, NetworkModel::kLv08);
  ASSERT_EQ(cluster.groups.size(), 1u);
  EXPECT_EQ(cluster.groups[0].flops, 1e9);
  EXPECT_FALSE(cluster.groups[0].bandwidth);
  EXPECT_EQ(cluster.groups[0].nodes[1].last, 1u);
  EXPECT_EQ(scenario->base.costs.message_flops, 1000);
}

TEST(Scenario, TurnsPresetsAndTracesIntoModels) {
  const auto scenario = load(R"("cluster": { "workers": 2 }, "stragglers": [
    { "preset": "heavy_tailed" }, { "model": "trace", "file": "trace.csv" } ])");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  const auto& models = scenario->base.stragglers;
  EXPECT_EQ(models[0].model, StragglerModel::kPareto);
  EXPECT_EQ(models[0].alpha, 1.259);
  ASSERT_EQ(models[1].trace.size(), 3u);
  EXPECT_EQ(models[1].trace[0].time, 1);
  EXPECT_EQ(models[1].trace[2].node, worker_id(1));
}

TEST(Failover, IsOffUnlessAskedFor) {
  const auto scenario = load(R"("cluster": { "workers": 4, "servers": 2 })");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_EQ(scenario->base.replication.factor, 1u);
  EXPECT_FALSE(scenario->base.detection.enabled);
  EXPECT_EQ(scenario->base.client.retry.timeout.seconds, 0);
}

TEST(Failover, FollowsFromReplication) {
  const auto scenario = load(R"("cluster": { "workers": 4, "servers": 3 },
    "replication": { "factor": 3, "of": "sums" }, "failover": { "lease": "90s" })");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  const RunSpec& run = scenario->base;
  EXPECT_EQ(run.replication.factor, 3u);
  EXPECT_TRUE(run.replication.after_aggregation);
  EXPECT_TRUE(run.detection.enabled);
  EXPECT_EQ(run.detection.heartbeat.seconds, 0.1);
  EXPECT_EQ(run.detection.lease.seconds, 90);
  EXPECT_EQ(run.client.retry.timeout.seconds, 90) << "lost requests are sent again";
  EXPECT_EQ(run.client.retry.timeout_max.seconds, 90);
  EXPECT_EQ(run.worker_loss, WorkerLoss::kWait);
}

TEST(Failover, FollowsFromGoingOnWithoutAWorker) {
  const auto scenario = load(R"("cluster": { "workers": 4 },
    "failover": { "worker_loss": "go_on" }, "client": { "retry": { "timeout": "2s" } })");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_TRUE(scenario->base.detection.enabled);
  EXPECT_EQ(scenario->base.worker_loss, WorkerLoss::kGoOn);
  EXPECT_EQ(scenario->base.client.retry.timeout.seconds, 2) << "as given";
}

TEST(Failover, FollowsFromSeveralManagers) {
  const auto scenario = load(R"("cluster": { "workers": 4, "managers": 3 })");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_EQ(scenario->base.cluster.managers, 3u);
  EXPECT_TRUE(scenario->base.detection.enabled);
}

TEST(Failover, IsDroppedByVariantsWithoutIt) {
  const auto scenario = load(R"("cluster": { "workers": 4, "servers": 2 },
    "replication": { "factor": 2, "of": "sums" }, "failover": { "lease": "1s" },
    "variants": [
      { "name": "one", "set": { "replication": { "factor": 1 } } },
      { "name": "undetected", "set": { "failover": { "detection": false } } },
      { "name": "any", "set": { "consistency": { "model": "async" },
                                "replication": { "reads": "any" } } } ])");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  const RunSpec &one = scenario->variants[0].run, &any = scenario->variants[2].run;
  EXPECT_FALSE(one.replication.after_aggregation);
  EXPECT_FALSE(one.detection.enabled);
  EXPECT_EQ(one.detection.lease.seconds, 0.4);
  EXPECT_TRUE(scenario->variants[1].run.replication.after_aggregation);
  EXPECT_FALSE(scenario->variants[1].run.detection.enabled);
  EXPECT_FALSE(any.replication.after_aggregation);
  EXPECT_EQ(any.replication.reads, Reads::kAny);
  EXPECT_TRUE(scenario->base.replication.after_aggregation);
}

// What belongs to a parameter server is not asked of variants without one.
TEST(Architecture, OfAVariantTakesNothingOfAParameterServerAlong) {
  const auto scenario = load(R"("cluster": { "workers": 4, "servers": 2 },
    "consistency": { "model": "ssp", "staleness": 3, "cache": true },
    "replication": { "factor": 2 }, "failover": { "lease": "1s" },
    "filters": [ { "type": "key_caching" } ], "wire": { "values": "float64" },
    "checkpoint": { "every": "1s" }, "client": { "outstanding_pushes": 1 },
    "partition": { "type": "range" },
    "variants": [
      { "name": "ring", "set": { "architecture": { "type": "ring_all_reduce" } } },
      { "name": "map", "set": { "architecture": { "type": "map_reduce",
                                                  "storage_bandwidth": "1MBps" } } } ])");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_EQ(messages(scenario.warnings), "");
  EXPECT_EQ(scenario->base.architecture.type, Architecture::kParameterServer);
  EXPECT_EQ(scenario->base.replication.factor, 2u);
  const RunSpec& ring = scenario->variants[0].run;
  EXPECT_EQ(ring.architecture.type, Architecture::kRingAllReduce);
  EXPECT_EQ(ring.consistency.model, ConsistencyModel::kBsp);
  EXPECT_FALSE(ring.consistency.cache);
  EXPECT_EQ(ring.replication.factor, 1u);
  EXPECT_FALSE(ring.detection.enabled);
  EXPECT_EQ(ring.client.retry.timeout.seconds, 0);
  EXPECT_TRUE(ring.filters.empty());
  EXPECT_FALSE(ring.wire.doubles);
  EXPECT_FALSE(ring.checkpoint);
  EXPECT_EQ(scenario->variants[1].run.architecture.storage_bandwidth, 1e6);
  EXPECT_EQ(scenario->variants[1].run.partition.type, PartitionType::kRange);
}

TEST(Architecture, WarnsOfWhatItHasNoUseFor) {
  const auto scenario = load(R"("cluster": { "workers": 4 },
    "architecture": { "type": "all_to_all" }, "partition": { "type": "range" },
    "stragglers": [ { "nodes": "server[0]", "model": "exponential", "rate": 1 } ])");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_THAT(
      messages(scenario.warnings),
      ::testing::AllOf(
          ::testing::HasSubstr(
              "/stragglers/0/nodes: slow servers have no effect with the architecture "
              "\"all_to_all\""),
          ::testing::HasSubstr("/partition: a partition has no effect with the architecture "
                               "\"all_to_all\"")));
}

TEST(Variants, ArePatchesOfTheRest) {
  const auto scenario = load(R"("cluster": { "workers": 4 },
    "consistency": { "model": "ssp", "staleness": 3 },
    "variants": [
      { "name": "BSP", "set": { "consistency": { "model": "bsp" } } },
      { "name": "few", "set": { "cluster": { "workers": 2 }, "seed": 5 } } ])");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  ASSERT_EQ(scenario->variants.size(), 2u);
  EXPECT_EQ(scenario->variants[0].run.consistency.model, ConsistencyModel::kBsp);
  EXPECT_FALSE(scenario->variants[0].document["consistency"].contains("staleness"))
      << "void once the variant sets another model";
  EXPECT_EQ(scenario->variants[1].run.cluster.workers, 2u);
  EXPECT_EQ(scenario->variants[1].run.seed, 5u);
  EXPECT_EQ(scenario->base.cluster.workers, 4u);
}

TEST(Variants, OverrideWhatExcludesTheirSettings) {
  const auto scenario = load(
      R"("cluster": { "workers": 4, "groups": [] },
    "variants": [ { "name": "timing", "set": { "job": {
      "learner": { "type": "none", "parameters": 100 }, "compute": { "seconds": 1 } } } } ])",
      {"/job/compute/flops_per_example=5", "/job/learner/l2=0.1", "/job/stop/target_loss=0.5"});
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  const RunSpec& timing = scenario->variants[0].run;
  EXPECT_FALSE(timing.job.data);
  EXPECT_FALSE(timing.job.stop.target_loss);
  EXPECT_EQ(timing.job.compute.seconds->seconds, 1);
  EXPECT_EQ(scenario->base.job.compute.flops_per_example, 5);
}

TEST(Options, ChangeTheDocument) {
  const auto scenario =
      load(R"("cluster": { "workers": 4 }, "variants": [ { "name": "A", "set": { "seed": 2 } } ])",
           {"/cluster/network/bandwidth=10Gbps", "/seeds=7", "/variants/0/set/seed=9",
            "/cluster/groups=[{\"nodes\": \"worker[0]\", \"cores\": 2}]", "/stragglers=[]",
            "/stragglers/-={\"preset\": \"cloud\"}", "/job/stop/iterations=null",
            "/job/stop/time=1min"});
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_EQ(scenario->base.cluster.network.bandwidth, 1.25e9);
  EXPECT_EQ(scenario->seeds, 7u);
  EXPECT_EQ(scenario->variants[0].run.seed, 9u);
  EXPECT_EQ(scenario->base.cluster.groups[0].cores, 2u);
  EXPECT_EQ(scenario->base.stragglers.size(), 1u);
  EXPECT_FALSE(scenario->base.job.stop.iterations);
  EXPECT_EQ(scenario->base.job.stop.time->seconds, 60);
}

TEST(Options, WithoutEffectAreWarnedOf) {
  const auto scenario =
      load(R"("cluster": { "workers": 4 }, "variants": [ { "name": "A", "set": { "seed": 2 } } ])",
           {"/seed=3", "/cluster/workers=5", "/cluster/workers=6"});
  ASSERT_TRUE(scenario);
  EXPECT_EQ(messages(scenario.warnings),
            "--set /cluster/workers=5: has no effect: overridden\n"
            "--set /seed=3: has no effect on any variant: each sets a value of its own\n");
}

TEST(Warnings, NameSettingsThatDoNothing) {
  const auto scenario = load(R"("cluster": { "workers": 4 }, "stragglers": [
    { "model": "persistent", "factor": 1 },
    { "model": "pareto", "alpha": 1 },
    { "nodes": "worker[0]", "model": "trace", "file": "trace.csv" } ])");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_EQ(
      messages(scenario.warnings),
      "d/test.json:2:40: /stragglers/0/factor: a factor of 1 has no effect\n"
      "d/test.json:3:35: /stragglers/1/alpha: with an alpha of 1 the mean factor is infinite\n"
      "d/test.json:4:16: /stragglers/2/nodes: d/trace.csv has rows about worker[1], which is not "
      "among these nodes\n");
}

TEST(Warnings, TellOfFailoversThatWillGoWrong) {
  const auto scenario = load(R"("cluster": { "workers": 4 },
    "failover": { "detection": true, "lease": "250ms" },
    "client": { "retry": { "timeout": 0 } })");
  ASSERT_TRUE(scenario) << messages(scenario.errors);
  EXPECT_EQ(messages(scenario.warnings),
            "d/test.json:2:47: /failover/lease: with a lease of less than three heartbeats, one "
            "late heartbeat may expel a node that is there\n"
            "d/test.json:3:39: /client/retry/timeout: requests that are lost when a server fails "
            "are never repeated\n");
}

TEST(Slug, IsAPathComponent) {
  EXPECT_EQ(slug("SSP 3"), "ssp-3");
  EXPECT_EQ(slug("  bounded delay (4) "), "bounded-delay-4");
  EXPECT_EQ(slug("../.."), "run");
  EXPECT_EQ(slug(""), "run");
}

}  // namespace
}  // namespace psgrid::scenarios
