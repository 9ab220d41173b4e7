#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>

#include "sim/platform/graph_network.hpp"

namespace psgrid::sim {
namespace {

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

// RFC 6901: "~" and "/" have another form within a JSON pointer.
std::string escaped(const std::string& name) {
  std::string result;
  for (const char c : name) result += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return result;
}

class GraphCheck {
 public:
  GraphCheck(const ClusterSpec& cluster, const HostLayout& layout)
      : cluster_(cluster), network_(cluster.network), layout_(layout) {}

  std::vector<PlatformError> run() {
    check_vertices();
    check_edges();
    check_attachments();
    if (errors_.empty()) check_connected();
    return std::move(errors_);
  }

 private:
  void report(std::string pointer, std::string message) {
    errors_.push_back({std::move(pointer), std::move(message)});
  }

  void check_vertices() {
    if (network_.vertices.empty()) report("/network/vertices", "a graph needs at least one vertex");
    for (std::uint32_t i = 0; i < network_.vertices.size(); ++i)
      if (!vertex_.try_emplace(network_.vertices[i], i).second)
        report("/network/vertices/" + std::to_string(i),
               "the vertex " + quoted(network_.vertices[i]) + " is listed twice");
  }

  std::optional<std::uint32_t> find(const std::string& name, const std::string& pointer) {
    const auto found = vertex_.find(name);
    if (found != vertex_.end()) return found->second;
    report(pointer, "there is no vertex " + quoted(name));
    return std::nullopt;
  }

  void check_edges() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> first;
    for (std::size_t i = 0; i < network_.edges.size(); ++i) {
      const GraphEdge& edge = network_.edges[i];
      const std::string pointer = "/network/edges/" + std::to_string(i);
      const auto a = find(edge.a, pointer + "/a");
      const auto b = find(edge.b, pointer + "/b");
      if (edge.bandwidth <= 0) report(pointer + "/bandwidth", "an edge needs a positive bandwidth");
      if (edge.latency < 0) report(pointer + "/latency", "a latency cannot be negative");
      if (!a || !b) continue;
      if (*a == *b) {
        report(pointer, "this edge joins the vertex " + quoted(edge.a) + " to itself");
        continue;
      }
      const auto [other, is_new] = first.try_emplace(std::minmax(*a, *b), i);
      if (!is_new)
        report(pointer, "edge " + std::to_string(other->second) + " joins " + quoted(edge.a) +
                            " and " + quoted(edge.b) +
                            " too; write one edge with the sum of the bandwidths");
    }
  }

  void check_attachments() {
    std::vector<std::optional<std::uint32_t>> vertex_of_host(layout_.hosts().size());
    std::vector<std::pair<std::uint32_t, const NodeSelector*>> attachments;
    for (std::size_t i = 0; i < network_.attach.size(); ++i) {
      const auto& [name, nodes] = network_.attach[i];
      const auto vertex = find(name, "/network/attach/" + escaped(name));
      if (vertex) attachments.push_back({*vertex, &nodes});
    }
    for (std::uint32_t i = 0; i < cluster_.nodes() && errors_.size() < kErrorsMax; ++i) {
      const NodeId node = node_at(cluster_, i);
      bool attached = false;
      for (const auto& [vertex, nodes] : attachments) {
        if (!selects(*nodes, node)) continue;
        attached = true;
        auto& known = vertex_of_host[layout_.host_of(i).value];
        if (known && *known != vertex)
          report("/network/attach/" + escaped(network_.vertices[vertex]),
                 to_string(node) + " is attached here, but its host " +
                     quoted(layout_.host(layout_.host_of(i)).name) + " is attached to " +
                     quoted(network_.vertices[*known]) + " already");
        known = vertex;
        attached_.insert(vertex);
      }
      if (!attached) report("/network/attach", to_string(node) + " is attached to no vertex");
    }
  }

  void check_connected() {
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> graph(
        network_.vertices.size());
    for (const GraphEdge& edge : network_.edges)
      boost::add_edge(vertex_.at(edge.a), vertex_.at(edge.b), graph);
    std::vector<std::uint32_t> component(network_.vertices.size());
    boost::connected_components(graph, component.data());
    const std::uint32_t home = *attached_.begin();
    for (std::uint32_t vertex = 0; vertex < network_.vertices.size(); ++vertex) {
      if (component[vertex] == component[home]) continue;
      const std::string& name = network_.vertices[vertex];
      if (attached_.contains(vertex))
        report("/network/edges", "no path of edges joins " + quoted(name) + " to " +
                                     quoted(network_.vertices[home]) + ", and both have nodes");
      else
        report("/network/vertices/" + std::to_string(vertex),
               "the vertex " + quoted(name) + " is joined to no vertex that has nodes");
    }
  }

  static constexpr std::size_t kErrorsMax = 20;

  const ClusterSpec& cluster_;
  const NetworkSpec& network_;
  const HostLayout& layout_;
  std::unordered_map<std::string, std::uint32_t> vertex_;
  std::set<std::uint32_t> attached_;
  std::vector<PlatformError> errors_;
};

}  // namespace

std::vector<PlatformError> check_graph(const ClusterSpec& cluster, const HostLayout& layout) {
  return GraphCheck(cluster, layout).run();
}

}  // namespace psgrid::sim
