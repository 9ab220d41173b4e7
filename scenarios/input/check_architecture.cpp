#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/consistency.hpp"
#include "scenarios/architecture_names.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/input/check_run.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

const char* const kType = "/architecture/type";

// Messages or nodes are gone afterwards, and nothing repeats or replaces them.
bool loses_something(const FaultSpec& fault) {
  switch (fault.kind) {
    case FaultKind::kPause:
    case FaultKind::kResume:
    case FaultKind::kSlow:
      return false;
    case FaultKind::kLink:
      return fault.link.down || fault.link.loss > 0 || fault.link.corrupt > 0;
    case FaultKind::kCrash:
    case FaultKind::kRestart:
    case FaultKind::kRestartCluster:
    case FaultKind::kJoin:
    case FaultKind::kLeave:
    case FaultKind::kReset:
      break;
  }
  return true;
}

class ArchitectureCheck {
 public:
  ArchitectureCheck(RunSpec& run, const Json& document, Problems& problems)
      : run_(run),
        document_(document),
        problems_(problems),
        name_(in_quotes(architecture_name(run.architecture.type))) {}

  // What belongs to a parameter server goes with it if a variant has another architecture; beside
  // it, it is a mistake.
  void check() {
    refuse("/consistency/model", run_.consistency.model != ConsistencyModel::kBsp,
           fmt::format("found {} with the architecture {}, expected \"bsp\": its rounds are for "
                       "all workers together",
                       in_quotes(consistency_name(run_.consistency.model)), name_));
    run_.consistency = {};
    refuse("/replication/factor", run_.replication.factor > 1,
           fmt::format("found {} replicas with the architecture {}, expected 1",
                       run_.replication.factor, name_));
    run_.replication = {};
    refuse("/failover", has("failover") && run_.detection.enabled,
           fmt::format("found the detection of failures with the architecture {}, which has none",
                       name_));
    run_.detection = {};
    run_.worker_loss = WorkerLoss::kWait;
    refuse("/checkpoint", run_.checkpoint.has_value(),
           fmt::format("found checkpoints with the architecture {}, which makes none", name_));
    run_.checkpoint.reset();
    refuse("/filters", !run_.filters.empty(),
           fmt::format("found filters with the architecture {}, expected none: they are for what "
                       "parameter servers are sent and send",
                       name_));
    run_.filters.clear();
    refuse("/wire", run_.wire.fixed_keys || run_.wire.doubles,
           fmt::format("found \"wire\" with the architecture {}, which has one form of messages",
                       name_));
    run_.wire = {};
    refuse(
        "/job/local_steps", run_.job.local_steps > 1,
        fmt::format("found {} with the architecture {}, expected 1", run_.job.local_steps, name_));
    run_.job.local_steps = 1;
    refuse("/job/work_stealing", run_.job.work_stealing.has_value(),
           fmt::format("found \"work_stealing\" with the architecture {}, whose workers steal none",
                       name_));
    run_.job.work_stealing.reset();
    refuse("/audit", run_.audited,
           fmt::format("found an audit with the architecture {}, expected \"no\": promises are "
                       "those of a parameter server",
                       name_));
    run_.audited = run_.beyond_tolerance = false;
    run_.client = {};
    check_faults();
    if (run_.cluster.managers > 1)
      problems_.error("/cluster/managers",
                      fmt::format("found {} managers with the architecture {}, expected 1: none "
                                  "takes over from another",
                                  run_.cluster.managers, name_));
    if (has("exploration"))
      problems_.key_error("/exploration", "found \"exploration\", which is of parameter servers");
    warn_of_void_sections();
  }

 private:
  bool has(const char* key) const { return Fields(document_).has(key); }

  void refuse(const char* pointer, bool is_set, const std::string& message) {
    if (is_set && !problems_.overridden(pointer, kType)) problems_.error(pointer, message);
  }

  void check_faults() {
    const auto fault = std::find_if(run_.faults.begin(), run_.faults.end(), loses_something);
    if (fault == run_.faults.end()) return;
    problems_.error(kType, fmt::format("found {} with a fault {}, expected \"parameter_server\": "
                                       "without one nothing repeats what is lost, and the job "
                                       "stands still",
                                       name_, in_quotes(fault_name(*fault))));
  }

  void warn(const std::string& pointer, const std::string& what) {
    if (!problems_.overridden(pointer, kType))
      problems_.warning(pointer, fmt::format("{} no effect with the architecture {}", what, name_));
  }

  void warn_of_void_sections() {
    const bool has_parts = run_.architecture.type == Architecture::kMapReduce;
    if (has("client")) warn("/client", "the settings of clients have");
    if (has("partition") && !has_parts) warn("/partition", "a partition has");
    const bool has_servers = has_parts || run_.architecture.type == Architecture::kCoordinator;
    for (std::size_t i = 0; i < run_.stragglers.size() && !has_servers; ++i)
      if (std::all_of(run_.stragglers[i].nodes.begin(), run_.stragglers[i].nodes.end(),
                      [](const NodeRange& range) { return range.role == Role::kServer; }))
        warn(fmt::format("/stragglers/{}/nodes", i), "slow servers have");
  }

  RunSpec& run_;
  const Json& document_;
  Problems& problems_;
  const std::string name_;
};

}  // namespace

void check_architecture(RunSpec& run, const Json& document, const ReadContext& context) {
  if (has_parameter_server(run.architecture)) return;
  for (const char* pointer : {"/architecture", "/consistency", "/replication", "/failover",
                              "/checkpoint", "/filters", "/job", "/faults", "/cluster"})
    if (!context.problems.sound(pointer)) return;
  ArchitectureCheck(run, document, context.problems).check();
}

}  // namespace psgrid::scenarios
