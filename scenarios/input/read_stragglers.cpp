#include "scenarios/input/fields.hpp"
#include "scenarios/input/node_range.hpp"
#include "scenarios/input/read_run.hpp"
#include "scenarios/readers/trace.hpp"

namespace psgrid::scenarios {
namespace {

// One number each from a published measurement; the schema says which, and what is assumed.
StragglerSpec preset_model(const std::string& name) {
  StragglerSpec model;
  if (name == "mild") {
    model.model = StragglerModel::kTwoPoint;
    model.probability = 0.15;
    model.factor = 2;
  } else if (name == "cloud") {
    model.model = StragglerModel::kShiftedExponential;
    model.rate = 3.17;
  } else if (name == "heavy_tailed") {
    model.model = StragglerModel::kPareto;
    model.alpha = 1.259;
  } else if (name == "persistent") {
    model.model = StragglerModel::kPersistent;
    model.factor = 1.6;
  }
  return model;
}

void read_parameters(const Fields& fields, StragglerSpec& model) {
  fields.read("model", model.model,
              {{"persistent", StragglerModel::kPersistent},
               {"exponential", StragglerModel::kExponential},
               {"shifted_exponential", StragglerModel::kShiftedExponential},
               {"pareto", StragglerModel::kPareto},
               {"weibull", StragglerModel::kWeibull},
               {"uniform", StragglerModel::kUniform},
               {"two_point", StragglerModel::kTwoPoint},
               {"bursts", StragglerModel::kBursts},
               {"periodic", StragglerModel::kPeriodic},
               {"trace", StragglerModel::kTrace}});
  fields.read("factor", model.factor);
  fields.read("rate", model.rate);
  fields.read("alpha", model.alpha);
  fields.read("minimum", model.minimum);
  fields.read("shape", model.shape);
  fields.read("scale", model.scale);
  fields.read("min", model.min);
  fields.read("max", model.max);
  fields.read("probability", model.probability);
  fields.read("mean_on", Quantity::kSeconds, model.mean_on);
  fields.read("mean_off", Quantity::kSeconds, model.mean_off);
  fields.read("period", Quantity::kSeconds, model.period);
  fields.read("duration", Quantity::kSeconds, model.duration);
  fields.read("phase", Quantity::kSeconds, model.phase);
  fields.read("file", model.trace_file);
}

void load_trace(StragglerSpec& model, const std::string& pointer, const ClusterSpec& cluster,
                const ReadContext& context) {
  model.trace_file = resolve_path(model.trace_file, context.directory);
  if (!context.files.is_file(model.trace_file)) {
    context.problems.error(pointer,
                           "found no file " + model.trace_file +
                               ", expected a CSV file with the columns time, node, factor");
    return;
  }
  Result<std::string> text = context.files.read(model.trace_file);
  if (!text) return context.problems.file_errors(pointer, text.errors);
  Result<std::vector<StragglerSpec::TracePoint>> trace =
      read_trace(*text, model.trace_file, cluster);
  if (!trace) return context.problems.file_errors(pointer, trace.errors);
  model.trace = std::move(*trace);
}

}  // namespace

std::vector<StragglerSpec> read_stragglers(const Json& document, const ClusterSpec& cluster,
                                           const ReadContext& context) {
  std::vector<StragglerSpec> stragglers;
  const Json* list = Fields(document).find("stragglers");
  if (!list || !list->is_array()) return stragglers;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string pointer = "/stragglers/" + std::to_string(i);
    const Fields fields((*list)[i]);
    std::string preset;
    fields.read("preset", preset);
    StragglerSpec model = preset_model(preset);
    const Json* nodes = fields.find("nodes");
    model.nodes = read_nodes(nodes ? *nodes : Json("worker[*]"), pointer + "/nodes", cluster,
                             context.problems);
    read_parameters(fields, model);
    if (model.model == StragglerModel::kTrace && !model.trace_file.empty())
      load_trace(model, pointer + "/file", cluster, context);
    stragglers.push_back(std::move(model));
  }
  return stragglers;
}

}  // namespace psgrid::scenarios
