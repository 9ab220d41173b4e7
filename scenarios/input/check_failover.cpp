#include <algorithm>

#include <fmt/format.h>

#include "model/consistency.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/input/check_run.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// "bsp", "ssp" with its staleness, ...: as the scenario has it.
std::string model_text(const ConsistencySpec& consistency) {
  const std::string name = in_quotes(consistency_name(consistency.model));
  return consistency.model == ConsistencyModel::kSsp
             ? fmt::format("{} with a staleness of {}", name, consistency.staleness)
             : name;
}

// Takes back a setting that a variant made void, or reports that it does nothing.
template <class Setting>
void drop(Setting& setting, Setting unset, const std::string& pointer,
          std::initializer_list<const char*> causes, const std::string& message,
          Problems& problems) {
  for (const char* cause : causes)
    if (problems.overridden(pointer, cause)) {
      setting = unset;
      return;
    }
  problems.error(pointer, message);
}

}  // namespace

void check_replication(RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  for (const char* pointer : {"/replication", "/consistency", "/cluster/servers"})
    if (!problems.sound(pointer)) return;
  ReplicationSpec& replication = run.replication;
  if (replication.factor > run.cluster.servers)
    problems.error("/replication/factor",
                   fmt::format("found {} replicas, expected at most {}, the number of servers",
                               replication.factor, run.cluster.servers));
  const auto consistency = make_consistency(run.consistency);
  const bool sums = consistency->sums_iterations();
  const bool one_by_one = !consistency->sums({}) && !consistency->quorum();
  const bool single = replication.factor == 1;
  if (replication.after_aggregation && (single || !sums))
    drop(replication.after_aggregation, false, "/replication/of",
         {single ? "/replication/factor" : "/consistency/model", "/consistency/staleness"},
         single ? std::string("found \"sums\", which has no effect with a \"factor\" of 1")
                : fmt::format("found \"sums\", which has no effect with the consistency model {}, "
                              "expected one that sums the gradients of an iteration: \"bsp\", "
                              "\"bounded_delay\" or \"ssp\" with a staleness of 0",
                              model_text(run.consistency)),
         problems);
  if (replication.reads == Reads::kAny && (single || !one_by_one))
    drop(replication.reads, Reads::kTail, "/replication/reads",
         {single ? "/replication/factor" : "/consistency/model", "/consistency/staleness"},
         single ? std::string("found \"any\", which has no effect with a \"factor\" of 1")
                : fmt::format("found \"any\" with the consistency model {}, expected \"ssp\" with "
                              "a staleness above 0 or \"async\": replicas that are ahead of the "
                              "last one would relax it",
                              model_text(run.consistency)),
         problems);
}

void check_checkpoint(const RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  for (const char* pointer : {"/checkpoint", "/faults", "/audit", "/job/stop"})
    if (!problems.sound(pointer)) return;
  const bool restarts =
      std::any_of(run.faults.begin(), run.faults.end(),
                  [](const FaultSpec& fault) { return is_of_cluster(fault.kind); });
  if (restarts && run.audited)
    problems.error("/audit",
                   "found an audit with a restart of the cluster, expected \"no\": what was "
                   "acknowledged after the last checkpoint is lost, as it has to be");
  if (restarts && !run.checkpoint)
    problems.warning("/faults",
                     "without checkpoints, a restart of the cluster begins the job anew");
  const auto& limit = run.job.stop.iterations;
  if (run.checkpoint && limit && run.checkpoint->iterations > *limit)
    problems.warning("/checkpoint/every", "the job is over before the first checkpoint");
}

void check_failover(RunSpec& run, const Json& document, const ReadContext& context) {
  Problems& problems = context.problems;
  for (const char* pointer : {"/failover", "/replication", "/client", "/cluster/managers"})
    if (!problems.sound(pointer)) return;
  const Fields fields = Fields::of(document, "failover");
  DetectionSpec& detection = run.detection;
  if (!detection.enabled) {
    if (run.cluster.managers > 1)
      problems.error("/failover/detection",
                     fmt::format("found false with {} managers, expected true: without it none "
                                 "takes over from another",
                                 run.cluster.managers));
    for (const FaultSpec& fault : run.faults)
      if (fault.kind == FaultKind::kJoin || fault.kind == FaultKind::kLeave || fault.memory_kept) {
        problems.error(
            "/failover/detection",
            fmt::format("found false with a fault \"{}\"{}, expected true: without it "
                        "the manager changes no view",
                        fault_name(fault), fault.memory_kept ? " with its memory kept" : ""));
        break;
      }
    const auto check = [&](const char* key, auto& setting, auto unset) {
      if (fields.has(key))
        drop(setting, unset, std::string("/failover/") + key,
             {"/failover/detection", "/replication/factor", "/failover/worker_loss"},
             fmt::format("found {}, which has no effect without the detection of failures, "
                         "expected \"detection\": true",
                         in_quotes(key)),
             problems);
    };
    const DetectionSpec unset;
    check("heartbeat", detection.heartbeat.seconds, unset.heartbeat.seconds);
    check("lease", detection.lease.seconds, unset.lease.seconds);
    if (run.worker_loss == WorkerLoss::kGoOn)
      check("worker_loss", run.worker_loss, WorkerLoss::kWait);
    return;
  }
  const double heartbeat = detection.heartbeat.seconds, lease = detection.lease.seconds;
  const char* at = fields.has("lease") ? "/failover/lease" : "/failover/heartbeat";
  if (lease <= 2 * heartbeat)
    problems.error(at, fmt::format("found a lease of {} s and a heartbeat of {} s, expected a "
                                   "lease of more than two heartbeats",
                                   number_text(lease), number_text(heartbeat)));
  else if (lease < 3 * heartbeat)
    problems.warning(at,
                     "with a lease of less than three heartbeats, one late heartbeat may "
                     "expel a node that is there");
  if (run.client.retry.timeout.seconds == 0)
    problems.warning("/client/retry/timeout",
                     "requests that are lost when a server fails are never repeated");
}

}  // namespace psgrid::scenarios
