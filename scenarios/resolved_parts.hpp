// The parts of a resolved scenario; see resolved_json in scenario.hpp.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/run_spec.hpp"
#include "scenarios/explore/exploration.hpp"

namespace psgrid::scenarios {

using Json = nlohmann::json;

// A path as seen from a directory.
std::string relative_path(const std::string& path, const std::string& directory);

Json nodes_json(const NodeSelector& nodes, const ClusterSpec& cluster);
Json cluster_json(const RunSpec& run, const std::string& directory);
Json straggler_json(const StragglerSpec& model, const ClusterSpec& cluster,
                    const std::string& directory);
Json fault_json(const FaultSpec& fault, const ClusterSpec& cluster);
Json job_json(const JobSpec& job, const std::string& directory);
Json architecture_json(const ArchitectureSpec& architecture);
Json consistency_json(const RunSpec& run);
Json partition_json(const PartitionSpec& partition);
Json replication_json(const ReplicationSpec& replication);
Json failover_json(const RunSpec& run);
const char* optimizer_name(OptimizerType type);
Json checkpoint_json(const CheckpointSpec& checkpoint);
Json client_json(const ClientSpec& client);
Json filters_json(const std::vector<FilterSpec>& filters);
Json wire_json(const WireSpec& wire);
Json exploration_json(const Exploration& exploration);
Json sockets_json(const SocketsSpec& sockets);

}  // namespace psgrid::scenarios
