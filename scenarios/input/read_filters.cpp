#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {
namespace {

// Filters that lose nothing act both ways unless the scenario says otherwise.
bool is_lossless(FilterType type) {
  return type == FilterType::kKeyCaching || type == FilterType::kSnappy;
}

FilterSpec read_filter(const Fields& fields) {
  FilterSpec filter;
  fields.read("type", filter.type,
              {{"key_caching", FilterType::kKeyCaching},
               {"snappy", FilterType::kSnappy},
               {"fixed_point", FilterType::kFixedPoint},
               {"significantly_modified", FilterType::kSignificantlyModified},
               {"random_skip", FilterType::kRandomSkip},
               {"kkt", FilterType::kKkt},
               {"top_k", FilterType::kTopK},
               {"one_bit", FilterType::kOneBit}});
  filter.pull = is_lossless(filter.type);
  fields.read("direction", filter.push, {{"push", true}, {"pull", false}, {"both", true}});
  fields.read("direction", filter.pull, {{"push", false}, {"pull", true}, {"both", true}});
  fields.read("tables", filter.tables);
  fields.read("lists", filter.lists);
  fields.read("bytes", filter.bytes);
  fields.read("threshold", filter.threshold);
  fields.read("relative", filter.relative);
  fields.read("probability", filter.probability);
  fields.read("margin", filter.margin);
  fields.read("ratio", filter.ratio);
  fields.read("momentum", filter.momentum);
  fields.read("warm_up", filter.warm_up);
  return filter;
}

}  // namespace

std::vector<FilterSpec> read_filters(const Json& document) {
  std::vector<FilterSpec> filters;
  const Json* list = Fields(document).find("filters");
  if (!list || !list->is_array()) return filters;
  for (const Json& filter : *list) filters.push_back(read_filter(Fields(filter)));
  return filters;
}

WireSpec read_wire(const Json& document) {
  const Fields fields = Fields::of(document, "wire");
  WireSpec wire;
  fields.read("keys", wire.fixed_keys, {{"gaps", false}, {"fixed", true}});
  fields.read("values", wire.doubles, {{"float32", false}, {"float64", true}});
  return wire;
}

}  // namespace psgrid::scenarios
