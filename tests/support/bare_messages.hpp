// Small simulations of bare messages, each in a process of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "model/cluster_spec.hpp"
#include "model/ids.hpp"

namespace psgrid::testing {

struct Transfer {
  NodeId from, to;
  std::uint64_t bytes = 0;
};

// When each of the transfers ends, in seconds, if all start at time 0 on an idle network.
std::vector<double> finish_times(const ClusterSpec& cluster,
                                 const std::vector<Transfer>& transfers);

// How long a message takes alone.
double message_seconds(const ClusterSpec& cluster, NodeId from, NodeId to, std::uint64_t bytes);

// For every pair of different hosts: fails unless Paths and SimGrid name a route of the same
// latency and the same lowest bandwidth.
void expect_paths_agree_with_simgrid(const ClusterSpec& cluster);

}  // namespace psgrid::testing
