// Every setting survives being resolved, written and loaded again.
#include <gtest/gtest.h>

#include "scenarios/resolved_parts.hpp"
#include "scenarios/scenario.hpp"
#include "tests/scenarios/memory_files.hpp"

namespace psgrid::scenarios {
namespace {

const MemoryFiles kFiles({{"in/data.idx", ""},
                          {"in/labels.idx", ""},
                          {"in/data.csv", ""},
                          {"in/trace.csv", "0,worker[0],2\n"}});

Result<Scenario> load(const std::string& text, const std::string& path) {
  LoadOptions options;
  options.files = &kFiles;
  return load_scenario_text(text, path, options);
}

void expect_round_trip(const std::string& text) {
  const auto scenario = load(text, "in/test.json");
  for (const InputError& error : scenario.errors) ADD_FAILURE() << to_string(error);
  ASSERT_TRUE(scenario);
  const Json written = resolved_json(*scenario, "out/deep");
  const auto again = load(written.dump(), "out/deep/scenario.json");
  for (const InputError& error : again.errors) ADD_FAILURE() << to_string(error);
  ASSERT_TRUE(again);
  EXPECT_EQ(resolved_json(*again, "out/deep").dump(1), written.dump(1));
  // What was said explicitly is still there.
  for (const auto& [key, value] : scenario->source.items()) {
    if (!value.is_object()) continue;
    for (const auto& [name, part] : value.items())
      EXPECT_TRUE(written[key].contains(name)) << key << "/" << name;
  }
}

TEST(ResolvedJson, KeepsEverySetting) {
  expect_round_trip(R"({
    "seed": 9007199254740991, "seeds": 3,
    "cluster": { "workers": 6, "servers": 2, "host": { "flops": 1.1e9, "cores": 2 },
      "network": { "topology": "racks", "racks": 3, "oversubscription": 2.5, "rack_latency": "1us",
        "bandwidth": "1Gbps", "latency": "10us", "sharing": "windowed", "window": 2, "model": "LV08" },
      "groups": [ { "nodes": "worker[0-1]", "host": "big" },
                  { "nodes": "worker[2-5]", "nodes_per_host": 2, "bandwidth": 1e8 } ],
      "costs": { "apply_flops_per_value": 3, "serve_flops_per_value": 4, "message_flops": 5 } },
    "stragglers": [ { "model": "bursts", "factor": 3, "mean_on": 1, "mean_off": 2 },
      { "model": "weibull", "shape": 0.7, "scale": 0.9 }, { "preset": "cloud" },
      { "model": "periodic", "factor": 3, "period": 4, "duration": 1, "phase": 0.5 },
      { "model": "trace", "file": "trace.csv" }, { "model": "uniform", "min": 1, "max": 3 },
      { "model": "two_point", "factor": 3, "probability": 0.5 },
      { "nodes": ["server[0]", "worker[0]"], "model": "exponential", "rate": 0.1 } ],
    "job": { "learner": { "type": "perceptron", "hidden": [8, 4], "l2": 0.1 },
      "data": { "format": "idx", "file": "data.idx", "labels": "labels.idx",
        "test_file": "data.idx", "test_labels": "labels.idx", "transform": "standardize" },
      "batch": 7, "learning_rate": 0.3, "optimizer": { "type": "adam", "beta1": 0.8 },
      "compute": { "flops_per_example": "2Mf" }, "evaluate_every": 2.5,
      "stop": { "iterations": 5, "target_loss": 0.1, "time": "1h" } },
    "consistency": { "model": "ssp", "staleness": 2 },
    "partition": { "type": "ring", "virtual_nodes": 3 },
    "replication": { "factor": 2, "of": "pushes", "reads": "any" },
    "failover": { "detection": true, "heartbeat": "20ms", "lease": "1s", "worker_loss": "go_on" },
    "wire": { "keys": "fixed", "values": "float64" },
    "filters": [ { "type": "top_k", "ratio": 0.5, "momentum": 0.5, "warm_up": 9, "tables": ["layer2"] },
      { "type": "random_skip", "probability": 0.5, "tables": ["layer1"] },
      { "type": "significantly_modified", "threshold": 0.1, "relative": true, "tables": ["layer3"] },
      { "type": "fixed_point", "bytes": 2, "direction": "both" },
      { "type": "key_caching", "lists": 5, "direction": "pull" }, { "type": "snappy" } ],
    "checkpoint": { "every": "3min", "bandwidth": "100Mbps" },
    "faults": [ { "at": 1, "crash": "server[0]" },
                { "at": 2, "restart": "server[0]", "memory": "kept" },
                { "at": 3, "restart": "cluster", "for": 2 }, { "at": 9, "restart": "cluster" } ],
    "client": { "outstanding_pushes": 2,
      "retry": { "timeout": "10ms", "backoff": 1.5, "timeout_max": "1s" } },
    "variants": [ { "name": "a", "set": { "consistency": { "model": "async", "staleness": null },
                                           "stragglers": [] } },
                  { "name": "b", "set": { "job": { "compute": { "seconds": 0.1 } } } },
                  { "name": "c", "set": { "replication": { "factor": 1 } } },
                  { "name": "d", "set": { "checkpoint": { "every": { "iterations": 3 } } } },
                  { "name": "e", "set": { "failover": { "detection": false }, "faults": [] } } ] })");
}

TEST(ResolvedJson, KeepsArchitectures) {
  const std::string job = R"(
    "cluster": { "workers": 2, "servers": 2 },
    "job": { "learner": { "type": "none", "parameters": 9 }, "stop": { "iterations": 3 } })";
  expect_round_trip("{" + job + R"(,
    "architecture": { "type": "map_reduce", "storage_bandwidth": "80Mbps" },
    "partition": { "type": "range" } })");
  expect_round_trip("{" + job + R"(, "replication": { "factor": 2 },
    "variants": [ { "name": "a", "set": {} },
                  { "name": "b", "set": { "architecture": { "type": "all_to_all" } } },
                  { "name": "c", "set": { "architecture": { "type": "coordinator" } } },
                  { "name": "d", "set": { "architecture": { "type": "ring_all_reduce" } } },
                  { "name": "e", "set": { "architecture": { "type": "map_reduce" } } } ] })");
}

