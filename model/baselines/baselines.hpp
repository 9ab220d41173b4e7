// What a parameter server is compared with: the same job on the same cluster, in rounds that end
// when all workers have the same new model. One a file: all_to_all, ring_all_reduce, and
// gathering_server with gathering_worker for the coordinator and for MapReduce.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/job.hpp"
#include "model/node.hpp"
#include "model/view.hpp"

namespace psgrid {

// A server or worker of a job without a parameter server.
std::unique_ptr<Node> make_baseline_node(std::shared_ptr<const Job> job, NodeId self,
                                         Context& context);

// How many servers, from the first on, have a part of the model.
std::uint32_t gathering_servers(const RunSpec& run);

// Of any architecture: who knows each part of the model.
std::vector<NodeId> model_holders(const RunSpec& run, const View& view);

}  // namespace psgrid
