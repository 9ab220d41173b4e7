#include "scenarios/input/check_run.hpp"

#include "scenarios/input/fields.hpp"
#include "scenarios/readers/text.hpp"
#include "sim/platform/check_platform.hpp"

namespace psgrid::scenarios {

bool has_role(const NodeSelector& nodes, Role role) {
  for (const NodeRange& range : nodes)
    if (range.role == role) return true;
  return false;
}

bool leaves_time_to_help(ConsistencyModel model) {
  return model == ConsistencyModel::kBsp || model == ConsistencyModel::kSsp ||
         model == ConsistencyModel::kDynamicSsp;
}

void check_cluster(const RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  if (!problems.sound("/cluster")) return;
  const NetworkSpec& network = run.cluster.network;
  if (network.topology == Topology::kPlatform && !context.files.is_file(network.platform_file))
    return problems.error("/cluster/network/file", "found no file " + network.platform_file +
                                                       ", expected a SimGrid platform file");
  for (const PlatformError& error : sim::check_platform(run.cluster))
    problems.error("/cluster" + error.pointer, error.message);
}

namespace {

bool only_role(const NodeSelector& nodes, Role role) {
  for (const NodeRange& range : nodes)
    if (range.role != role) return false;
  return !nodes.empty();
}

// Parameters of one model that contradict each other or do nothing.
void check_parameters(const StragglerSpec& model, const std::string& pointer, Problems& problems) {
  if (model.model == StragglerModel::kUniform && model.min > model.max)
    problems.error(pointer + "/max", "found " + number_text(model.max) +
                                         ", expected at least \"min\", which is " +
                                         number_text(model.min));
  if (model.model == StragglerModel::kPeriodic && model.duration > model.period)
    problems.error(pointer + "/duration", "found " + number_text(model.duration) +
                                              " seconds, expected at most the period of " +
                                              number_text(model.period) + " seconds");
  if (model.model == StragglerModel::kPareto && model.alpha <= 1)
    problems.warning(pointer + "/alpha", "with an alpha of " + number_text(model.alpha) +
                                             " the mean factor is infinite");
  const bool has_factor =
      model.model == StragglerModel::kPersistent || model.model == StragglerModel::kTwoPoint ||
      model.model == StragglerModel::kBursts || model.model == StragglerModel::kPeriodic;
  if (has_factor && model.factor == 1)
    problems.warning(pointer + "/factor", "a factor of 1 has no effect");
  if (model.model == StragglerModel::kTwoPoint && model.probability == 0)
    problems.warning(pointer + "/probability", "a probability of 0 has no effect");
}

// Each row of a trace must be about a node that the model applies to.
void check_trace(const StragglerSpec& model, const std::string& pointer, Problems& problems) {
  for (const StragglerSpec::TracePoint& point : model.trace)
    if (!selects(model.nodes, point.node))
      return problems.warning(pointer + "/nodes", model.trace_file + " has rows about " +
                                                      to_string(point.node) +
                                                      ", which is not among these nodes");
}

bool servers_are_free(const CostSpec& costs) {
  return costs.apply_flops_per_value == 0 && costs.serve_flops_per_value == 0 &&
         costs.message_flops == 0;
}

}  // namespace

void check_stragglers(const RunSpec& run, const Json& document, const ReadContext& context) {
  Problems& problems = context.problems;
  for (std::size_t i = 0; i < run.stragglers.size(); ++i) {
    const std::string pointer = "/stragglers/" + std::to_string(i);
    const StragglerSpec& model = run.stragglers[i];
    if (!problems.sound(pointer)) continue;
    if (has_role(model.nodes, Role::kManager))
      problems.error(pointer + "/nodes",
                     "found managers, which do not compute, expected workers or servers");
    if (only_role(model.nodes, Role::kServer) && servers_are_free(run.costs))
      problems.warning(pointer + "/nodes",
                       "slow servers have no effect: all of /cluster/costs are 0");
    if (Fields(document["stragglers"][i]).has("model")) check_parameters(model, pointer, problems);
    check_trace(model, pointer, problems);
  }
}

void check_run(RunSpec& run, const Document& document, const ReadContext& context) {
  check_cluster(run, context);
  check_stragglers(run, document.value, context);
  check_architecture(run, document.value, context);
  check_job(run, document.value, context);
  check_redundancy(run, context);
  if (!has_parameter_server(run.architecture)) return;
  check_filters(run, context);
  check_replication(run, context);
  check_failover(run, document.value, context);
  check_checkpoint(run, context);
}

}  // namespace psgrid::scenarios
