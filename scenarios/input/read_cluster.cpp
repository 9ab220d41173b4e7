#include "scenarios/input/fields.hpp"
#include "scenarios/input/node_range.hpp"
#include "scenarios/input/read_run.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

void read_graph(const Fields& network, const std::string& pointer, const ClusterSpec& cluster,
                NetworkSpec& spec, Problems& problems) {
  network.read("vertices", spec.vertices);
  const Json* edges = network.find("edges");
  if (edges && edges->is_array())
    for (const Json& item : *edges) {
      const Fields edge(item);
      GraphEdge& added = spec.edges.emplace_back();
      edge.read("a", added.a);
      edge.read("b", added.b);
      added.bandwidth = spec.bandwidth;
      added.latency = spec.latency;
      edge.read("bandwidth", Quantity::kBytesPerSecond, added.bandwidth);
      edge.read("latency", Quantity::kSeconds, added.latency);
    }
  const Json* attach = network.find("attach");
  if (attach && attach->is_object())
    for (const auto& [vertex, nodes] : attach->items())
      spec.attach.emplace_back(
          vertex,
          read_nodes(nodes, pointer + "/attach" + pointer_token(vertex), cluster, problems));
}

NetworkSpec read_network(const Json& cluster_json, const ClusterSpec& cluster,
                         const ReadContext& context) {
  const Fields network = Fields::of(cluster_json, "network");
  NetworkSpec spec;
  network.read("topology", spec.topology,
               {{"star", Topology::kStar},
                {"racks", Topology::kRacks},
                {"fat_tree", Topology::kFatTree},
                {"torus", Topology::kTorus},
                {"dragonfly", Topology::kDragonfly},
                {"graph", Topology::kGraph},
                {"platform", Topology::kPlatform}});
  network.read("bandwidth", Quantity::kBytesPerSecond, spec.bandwidth);
  network.read("latency", Quantity::kSeconds, spec.latency);
  network.read(
      "sharing", spec.sharing,
      {{"windowed", Sharing::kWindowed}, {"fluid", Sharing::kFluid}, {"analytic", Sharing::kAnalytic}});
  network.read("window", spec.window);
  network.read("model", spec.model, {{"CM02", NetworkModel::kCm02}, {"LV08", NetworkModel::kLv08}});
  network.read("racks", spec.racks);
  network.read("oversubscription", spec.oversubscription);
  network.read("rack_latency", Quantity::kSeconds, spec.rack_latency);
  network.read("down", spec.down);
  network.read("up", spec.up);
  network.read("links", spec.links);
  network.read("dimensions", spec.dimensions);
  network.read("groups", spec.groups);
  network.read("chassis", spec.chassis);
  network.read("routers", spec.routers);
  network.read("nodes_per_router", spec.nodes_per_router);
  read_graph(network, "/cluster/network", cluster, spec, context.problems);
  network.read("file", spec.platform_file);
  if (!spec.platform_file.empty())
    spec.platform_file = resolve_path(spec.platform_file, context.directory);
  network.read("hosts", spec.platform_hosts);
  return spec;
}

GroupSpec read_group(const Json& json, const std::string& pointer, const ClusterSpec& cluster,
                     Problems& problems) {
  const Fields fields(json);
  GroupSpec group;
  if (const Json* nodes = fields.find("nodes"))
    group.nodes = read_nodes(*nodes, pointer + "/nodes", cluster, problems);
  fields.read("flops", Quantity::kFlopsPerSecond, group.flops);
  fields.read("cores", group.cores);
  fields.read("bandwidth", Quantity::kBytesPerSecond, group.bandwidth);
  fields.read("latency", Quantity::kSeconds, group.latency);
  fields.read("host", group.host);
  fields.read("nodes_per_host", group.nodes_per_host);
  return group;
}

void read_range(const Json& value, const std::string& pointer, const ClusterSpec& cluster,
                Problems& problems, NodeSelector& selector) {
  if (!value.is_string()) return;
  const auto& text = value.get_ref<const std::string&>();
  std::optional<NodeRange> range = parse_node_range(text);
  if (!range) return;
  const std::uint32_t count = count_of(cluster, range->role);
  if (range->last == kEveryRank) range->last = count - 1;
  const std::string key = std::string(role_name(range->role)) + "s";
  if (range->last >= count && problems.sound("/cluster/" + key))
    problems.error(pointer, "found " + in_quotes(text) + ", expected ranks below " +
                                std::to_string(count) + ", the number of " + key);
  selector.push_back(*range);
}

}  // namespace

NodeSelector read_nodes(const Json& value, const std::string& pointer, const ClusterSpec& cluster,
                        Problems& problems) {
  NodeSelector selector;
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      read_range(value[i], pointer + "/" + std::to_string(i), cluster, problems, selector);
  } else {
    read_range(value, pointer, cluster, problems, selector);
  }
  return selector;
}

ClusterSpec read_cluster(const Json& document, const ReadContext& context) {
  const Fields fields = Fields::of(document, "cluster");
  ClusterSpec cluster;
  fields.read("workers", cluster.workers);
  fields.read("servers", cluster.servers);
  fields.read("managers", cluster.managers);
  const Json nothing;
  const Json* json = Fields(document).find("cluster");
  const Fields host = Fields::of(json ? *json : nothing, "host");
  host.read("flops", Quantity::kFlopsPerSecond, cluster.host.flops);
  host.read("cores", cluster.host.cores);
  cluster.network = read_network(json ? *json : nothing, cluster, context);
  const Json* groups = fields.find("groups");
  if (groups && groups->is_array())
    for (std::size_t i = 0; i < groups->size(); ++i)
      cluster.groups.push_back(read_group((*groups)[i], "/cluster/groups/" + std::to_string(i),
                                          cluster, context.problems));
  return cluster;
}

}  // namespace psgrid::scenarios
