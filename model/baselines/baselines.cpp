#include "model/baselines/baselines.hpp"

#include <utility>

#include "model/baselines/all_to_all.hpp"
#include "model/baselines/gathering_server.hpp"
#include "model/baselines/gathering_worker.hpp"
#include "model/baselines/idle_server.hpp"
#include "model/baselines/ring_all_reduce.hpp"
#include "model/check.hpp"

namespace psgrid {

std::uint32_t gathering_servers(const RunSpec& run) {
  switch (run.architecture.type) {
    case Architecture::kCoordinator:
      return 1;
    case Architecture::kMapReduce:
      return run.cluster.servers;
    case Architecture::kParameterServer:
    case Architecture::kAllToAll:
    case Architecture::kRingAllReduce:
      break;
  }
  return 0;
}

std::unique_ptr<Node> make_baseline_node(std::shared_ptr<const Job> job, NodeId self,
                                         Context& context) {
  const std::uint32_t gathering = gathering_servers(job->spec);
  if (self.role == Role::kServer) {
    if (self.rank < gathering)
      return std::make_unique<GatheringServer>(std::move(job), self, context);
    return std::make_unique<IdleServer>(std::move(job), context);
  }
  PSGRID_CHECK(self.role == Role::kWorker, "a server or a worker");
  if (gathering > 0) return std::make_unique<GatheringWorker>(std::move(job), self, context);
  if (job->spec.architecture.type == Architecture::kAllToAll)
    return std::make_unique<AllToAllWorker>(std::move(job), self, context);
  return std::make_unique<RingWorker>(std::move(job), self, context);
}

std::vector<NodeId> model_holders(const RunSpec& run, const View& view) {
  std::vector<NodeId> holders;
  if (has_parameter_server(run.architecture)) {
    for (std::uint32_t shard = 0; shard < view.shards(); ++shard)
      holders.push_back(view.tail_of(shard));
    return holders;
  }
  for (std::uint32_t server = 0; server < gathering_servers(run); ++server)
    holders.push_back(server_id(server));
  if (holders.empty()) holders.push_back(worker_id(0));
  return holders;
}

}  // namespace psgrid
