#include <algorithm>

#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {

ReplicationSpec read_replication(const Json& document) {
  const Fields fields = Fields::of(document, "replication");
  ReplicationSpec replication;
  fields.read("factor", replication.factor);
  fields.read("of", replication.after_aggregation, {{"pushes", false}, {"sums", true}});
  fields.read("reads", replication.reads, {{"tail", Reads::kTail}, {"any", Reads::kAny}});
  return replication;
}

void read_failover(const Json& document, RunSpec& run) {
  const Fields fields = Fields::of(document, "failover");
  fields.read("worker_loss", run.worker_loss,
              {{"wait", WorkerLoss::kWait}, {"go_on", WorkerLoss::kGoOn}});
  DetectionSpec& detection = run.detection;
  const bool members_change =
      std::any_of(run.faults.begin(), run.faults.end(), [](const FaultSpec& fault) {
        return fault.kind == FaultKind::kJoin || fault.kind == FaultKind::kLeave ||
               fault.memory_kept;
      });
  detection.enabled = run.replication.factor > 1 || run.worker_loss == WorkerLoss::kGoOn ||
                      run.cluster.managers > 1 || members_change;
  fields.read("detection", detection.enabled);
  fields.read("heartbeat", Quantity::kSeconds, detection.heartbeat.seconds);
  fields.read("lease", Quantity::kSeconds, detection.lease.seconds);

  // What is lost in a failover has to be sent again.
  RetrySpec& retry = run.client.retry;
  if (!detection.enabled || Fields::of(document, "client").has("retry")) return;
  retry.timeout = detection.lease;
  retry.timeout_max = std::max(retry.timeout_max, retry.timeout);
}

}  // namespace psgrid::scenarios
