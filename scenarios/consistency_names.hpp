// The consistency models by the names that scenarios give them.
#pragma once

#include <string>
#include <utility>

#include "model/check.hpp"
#include "model/job_spec.hpp"

namespace psgrid::scenarios {

inline constexpr std::pair<const char*, ConsistencyModel> kConsistencyModels[] = {
    {"bsp", ConsistencyModel::kBsp},
    {"ssp", ConsistencyModel::kSsp},
    {"bounded_delay", ConsistencyModel::kBoundedDelay},
    {"async", ConsistencyModel::kAsync},
    {"k_sync", ConsistencyModel::kKSync},
    {"k_batch_sync", ConsistencyModel::kKBatchSync},
    {"k_async", ConsistencyModel::kKAsync},
    {"k_batch_async", ConsistencyModel::kKBatchAsync},
    {"backup_workers", ConsistencyModel::kBackupWorkers},
    {"gradient_coding", ConsistencyModel::kGradientCoding},
    {"partial_gradients", ConsistencyModel::kPartialGradients},
    {"mds_coding", ConsistencyModel::kMdsCoding},
    {"dynamic_ssp", ConsistencyModel::kDynamicSsp},
    {"bsp_then_async", ConsistencyModel::kBspThenAsync},
    {"round_robin", ConsistencyModel::kRoundRobin},
    {"task_graph", ConsistencyModel::kTaskGraph}};

inline std::string consistency_name(ConsistencyModel model) {
  for (const auto& [name, known] : kConsistencyModels)
    if (known == model) return name;
  PSGRID_CHECK(false, "a consistency model with a name");
}

}  // namespace psgrid::scenarios
