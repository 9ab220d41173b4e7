#include "model/consistency.hpp"

#include <algorithm>

#include "model/check.hpp"
#include "model/consistency/models.hpp"

namespace psgrid {

double stale_factor(const ConsistencySpec& spec, Staleness staleness) {
  switch (spec.stale_step) {
    case StaleStep::kFull:
      return 1;
    case StaleStep::kConstant:
      return spec.stale_factor;
    case StaleStep::kUpdates:
      return 1.0 / std::max(staleness.updates, 1u);
    case StaleStep::kClocks:
      return 1.0 / (1.0 + staleness.clocks);
  }
  PSGRID_CHECK(false, "a known rule for stale gradients");
}

const char* name_of(ConsistencyModel model) {
  switch (model) {
    case ConsistencyModel::kBsp:
      return "BSP";
    case ConsistencyModel::kSsp:
      return "SSP";
    case ConsistencyModel::kBoundedDelay:
      return "bounded delay";
    case ConsistencyModel::kAsync:
      return "async";
    case ConsistencyModel::kKSync:
      return "K-sync";
    case ConsistencyModel::kKBatchSync:
      return "K-batch-sync";
    case ConsistencyModel::kKAsync:
      return "K-async";
    case ConsistencyModel::kKBatchAsync:
      return "K-batch-async";
    case ConsistencyModel::kBackupWorkers:
      return "backup workers";
    case ConsistencyModel::kGradientCoding:
      return "gradient coding";
    case ConsistencyModel::kPartialGradients:
      return "partial gradients";
    case ConsistencyModel::kMdsCoding:
      return "MDS coding";
    case ConsistencyModel::kDynamicSsp:
      return "dynamic SSP";
    case ConsistencyModel::kBspThenAsync:
      return "BSP, then async";
    case ConsistencyModel::kRoundRobin:
      return "round-robin";
    case ConsistencyModel::kTaskGraph:
      return "task graph";
  }
  PSGRID_CHECK(false, "a known consistency model");
}

std::string describe(const ConsistencySpec& spec) {
  const std::string name = name_of(spec.model);
  const auto with = [&](const std::string& bound) { return name + ", " + bound; };
  switch (spec.model) {
    case ConsistencyModel::kSsp:
      return with("staleness " + std::to_string(spec.staleness)) + (spec.eager ? ", eager" : "");
    case ConsistencyModel::kBoundedDelay:
      return name + " " + std::to_string(spec.delay);
    case ConsistencyModel::kDynamicSsp:
      return with("staleness " + std::to_string(spec.staleness) + " to " +
                  std::to_string(spec.staleness_max));
    case ConsistencyModel::kBspThenAsync:
      return with("from iteration " + std::to_string(spec.switch_at) + " on");
    case ConsistencyModel::kGradientCoding:
    case ConsistencyModel::kMdsCoding:
      return with(std::to_string(spec.stragglers) + " stragglers");
    case ConsistencyModel::kPartialGradients:
      return with("redundancy " + std::to_string(spec.redundancy));
    case ConsistencyModel::kKSync:
    case ConsistencyModel::kKBatchSync:
    case ConsistencyModel::kKAsync:
    case ConsistencyModel::kKBatchAsync:
    case ConsistencyModel::kBackupWorkers:
      return with(std::to_string(spec.gradients) + " gradients");
    case ConsistencyModel::kTaskGraph:
      return with(std::to_string(spec.tasks.size()) +
                  (spec.tasks.size() == 1 ? " task" : " tasks"));
    case ConsistencyModel::kBsp:
    case ConsistencyModel::kAsync:
    case ConsistencyModel::kRoundRobin:
      return name;
  }
  PSGRID_CHECK(false, "a known consistency model");
}

std::unique_ptr<Consistency> make_consistency(const ConsistencySpec& spec) {
  switch (spec.model) {
    case ConsistencyModel::kBsp:
      return make_bsp();
    case ConsistencyModel::kSsp:
      return make_ssp(spec.staleness, spec.cache, spec.eager);
    case ConsistencyModel::kBoundedDelay:
      return make_bounded_delay(spec.delay);
    case ConsistencyModel::kAsync:
      return make_async();
    case ConsistencyModel::kKSync:
      return make_quorum(
          {.gradients = spec.gradients, .fresh = true, .one_each = true, .cancels = true});
    case ConsistencyModel::kKBatchSync:
      return make_quorum({.gradients = spec.gradients, .fresh = true, .cancels = true});
    case ConsistencyModel::kKAsync:
      return make_quorum({.gradients = spec.gradients, .one_each = true});
    case ConsistencyModel::kKBatchAsync:
      return make_quorum({.gradients = spec.gradients});
    case ConsistencyModel::kBackupWorkers:
      return make_quorum({.gradients = spec.gradients, .fresh = true, .one_each = true});
    case ConsistencyModel::kGradientCoding:
      return make_gradient_coding(spec);
    case ConsistencyModel::kPartialGradients:
      return make_partial_gradients(spec);
    case ConsistencyModel::kMdsCoding:
      return make_mds_coding(spec);
    case ConsistencyModel::kDynamicSsp:
      return make_dynamic_ssp(spec.staleness, spec.staleness_max);
    case ConsistencyModel::kBspThenAsync:
      return make_bsp_then_async(spec.switch_at);
    case ConsistencyModel::kRoundRobin:
      return make_round_robin();
    case ConsistencyModel::kTaskGraph:
      return make_task_graph(spec.tasks);
  }
  PSGRID_CHECK(false, "a known consistency model");
}

}  // namespace psgrid
