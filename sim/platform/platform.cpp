#include "sim/platform/platform.hpp"

#include "sim/platform/build.hpp"
#include "sim/platform/paths.hpp"
#include "sim/platform/routed_zone.hpp"
#include "sim/simgrid_compat.hpp"

namespace psgrid::sim {
namespace {

Hosts build(const NetworkSpec& network, const SwitchedNetwork* switched, const HostLayout& layout) {
  if (switched != nullptr)
    return RoutedZone::build(make_paths(*switched, layout), *switched, layout);
  if (network.topology == Topology::kPlatform) return build_from_file(network, layout);
  return build_fabric(network, layout);
}

}  // namespace

Platform::Platform(const ClusterSpec& cluster)
    : cluster_(cluster), layout_(cluster), network_(make_switched_network(cluster, layout_)) {
  hosts_ = build(cluster.network, network_.get(), layout_);
  if (cluster.network.topology != Topology::kPlatform) return;
  for (std::uint32_t i = 0; i < hosts_.size(); ++i)
    layout_.take_from_file(cluster, {i}, hosts_[i]->get_speed(),
                           static_cast<std::uint32_t>(hosts_[i]->get_core_count()));
}

}  // namespace psgrid::sim
