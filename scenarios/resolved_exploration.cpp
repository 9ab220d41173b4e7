#include "scenarios/consistency_names.hpp"
#include "scenarios/resolved_parts.hpp"

namespace psgrid::scenarios {

namespace {

Json span_json(const Span<std::uint32_t>& span) { return {span.least, span.most}; }

}  // namespace

Json exploration_json(const Exploration& exploration) {
  Json models = Json::array(), settings = Json::array(), kinds;
  for (ConsistencyModel model : exploration.models) models.push_back(consistency_name(model));
  for (Setting setting : exploration.settings)
    settings.push_back(kSettings[static_cast<std::size_t>(setting)]);
  for (std::size_t family = 0; family < kFaultFamilies.size(); ++family)
    kinds[kFaultFamilies[family]] = exploration.weights[family];
  return {{"workers", span_json(exploration.workers)},
          {"servers", span_json(exploration.servers)},
          {"managers", exploration.managers},
          {"factor", span_json(exploration.factor)},
          {"keys", span_json(exploration.keys)},
          {"iterations", span_json(exploration.iterations)},
          {"faults", span_json(exploration.faults)},
          {"models", models},
          {"settings", settings},
          {"kinds", kinds}};
}

}  // namespace psgrid::scenarios
