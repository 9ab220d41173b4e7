#include "scenarios/resolved_parts.hpp"

namespace psgrid::scenarios {
namespace {

Json parameters(const FilterSpec& filter) {
  switch (filter.type) {
    case FilterType::kKeyCaching:
      return {{"type", "key_caching"}, {"lists", filter.lists}};
    case FilterType::kSnappy:
      return {{"type", "snappy"}};
    case FilterType::kFixedPoint:
      return {{"type", "fixed_point"}, {"bytes", filter.bytes}};
    case FilterType::kSignificantlyModified:
      return {{"type", "significantly_modified"},
              {"threshold", filter.threshold},
              {"relative", filter.relative}};
    case FilterType::kRandomSkip:
      return {{"type", "random_skip"}, {"probability", filter.probability}};
    case FilterType::kKkt:
      return {{"type", "kkt"}, {"margin", filter.margin}};
    case FilterType::kTopK:
      return {{"type", "top_k"},
              {"ratio", filter.ratio},
              {"momentum", filter.momentum},
              {"warm_up", filter.warm_up}};
    case FilterType::kOneBit:
      return {{"type", "one_bit"}};
  }
  return {};
}

}  // namespace

Json filters_json(const std::vector<FilterSpec>& filters) {
  Json list = Json::array();
  for (const FilterSpec& filter : filters) {
    Json json = parameters(filter);
    json["direction"] = filter.push && filter.pull ? "both" : filter.push ? "push" : "pull";
    if (!filter.tables.empty()) json["tables"] = filter.tables;
    list.push_back(std::move(json));
  }
  return list;
}

Json wire_json(const WireSpec& wire) {
  return {{"keys", wire.fixed_keys ? "fixed" : "gaps"},
          {"values", wire.doubles ? "float64" : "float32"}};
}

}  // namespace psgrid::scenarios
