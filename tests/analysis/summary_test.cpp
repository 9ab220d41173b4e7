#include "analysis/summary.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/analysis/synthetic_run.hpp"

namespace psgrid::analysis {
namespace {

RunData run_with_losses(const std::vector<double>& losses, std::optional<double> target) {
  RunData run;
  run.header.target_loss = target;
  double time = 0;
  for (double loss : losses) {
    run.convergence.push_back({time, time * 10, 0, loss, 0, 0, 0});
    time += 0.5;
  }
  return run;
}

TEST(Summary, TargetIsReachedAtTheFirstEvaluationAtOrBelowIt) {
  const Summary summary = summarize(run_with_losses({0.7, 0.4, 0.25, 0.3, 0.2}, 0.25));
  EXPECT_EQ(summary.time_to_target_s, 1.0);
  EXPECT_EQ(summary.iterations_to_target, 10.0);
  EXPECT_EQ(summary.final_loss, 0.2);
}

TEST(Summary, TargetMayBeMissedOrAbsent) {
  EXPECT_FALSE(summarize(run_with_losses({0.7, 0.26}, 0.25)).time_to_target_s);
  EXPECT_FALSE(summarize(run_with_losses({0.7, 0.1}, {})).time_to_target_s);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(summarize(run_with_losses({0.7, nan}, 0.25)).time_to_target_s);
  EXPECT_FALSE(summarize(run_with_losses({}, 0.25)).final_loss);
}

NodeRow node(NodeId id, std::uint64_t sent, std::uint64_t received) {
  NodeRow row;
  row.node = id;
  row.bytes_sent = sent;
  row.bytes_received = received;
  row.messages_sent = 1;
  return row;
}

TEST(Summary, LoadSkewIsTheBusiestServerOverTheMean) {
  RunData run;
  run.nodes = {node(server_id(0), 100, 200), node(server_id(1), 50, 50),
               node(worker_id(0), 9000, 9000)};
  const Summary summary = summarize(run);
  EXPECT_EQ(summary.server_load_skew, 1.5);
  EXPECT_EQ(summary.bytes_on_wire, 9150u) << "each byte counts once, where it was sent";
  EXPECT_EQ(summary.messages, 3u);
  EXPECT_EQ(summary.server_bytes_sent, 150u);
  EXPECT_EQ(summary.worker_bytes_sent, 9000u);
}

TEST(Summary, WorkingSetIsTheMeanShareOfKeysThatAWorkerTouched) {
  RunData run;
  run.header.workers = 4;
  run.header.keys = 50;
  run.keys_touched = 40;
  EXPECT_EQ(summarize(run).working_set, 0.2);
}

TEST(Summary, CountsFaultsAndTakesTheLongestRecovery) {
  RunData run;
  run.header.servers = 3;
  run.header.replicas = 2;
  run.events = {{0.0, manager_id(0), "view", "epoch 1: 3 servers, 2 workers"},
                {1.0, server_id(0), "crash", ""},
                {1.5, server_id(1), "slow", ""},
                {2.0, manager_id(0), "lost", "server[0]"},
                {2.0, manager_id(0), "view", "epoch 2: shard 0 at server[1]; shard 2 at server[2]"},
                {2.25, server_id(1), "accepting", "shard 0, epoch 2"},
                {2.125, server_id(2), "accepting", "shard 2, epoch 2"}};
  const Summary summary = summarize(run);
  EXPECT_EQ(summary.faults, 2u);
  EXPECT_EQ(summary.failovers, 2u);
  EXPECT_EQ(summary.recovery_s_max, 1.25);
  EXPECT_EQ(summary.recovery_s_mean, 1.25);
}

TEST(Summary, ReplicationIsWhatReplicasSendEachOther) {
  RunData run;
  run.messages = {{"push", 1, 100},      {"forward", 2, 200},     {"forward_ack", 2, 20},
                  {"chain_sync", 1, 10}, {"state_piece", 1, 500}, {"heartbeat", 9, 90}};
  EXPECT_EQ(summarize(run).replication_bytes, 730u);
}

TEST(Summary, FileIsFlatSortedAndHasWhatTheDocumentationNames) {
  const std::string text = summary_json(testing::SyntheticRun({}).run());
  const nlohmann::ordered_json object = nlohmann::ordered_json::parse(text);
  std::string last;
  for (const auto& [key, value] : object.items()) {
    EXPECT_LT(last, key);
    EXPECT_TRUE(value.is_primitive()) << key;
    last = key;
  }
  for (const char* key : {"scenario",
                          "seed",
                          "backend",
                          "status",
                          "virtual_time_s",
                          "iterations",
                          "final_loss",
                          "time_to_target_s",
                          "messages",
                          "bytes_on_wire",
                          "server_bytes_sent",
                          "worker_bytes_sent",
                          "working_set",
                          "compute_s",
                          "wait_s",
                          "max_staleness",
                          "mean_staleness",
                          "faults",
                          "failovers",
                          "recovery_s_max",
                          "recovery_s_mean",
                          "throughput_recovery_s_max",
                          "replication_bytes"}) {
    EXPECT_TRUE(object.contains(key)) << key;
  }
  EXPECT_EQ(object["status"], "done");
  EXPECT_EQ(object["stop_reason"], "target_loss");
  EXPECT_TRUE(object["recovery_s_max"].is_null());
}

}  // namespace
}  // namespace psgrid::analysis
