#include "sim/platform/check_platform.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "model/host_layout.hpp"
#include "sim/platform/graph_network.hpp"
#include "sim/platform/platform_file.hpp"

namespace psgrid::sim {
namespace {

class PlatformCheck {
 public:
  explicit PlatformCheck(const ClusterSpec& cluster)
      : cluster_(cluster), network_(cluster.network), layout_(cluster), errors_(layout_.errors()) {}

  std::vector<PlatformError> run() {
    check_hosts();
    switch (network_.topology) {
      case Topology::kStar:
        break;
      case Topology::kRacks:
        check_racks();
        break;
      case Topology::kFatTree:
        check_fat_tree();
        break;
      case Topology::kTorus:
        check_torus();
        break;
      case Topology::kDragonfly:
        check_dragonfly();
        break;
      case Topology::kGraph:
        append(check_graph(cluster_, layout_));
        break;
      case Topology::kPlatform:
        check_file();
        break;
    }
    return std::move(errors_);
  }

 private:
  void report(std::string pointer, std::string message) {
    errors_.push_back({std::move(pointer), std::move(message)});
  }
  void append(std::vector<PlatformError> errors) {
    errors_.insert(errors_.end(), errors.begin(), errors.end());
  }
  std::uint64_t hosts() const { return layout_.hosts().size(); }

  void check_hosts() {
    for (const HostPlan& host : layout_.hosts()) {
      const std::string who = "the host of " + to_string(host.first_node);
      if (host.flops <= 0) report("/host/flops", who + " needs a positive speed");
      if (host.cores == 0) report("/host/cores", who + " needs a core");
      if (host.bandwidth <= 0) report("/network/bandwidth", who + " needs a positive bandwidth");
      if (host.latency < 0) report("/network/latency", who + " has a negative latency");
      if (errors_.size() >= kErrorsMax) return;
    }
  }

  void check_racks() {
    if (network_.racks == 0) report("/network/racks", "racks needs at least one rack");
    if (network_.racks > hosts())
      report("/network/racks", "there are " + std::to_string(network_.racks) + " racks for only " +
                                   std::to_string(hosts()) + " hosts");
    if (network_.oversubscription <= 0)
      report("/network/oversubscription", "an oversubscription is positive");
    if (network_.rack_latency < 0) report("/network/rack_latency", "a latency cannot be negative");
  }

  // Leaves of a fabric: the product of `factors`; reports factors of zero and too few leaves.
  void check_leaves(const std::vector<std::uint32_t>& factors, const std::string& pointer) {
    std::uint64_t leaves = 1;
    for (const std::uint32_t factor : factors) leaves = std::min(leaves * factor, kLeavesMax + 1);
    if (factors.empty() || leaves == 0)
      report(pointer, "every number must be positive");
    else if (leaves > kLeavesMax)
      report(pointer, "this makes more than " + std::to_string(kLeavesMax) + " places for hosts");
    else if (leaves < hosts())
      report(pointer, "this makes " + std::to_string(leaves) + " places for hosts, but there are " +
                          std::to_string(hosts()) + " hosts");
  }

  void check_fat_tree() {
    const std::size_t levels = network_.down.size();
    check_leaves(network_.down, "/network/down");
    check_level_list(network_.up, levels, "/network/up");
    check_level_list(network_.links, levels, "/network/links");
    check_not_better_than_fabric();
  }

  void check_level_list(const std::vector<std::uint32_t>& list, std::size_t levels,
                        const std::string& pointer) {
    if (list.size() != levels)
      report(pointer, "expected one number for each of the " + std::to_string(levels) +
                          " levels that down has, found " + std::to_string(list.size()));
    if (std::find(list.begin(), list.end(), 0u) != list.end())
      report(pointer, "every number must be positive");
  }

  void check_torus() {
    check_leaves(network_.dimensions, "/network/dimensions");
    check_not_better_than_fabric();
  }

  void check_dragonfly() {
    check_leaves({network_.groups, network_.chassis, network_.routers, network_.nodes_per_router},
                 "/network");
    if (!errors_.empty()) return;
    const std::uint64_t groups = network_.groups;
    const std::uint64_t of_a_group = std::uint64_t{network_.chassis} * network_.routers;
    const std::uint64_t of_a_router = std::uint64_t{network_.chassis} + network_.routers - 2;
    const std::uint64_t links = groups * (groups - 1) / 2 + groups * of_a_group * of_a_router / 2;
    if (links > kTrunksMax)
      report("/network", "this makes " + std::to_string(links) +
                             " links between routers; at most " + std::to_string(kTrunksMax) +
                             " are supported");
  }

  void check_not_better_than_fabric() {
    for (const HostPlan& host : layout_.hosts()) {
      const std::string who = "the fabric carries the link of " + to_string(host.first_node);
      if (host.bandwidth > network_.bandwidth)
        report("/groups", who +
                              " too, so its bandwidth cannot exceed the network's; raise the "
                              "network's and lower that of other nodes");
      if (host.latency < network_.latency / 2)
        report("/groups", who + " too, so its latency cannot be below half of the network's");
      if (errors_.size() >= kErrorsMax) return;
    }
  }

  void check_file() {
    for (std::size_t i = 0; i < cluster_.groups.size(); ++i) {
      const std::string pointer = "/groups/" + std::to_string(i);
      if (cluster_.groups[i].bandwidth)
        report(pointer + "/bandwidth", "no effect: links come from the platform file");
      if (cluster_.groups[i].latency)
        report(pointer + "/latency", "no effect: links come from the platform file");
    }
    const PlatformFile file = read_platform_file(network_.platform_file);
    append(file.errors);
    if (file.errors.empty()) append(assign_hosts(network_, layout_, file.hosts).errors);
  }

  static constexpr std::size_t kErrorsMax = 20;
  static constexpr std::uint64_t kTrunksMax = 1u << 20;
  static constexpr std::uint64_t kLeavesMax = 1u << 24;

  const ClusterSpec& cluster_;
  const NetworkSpec& network_;
  HostLayout layout_;
  std::vector<PlatformError> errors_;
};

}  // namespace

std::vector<PlatformError> check_platform(const ClusterSpec& cluster) {
  return PlatformCheck(cluster).run();
}

}  // namespace psgrid::sim
