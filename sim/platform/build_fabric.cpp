#include "model/check.hpp"
#include "sim/platform/build.hpp"
#include "sim/simgrid_compat.hpp"

namespace psgrid::sim {
namespace {

namespace s4u = simgrid::s4u;

s4u::Host* add_bare_host(s4u::NetZone* zone, const HostPlan& plan) {
  s4u::Host* const host = compat::add_host(zone, plan.name, plan.flops);
  host->set_core_count(static_cast<int>(plan.cores));
  return host;
}

// In a star zone, behind a private full-duplex link.
s4u::Host* add_linked_host(s4u::NetZone* star, const HostPlan& plan) {
  s4u::Host* const host = add_bare_host(star, plan);
  s4u::Link* const up = compat::add_link(star, plan.name + "-up", plan.bandwidth);
  s4u::Link* const down = compat::add_link(star, plan.name + "-down", plan.bandwidth);
  up->set_latency(plan.latency);
  down->set_latency(plan.latency);
  compat::connect(star, host, up, down);
  return host;
}

}  // namespace

Hosts build_fabric(const NetworkSpec& network, const HostLayout& layout) {
  Hosts hosts(layout.hosts().size());
  const compat::FabricLinks links{network.bandwidth, network.latency / 2};
  // A zone for each leaf, because leaves are either all zones or all hosts in SimGrid 4, and leaves
  // without a host must exist too.
  const compat::LeafMaker make_leaf = [&](s4u::NetZone* fabric, unsigned long leaf) {
    const std::string number = std::to_string(leaf);
    const compat::GatewayZone zone = compat::with_gateway(
        compat::add_star_zone(fabric, "psgrid leaf " + number), "psgrid gateway " + number);
    if (leaf < hosts.size()) {
      HostPlan plan = layout.hosts()[leaf];
      const bool as_the_fabric = plan.bandwidth == links.bandwidth && plan.latency == links.latency;
      plan.latency -= links.latency;
      hosts[leaf] =
          as_the_fabric ? add_bare_host(zone.zone, plan) : add_linked_host(zone.zone, plan);
    }
    zone.zone->seal();
    return zone;
  };
  if (network.topology == Topology::kTorus) {
    compat::add_torus("psgrid cluster", network.dimensions, links, make_leaf);
  } else {
    PSGRID_CHECK(network.topology == Topology::kFatTree, "a torus or a fat tree");
    compat::add_fat_tree("psgrid cluster", network.down, network.up, network.links, links,
                         make_leaf);
  }
  return hosts;
}

}  // namespace psgrid::sim
