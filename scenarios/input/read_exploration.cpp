#include <fmt/format.h>

#include "model/learners/tally.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {
namespace {

void read_span(const Fields& fields, const char* key, Span<std::uint32_t>& span,
               Problems& problems) {
  std::vector<std::uint32_t> ends;
  fields.read(key, ends);
  if (ends.size() != 2) return;
  span = {ends[0], ends[1]};
  if (span.least > span.most)
    problems.error(std::string("/exploration/") + key,
                   fmt::format("found {} to {}, expected the least first", span.least, span.most));
}

}  // namespace

Exploration read_exploration(const Json& section, Problems& problems) {
  const Fields fields(section);
  Exploration exploration;
  read_span(fields, "workers", exploration.workers, problems);
  read_span(fields, "servers", exploration.servers, problems);
  read_span(fields, "factor", exploration.factor, problems);
  read_span(fields, "keys", exploration.keys, problems);
  read_span(fields, "iterations", exploration.iterations, problems);
  read_span(fields, "faults", exploration.faults, problems);
  fields.read("managers", exploration.managers);
  if (const Json* models = fields.find("models"); models && models->is_array()) {
    exploration.models.clear();
    for (const Json& model : *models)
      for (const auto& [name, value] : kConsistencyModels)
        if (model == name) exploration.models.push_back(value);
  }
  if (const Json* settings = fields.find("settings"); settings && settings->is_array())
    for (const Json& setting : *settings)
      for (std::size_t i = 0; i < kSettings.size(); ++i)
        if (setting == kSettings[i]) exploration.settings.push_back(static_cast<Setting>(i));
  double all = 0;
  const Fields kinds = Fields::of(section, "kinds");
  for (std::size_t family = 0; family < kFaultFamilies.size(); ++family) {
    kinds.read(kFaultFamilies[family], exploration.weights[family]);
    all += exploration.weights[family];
  }
  if (all == 0)
    problems.error("/exploration/kinds", "found no kind of fault, expected some to draw from");
  bool exact = false;
  for (std::uint32_t workers = exploration.workers.least;
       workers <= exploration.workers.most && !exact; ++workers)
    exact = is_tally_exact(workers);
  if (!exact)
    problems.error("/exploration/workers",
                   "found no number of workers for which the learner \"tally\" counts exactly "
                   "(1 to 6, 8, 9, 10, 16)");
  return exploration;
}

}  // namespace psgrid::scenarios
