#include "sim/platform/platform.hpp"

#include "sim/simgrid_compat.hpp"

namespace psgrid::sim {
namespace {

namespace s4u = simgrid::s4u;

// A host behind a private full-duplex link. No route crosses a link that all flows share: even an
// infinitely fast one would couple them all in SimGrid's bandwidth solver.
s4u::Host* add_linked_host(s4u::NetZone* star, const HostPlan& plan) {
  s4u::Host* host = compat::add_host(star, plan.name, plan.flops);
  host->set_core_count(static_cast<int>(plan.cores));
  s4u::Link* up = compat::add_link(star, plan.name + "-up", plan.bandwidth);
  s4u::Link* down = compat::add_link(star, plan.name + "-down", plan.bandwidth);
  up->set_latency(plan.latency);
  down->set_latency(plan.latency);
  compat::connect(star, host, up, down);
  return host;
}

}  // namespace

Platform::Platform(const ClusterSpec& cluster) : cluster_(cluster), layout_(cluster) {
  s4u::NetZone* star = compat::add_star_zone(nullptr, "cluster");
  hosts_.reserve(layout_.hosts().size());
  for (const HostPlan& plan : layout_.hosts()) hosts_.push_back(add_linked_host(star, plan));
  star->seal();
}

}  // namespace psgrid::sim
