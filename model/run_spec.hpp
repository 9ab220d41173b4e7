// One run, fully resolved: a cluster, a job and how they are kept consistent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/architecture_spec.hpp"
#include "model/cluster_spec.hpp"
#include "model/fault_spec.hpp"
#include "model/filter_spec.hpp"
#include "model/job_spec.hpp"

namespace psgrid {

// How nodes become processes if the run is on sockets.
struct SocketsSpec {
  std::uint32_t nodes_per_process = 1;
  bool emulate_network =
      true;  // NICs of the scenario's rate and latency; else what the machine has
  bool emulate_compute = true;  // computations of the scenario's duration; else what they take
};

struct RunSpec {
  std::string name;
  std::uint64_t seed = 1;
  ClusterSpec cluster;
  std::vector<StragglerSpec> stragglers;
  std::vector<FaultSpec> faults;  // by time
  JobSpec job;
  ArchitectureSpec architecture;
  ConsistencySpec consistency;
  PartitionSpec partition;
  CostSpec costs;
  ClientSpec client;
  WireSpec wire;
  std::vector<FilterSpec> filters;  // in the order in which they act
  ReplicationSpec replication;
  DetectionSpec detection;
  WorkerLoss worker_loss = WorkerLoss::kWait;
  std::optional<CheckpointSpec> checkpoint;
  SocketsSpec sockets;
  bool audited = false;           // nodes record what the promises are checked on
  bool beyond_tolerance = false;  // more fails than the replicas tolerate: a loss breaks no promise
};

}  // namespace psgrid
