#include <filesystem>
#include <system_error>

#include "analysis/expectation.hpp"
#include "scenarios/input/node_range.hpp"
#include "scenarios/resolved_parts.hpp"
#include "scenarios/scenario.hpp"

namespace psgrid::scenarios {
namespace {

// The merge patch (RFC 7396) that turns one object into another.
Json merge_difference(const Json& from, const Json& to) {
  Json patch = Json::object();
  for (const auto& [key, value] : from.items())
    if (!to.contains(key)) patch[key] = nullptr;
  for (const auto& [key, value] : to.items()) {
    const auto before = from.find(key);
    if (before == from.end())
      patch[key] = value;
    else if (*before == value)
      continue;
    else if (before->is_object() && value.is_object())
      patch[key] = merge_difference(*before, value);
    else
      patch[key] = value;
  }
  return patch;
}

}  // namespace

std::string relative_path(const std::string& path, const std::string& directory) {
  std::error_code error;
  const std::filesystem::path from = std::filesystem::weakly_canonical(directory, error);
  const std::filesystem::path to = std::filesystem::weakly_canonical(path, error);
  const std::filesystem::path relative = to.lexically_relative(from);
  return relative.empty() ? path : relative.generic_string();
}

Json nodes_json(const NodeSelector& nodes, const ClusterSpec& cluster) {
  Json list = Json::array();
  for (const NodeRange& range : nodes) list.push_back(node_range_text(range, cluster));
  return list.size() == 1 ? list[0] : list;
}

namespace {

// What no other architecture has.
Json parameter_server_json(const RunSpec& run) {
  Json json;
  json["consistency"] = consistency_json(run);
  json["partition"] = partition_json(run.partition);
  json["replication"] = replication_json(run.replication);
  json["failover"] = failover_json(run);
  if (run.checkpoint) json["checkpoint"] = checkpoint_json(*run.checkpoint);
  json["client"] = client_json(run.client);
  if (!run.filters.empty()) json["filters"] = filters_json(run.filters);
  if (run.wire.fixed_keys || run.wire.doubles) json["wire"] = wire_json(run.wire);
  json["audit"] = !run.audited ? "no" : run.beyond_tolerance ? "honesty" : "promises";
  return json;
}

}  // namespace

Json resolved_json(const RunSpec& run, const std::string& directory) {
  Json json;
  json["name"] = run.name;
  json["seed"] = run.seed;
  json["cluster"] = cluster_json(run, directory);
  json["stragglers"] = Json::array();
  for (const StragglerSpec& model : run.stragglers)
    json["stragglers"].push_back(straggler_json(model, run.cluster, directory));
  json["faults"] = Json::array();
  for (const FaultSpec& fault : run.faults)
    json["faults"].push_back(fault_json(fault, run.cluster));
  json["job"] = job_json(run.job, directory);
  json["architecture"] = architecture_json(run.architecture);
  json["sockets"] = sockets_json(run.sockets);
  if (run.architecture.type == Architecture::kMapReduce)
    json["partition"] = partition_json(run.partition);
  if (has_parameter_server(run.architecture)) json.update(parameter_server_json(run));
  return json;
}

Json resolved_json(const Scenario& scenario, const std::string& directory) {
  Json json = resolved_json(scenario.base, directory);
  json["seeds"] = scenario.seeds;
  if (scenario.exploration) json["exploration"] = exploration_json(*scenario.exploration);
  for (const analysis::Expectation& expectation : scenario.expectations)
    json["expect"].push_back(analysis::to_json(expectation));
  if (scenario.variants.empty()) return json;
  const Json base = resolved_json(scenario.base, directory);
  for (const Variant& variant : scenario.variants)
    json["variants"].push_back(
        {{"name", variant.name},
         {"set", merge_difference(base, resolved_json(variant.run, directory))}});
  return json;
}

}  // namespace psgrid::scenarios
