#include <limits>

#include "scenarios/resolved_parts.hpp"

namespace psgrid::scenarios {

namespace {

Json link_json(const FaultSpec& fault, const ClusterSpec& cluster) {
  Json json = {{"from", nodes_json(fault.nodes, cluster)}, {"both_ways", fault.both_ways}};
  if (!fault.to.empty()) json["to"] = nodes_json(fault.to, cluster);
  return json;
}

void add_condition(const LinkCondition& link, Json& json) {
  if (link.down) json["down"] = true;
  const auto add = [&](const char* key, double value) {
    if (value > 0) json[key] = value;
  };
  add("delay", link.delay);
  add("loss", link.loss);
  add("duplicate", link.duplicate);
  add("reorder", link.reorder);
  if (link.reorder > 0) add("reorder_time", link.reorder_time);
  add("corrupt", link.corrupt);
  add("rate", link.rate);
}

}  // namespace

Json fault_json(const FaultSpec& fault, const ClusterSpec& cluster) {
  Json json = {{"at", fault.at}};
  const std::string verb = fault_name(fault);
  if (is_of_cluster(fault.kind))
    json["restart"] = "cluster";
  else if (is_of_links(fault.kind))
    json[verb] = link_json(fault, cluster);
  else
    json[verb] = nodes_json(fault.nodes, cluster);
  if (fault.kind == FaultKind::kRestart) json["memory"] = fault.memory_kept ? "kept" : "lost";
  if (fault.kind == FaultKind::kSlow) json["factor"] = fault.factor;
  add_condition(fault.link, json);
  if (fault.until < std::numeric_limits<double>::infinity()) json["for"] = fault.until - fault.at;
  return json;
}

}  // namespace psgrid::scenarios
