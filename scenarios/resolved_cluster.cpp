#include "scenarios/resolved_parts.hpp"

namespace psgrid::scenarios {
namespace {

const char* topology_name(Topology topology) {
  switch (topology) {
    case Topology::kStar:
      return "star";
    case Topology::kRacks:
      return "racks";
    case Topology::kFatTree:
      return "fat_tree";
    case Topology::kTorus:
      return "torus";
    case Topology::kDragonfly:
      return "dragonfly";
    case Topology::kGraph:
      return "graph";
    case Topology::kPlatform:
      return "platform";
  }
  return "";
}

const char* sharing_name(Sharing sharing) {
  switch (sharing) {
    case Sharing::kWindowed:
      return "windowed";
    case Sharing::kFluid:
      return "fluid";
    case Sharing::kAnalytic:
      return "analytic";
  }
  return "";
}

void add_graph(Json& json, const NetworkSpec& network, const ClusterSpec& cluster) {
  json["vertices"] = network.vertices;
  json["edges"] = Json::array();
  for (const GraphEdge& edge : network.edges)
    json["edges"].push_back(
        {{"a", edge.a}, {"b", edge.b}, {"bandwidth", edge.bandwidth}, {"latency", edge.latency}});
  for (const auto& [vertex, nodes] : network.attach)
    json["attach"][vertex] = nodes_json(nodes, cluster);
}

void add_topology(Json& json, const ClusterSpec& cluster, const std::string& directory) {
  const NetworkSpec& network = cluster.network;
  switch (network.topology) {
    case Topology::kStar:
      return;
    case Topology::kRacks:
      json["racks"] = network.racks;
      json["oversubscription"] = network.oversubscription;
      json["rack_latency"] = network.rack_latency;
      return;
    case Topology::kFatTree:
      json["down"] = network.down;
      json["up"] = network.up;
      json["links"] = network.links;
      return;
    case Topology::kTorus:
      json["dimensions"] = network.dimensions;
      return;
    case Topology::kDragonfly:
      json["groups"] = network.groups;
      json["chassis"] = network.chassis;
      json["routers"] = network.routers;
      json["nodes_per_router"] = network.nodes_per_router;
      return;
    case Topology::kGraph:
      return add_graph(json, network, cluster);
    case Topology::kPlatform:
      json["file"] = relative_path(network.platform_file, directory);
      if (!network.platform_hosts.empty()) json["hosts"] = network.platform_hosts;
  }
}

Json network_json(const ClusterSpec& cluster, const std::string& directory) {
  const NetworkSpec& network = cluster.network;
  Json json;
  json["topology"] = topology_name(network.topology);
  json["sharing"] = sharing_name(network.sharing);
  json["model"] = network.model == NetworkModel::kCm02 ? "CM02" : "LV08";
  if (network.sharing == Sharing::kWindowed && network.topology != Topology::kStar)
    json["window"] = network.window;
  if (network.topology != Topology::kPlatform) {
    json["bandwidth"] = network.bandwidth;
    json["latency"] = network.latency;
  }
  add_topology(json, cluster, directory);
  return json;
}

Json group_json(const GroupSpec& group, const ClusterSpec& cluster) {
  Json json;
  json["nodes"] = nodes_json(group.nodes, cluster);
  if (group.flops) json["flops"] = *group.flops;
  if (group.cores) json["cores"] = *group.cores;
  if (group.bandwidth) json["bandwidth"] = *group.bandwidth;
  if (group.latency) json["latency"] = *group.latency;
  if (group.host) json["host"] = *group.host;
  if (group.nodes_per_host) json["nodes_per_host"] = *group.nodes_per_host;
  return json;
}

}  // namespace

Json cluster_json(const RunSpec& run, const std::string& directory) {
  const ClusterSpec& cluster = run.cluster;
  Json json;
  json["workers"] = cluster.workers;
  json["servers"] = cluster.servers;
  json["managers"] = cluster.managers;
  json["host"] = {{"flops", cluster.host.flops}, {"cores", cluster.host.cores}};
  json["network"] = network_json(cluster, directory);
  json["groups"] = Json::array();
  for (const GroupSpec& group : cluster.groups)
    json["groups"].push_back(group_json(group, cluster));
  json["costs"] = {{"apply_flops_per_value", run.costs.apply_flops_per_value},
                   {"serve_flops_per_value", run.costs.serve_flops_per_value},
                   {"message_flops", run.costs.message_flops}};
  return json;
}

Json straggler_json(const StragglerSpec& model, const ClusterSpec& cluster,
                    const std::string& directory) {
  Json json;
  json["nodes"] = nodes_json(model.nodes, cluster);
  const auto set = [&](const char* name, std::initializer_list<std::pair<const char*, double>> of) {
    json["model"] = name;
    for (const auto& [key, value] : of) json[key] = value;
  };
  switch (model.model) {
    case StragglerModel::kPersistent:
      set("persistent", {{"factor", model.factor}});
      break;
    case StragglerModel::kExponential:
      set("exponential", {{"rate", model.rate}});
      break;
    case StragglerModel::kShiftedExponential:
      set("shifted_exponential", {{"rate", model.rate}});
      break;
    case StragglerModel::kPareto:
      set("pareto", {{"alpha", model.alpha}, {"minimum", model.minimum}});
      break;
    case StragglerModel::kWeibull:
      set("weibull", {{"shape", model.shape}, {"scale", model.scale}});
      break;
    case StragglerModel::kUniform:
      set("uniform", {{"min", model.min}, {"max", model.max}});
      break;
    case StragglerModel::kTwoPoint:
      set("two_point", {{"probability", model.probability}, {"factor", model.factor}});
      break;
    case StragglerModel::kBursts:
      set("bursts",
          {{"factor", model.factor}, {"mean_on", model.mean_on}, {"mean_off", model.mean_off}});
      break;
    case StragglerModel::kPeriodic:
      set("periodic", {{"factor", model.factor},
                       {"period", model.period},
                       {"duration", model.duration},
                       {"phase", model.phase}});
      break;
    case StragglerModel::kTrace:
      set("trace", {});
      json["file"] = relative_path(model.trace_file, directory);
      break;
  }
  return json;
}

}  // namespace psgrid::scenarios
