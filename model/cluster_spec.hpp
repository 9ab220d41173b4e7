// What a scenario says about the machines: nodes, hosts, network and stragglers. Plain structs
// with the defaults of the format; checked by the loader before anything runs. SI units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.hpp"

namespace psgrid {

// "worker[0-7]": ranks first..last of one role, both included.
struct NodeRange {
  Role role = Role::kWorker;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool contains(NodeId node) const {
    return node.role == role && first <= node.rank && node.rank <= last;
  }
};

// A list of ranges; a node is selected if any contains it.
using NodeSelector = std::vector<NodeRange>;

inline bool selects(const NodeSelector& selector, NodeId node) {
  for (const NodeRange& range : selector)
    if (range.contains(node)) return true;
  return false;
}

struct HostSpec {
  double flops = 20e9;      // per second and core: the nominal speed
  std::uint32_t cores = 1;  // computations at a time; more wait in line
};

enum class Topology { kStar, kRacks, kFatTree, kTorus, kDragonfly, kGraph, kPlatform };
enum class Sharing { kWindowed, kFluid, kAnalytic };
enum class NetworkModel { kLv08, kCm02 };

struct GraphEdge {
  std::string a, b;
  double bandwidth = 0;  // bytes per second, in each direction
  double latency = 0;    // seconds
};

struct NetworkSpec {
  Topology topology = Topology::kStar;
  double bandwidth = 125e6;  // bytes per second, each direction of a host's link
  double latency = 50e-6;    // seconds, one way between two hosts of a star (half on each link)
  Sharing sharing = Sharing::kWindowed;
  std::uint32_t window = 8;  // windowed, not in a star: messages at a time, each way of a NIC
  NetworkModel model = NetworkModel::kCm02;

  // racks: hosts are dealt to racks in blocks of equal size, in node order.
  std::uint32_t racks = 0;
  double oversubscription = 1;  // sum of a rack's host bandwidths / bandwidth of its uplink
  double rack_latency = 0;      // added one way between racks

  // fat_tree: k-ary levels as in SimGrid's cluster zones. torus: size of each dimension.
  // dragonfly: groups, chassis, routers, nodes per router.
  std::vector<std::uint32_t> down, up, links;
  std::vector<std::uint32_t> dimensions;
  std::uint32_t groups = 0, chassis = 0, routers = 0, nodes_per_router = 0;

  // graph: vertices that `attach` to host nodes, other vertices are switches.
  std::vector<std::string> vertices;
  std::vector<GraphEdge> edges;
  std::vector<std::pair<std::string, NodeSelector>> attach;

  // platform: a SimGrid XML file; nodes take its hosts in order, or those listed.
  std::string platform_file;
  std::vector<std::string> platform_hosts;
};

// Overrides for some nodes; later groups win.
struct GroupSpec {
  NodeSelector nodes;
  std::optional<double> flops;
  std::optional<std::uint32_t> cores;
  std::optional<double> bandwidth;
  std::optional<double> latency;  // of the host's own link, one way, in place of the network's half
  std::optional<std::string> host;              // all of them on one host of this name
  std::optional<std::uint32_t> nodes_per_host;  // packed in order, so many to a host
};

enum class StragglerModel {
  kPersistent,
  kExponential,
  kShiftedExponential,
  kPareto,
  kWeibull,
  kUniform,
  kTwoPoint,
  kBursts,
  kPeriodic,
  kTrace
};

// A factor on compute time, drawn per iteration (or read off a timeline); see sim/stragglers.
struct StragglerSpec {
  NodeSelector nodes;
  StragglerModel model = StragglerModel::kPersistent;
  double factor = 1;                 // persistent, two_point, bursts, periodic: while slow
  double rate = 1;                   // exponential, shifted_exponential
  double alpha = 2, minimum = 1;     // pareto
  double shape = 1, scale = 1;       // weibull
  double min = 1, max = 1;           // uniform
  double probability = 0;            // two_point
  double mean_on = 0, mean_off = 0;  // bursts: mean seconds slow and not slow (exponential)
  double period = 0, duration = 0, phase = 0;  // periodic: slow for `duration` of each `period`
  std::string trace_file;                      // trace: CSV time,node,factor
  struct TracePoint {
    double time;
    NodeId node;
    double factor;
  };
  std::vector<TracePoint> trace;  // the file's rows, once loaded, by time
};

struct ClusterSpec {
  std::uint32_t workers = 1;
  std::uint32_t servers = 1;
  std::uint32_t managers = 1;
  HostSpec host;
  NetworkSpec network;
  std::vector<GroupSpec> groups;

  std::uint32_t nodes() const { return managers + servers + workers; }
};

// What one node runs on, after all groups.
struct Hardware {
  double flops = 0;
  std::uint32_t cores = 1;
  double bandwidth = 0;  // bytes per second, each direction
  double latency = 0;    // seconds, one way, of its own link
  std::string host;      // non-empty if the scenario names a host to share
};

Hardware hardware_of(const ClusterSpec& cluster, NodeId node);

// Number of nodes of a role.
std::uint32_t count_of(const ClusterSpec& cluster, Role role);

// Nodes in a dense order: managers, servers, workers.
std::uint32_t node_index(const ClusterSpec& cluster, NodeId node);
NodeId node_at(const ClusterSpec& cluster, std::uint32_t index);

}  // namespace psgrid