TEST(ResolvedJson, KeepsGraphsAndCsv) {
  expect_round_trip(R"({
    "cluster": { "workers": 2, "network": { "topology": "graph", "vertices": ["a/b", "c"],
      "edges": [ { "a": "a/b", "b": "c", "latency": "3us" } ],
      "attach": { "a/b": ["manager[*]", "worker[0]"], "c": ["server[*]", "worker[1]"] } } },
    "job": { "learner": { "type": "softmax_regression" },
      "data": { "format": "csv", "file": "data.csv", "label_column": 0, "features": 5,
                "test_fraction": 0.25, "transform": "max_abs" },
      "optimizer": { "type": "proximal", "l1": 0.1 }, "stop": { "time": 3 } },
    "partition": { "type": "range" } })");
}

TEST(ResolvedJson, KeepsSyntheticData) {
  expect_round_trip(R"({
    "cluster": { "workers": 2 },
    "job": { "learner": { "type": "linear_regression", "l2": 0.5 },
      "data": { "synthetic": { "rows": 40, "features": 3, "noise": 0.25 }, "test_fraction": 0.5 },
      "stop": { "iterations": 3 } } })");
  expect_round_trip(R"({
    "cluster": { "workers": 2 },
    "job": { "learner": { "type": "svm", "l2": 0.5 },
      "data": { "file": "data.csv", "format": "csv" }, "stop": { "iterations": 3 } } })");
}

TEST(ResolvedJson, KeepsLearnersWithRulesOfTheirOwn) {
  expect_round_trip(R"({
    "cluster": { "workers": 2 },
    "job": { "learner": { "type": "lda", "topics": 7, "alpha": 0.5, "beta": 0.25 },
      "data": { "file": "data.csv", "format": "lda_c", "features": 9 }, "batch": 3,
      "stop": { "iterations": 3 } } })");
  expect_round_trip(R"({
    "cluster": { "workers": 2 },
    "job": { "learner": { "type": "sparse_logistic_regression", "l1": 0.5, "blocks": 9, "step": 2, "coupling": 0.5,
        "block_order": "sequential", "kkt_filter": true },
      "data": { "file": "data.csv", "format": "libsvm" }, "stop": { "iterations": 3 } } })");
  expect_round_trip(R"({
    "cluster": { "workers": 2 },
    "job": { "learner": { "type": "count_min", "items": 100, "skew": 2, "width": 5, "depth": 6 },
      "batch": 3, "stop": { "iterations": 3 } } })");
}

TEST(ResolvedJson, KeepsRedundancy) {
  expect_round_trip(R"({
    "cluster": { "workers": 6 },
    "job": { "learner": { "type": "coded_linear_regression", "l2": 0.5 },
      "data": { "synthetic": { "rows": 40, "features": 3 } }, "learning_rate": 0.5,
      "stop": { "iterations": 3 } },
    "consistency": { "model": "mds_coding", "stragglers": 4 } })");
  expect_round_trip(R"({
    "cluster": { "workers": 6 },
    "job": { "learner": { "type": "none", "parameters": 9 }, "stop": { "iterations": 3 } },
    "consistency": { "model": "gradient_coding", "stragglers": 2 },
    "variants": [ { "name": "a", "set": { "consistency": { "code": "cyclic", "stragglers": 3 } } },
                  { "name": "b", "set": { "consistency": { "model": "partial_gradients",
                      "stragglers": null, "redundancy": 4 } } } ] })");
}

TEST(ResolvedJson, KeepsRatings) {
  expect_round_trip(R"({
    "cluster": { "workers": 2 },
    "job": { "learner": { "type": "matrix_factorization", "rank": 3, "biases": true, "l2": 0.1 },
      "data": { "file": "data.csv", "format": "ratings", "test_fraction": 0.5 },
      "stop": { "iterations": 3 } } })");
  expect_round_trip(R"({
    "cluster": { "workers": 2 },
    "job": { "learner": { "type": "matrix_factorization", "rank": 3 },
      "data": { "synthetic": { "type": "ratings", "rows": 20, "users": 9, "items": 8, "rank": 2,
                               "noise": 0.5 } },
      "stop": { "iterations": 3 } } })");
}

TEST(ResolvedJson, KeepsTheTimingOnlyMode) {
  expect_round_trip(R"({
    "cluster": { "workers": 2, "network": { "topology": "torus", "dimensions": [2, 2] } },
    "job": { "learner": { "type": "none", "parameters": 1e12 }, "stop": { "iterations": 3 } },
    "consistency": { "model": "bounded_delay", "delay": 2 } })");
}

TEST(RelativePath, IsSeenFromTheFolder) {
  EXPECT_EQ(relative_path("in/data", "in"), "data");
  EXPECT_EQ(relative_path("in/data", "out/x"), "../../in/data");
  EXPECT_EQ(relative_path("/no/such/data", "/no/out"), "../such/data");
}

}  // namespace
}  // namespace psgrid::scenarios
