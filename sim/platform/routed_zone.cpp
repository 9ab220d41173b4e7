#include "sim/platform/routed_zone.hpp"

#include <simgrid/kernel/routing/NetPoint.hpp>

#include "model/check.hpp"

namespace psgrid::sim {

namespace s4u = simgrid::s4u;
namespace routing = simgrid::kernel::routing;

RoutedZone::RoutedZone(std::unique_ptr<Paths> paths)
    : NetZoneImpl("psgrid cluster"), paths_(std::move(paths)) {
  links_.reserve(paths_->links());
}

Hosts RoutedZone::build(std::unique_ptr<Paths> paths, const SwitchedNetwork& network,
                        const HostLayout& layout) {
  auto* const zone = new RoutedZone(std::move(paths));
  compat::make_outermost(zone);
  Hosts hosts;
  for (const HostPlan& plan : layout.hosts()) {
    hosts.push_back(compat::add_host(zone->get_iface(), plan.name, plan.flops));
    hosts.back()->set_core_count(static_cast<int>(plan.cores));
    PSGRID_CHECK(hosts.back()->get_netpoint()->id() + 1 == hosts.size(),
                 "SimGrid to count the hosts of a zone from 0");
  }
  const Paths& table = *zone->paths_;
  std::uint32_t number = 0;
  for (const HostPlan& plan : layout.hosts()) {
    zone->add_link(plan.name + "-up", table.link(number++));
    zone->add_link(plan.name + "-down", table.link(number++));
  }
  for (const Trunk& trunk : network.trunks()) {
    const std::string& a = network.name(trunk.a);
    const std::string& b = network.name(trunk.b);
    zone->add_link(a + "->" + b, table.link(number++));
    zone->add_link(b + "->" + a, table.link(number++));
  }
  PSGRID_CHECK(number == table.links(), "paths of the same network");
  zone->seal();
  return hosts;
}

void RoutedZone::add_link(const std::string& name, const DirectedLink& link) {
  links_.push_back(compat::add_link(get_iface(), name, link.bandwidth));
  links_.back()->set_latency(link.latency);
}

void RoutedZone::get_local_route(const routing::NetPoint* from, const routing::NetPoint* to,
                                 routing::Route* into, double* latency) {
  const HostIndex source{static_cast<std::uint32_t>(from->id())};
  const HostIndex target{static_cast<std::uint32_t>(to->id())};
  for (const std::uint32_t number : paths_->between(source, target)) {
    const s4u::Link* const link = links_[number];
    into->link_list_.push_back(link->get_impl());
    if (latency != nullptr) *latency += link->get_latency();
  }
}

}  // namespace psgrid::sim
