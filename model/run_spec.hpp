// One run, fully resolved: a cluster, a job and how they are kept consistent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/cluster_spec.hpp"
#include "model/job_spec.hpp"

namespace psgrid {

struct RunSpec {
  std::string name;
  std::uint64_t seed = 1;
  ClusterSpec cluster;
  std::vector<StragglerSpec> stragglers;
  JobSpec job;
  ConsistencySpec consistency;
  PartitionSpec partition;
  CostSpec costs;
  ClientSpec client;
};

}  // namespace psgrid
