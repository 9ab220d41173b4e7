#include "sim/platform/build.hpp"
#include "sim/platform/platform.hpp"
#include "sim/simgrid_compat.hpp"

namespace psgrid::sim {
namespace {

namespace s4u = simgrid::s4u;

class SwitchedBuilder {
 public:
  SwitchedBuilder(const SwitchedNetwork& network, const HostLayout& layout)
      : network_(network), layout_(layout) {}

  // Each switch with hosts becomes a star zone. Trunks have no place of their own: they appear in
  // the routes between zones, so that a switch itself limits nothing.
  Hosts build() {
    if (network_.switches() == 1) return build_star();
    s4u::NetZone* const whole = compat::add_full_zone(nullptr, "cluster");
    add_zones(whole);
    add_routes(whole);
    whole->seal();
    return std::move(hosts_);
  }

 private:
  Hosts build_star() {
    s4u::NetZone* const star = compat::add_star_zone(nullptr, "cluster");
    for (const HostPlan& plan : layout_.hosts()) hosts_.push_back(add_linked_host(star, plan));
    star->seal();
    return std::move(hosts_);
  }

  void add_zones(s4u::NetZone* whole) {
    zones_.resize(network_.switches());
    has_hub_.resize(network_.switches());
    for (std::uint32_t i = 0; i < layout_.hosts().size(); ++i) {
      const std::uint32_t at = network_.switch_of({i});
      const std::string& name = network_.name(at);
      if (zones_[at].zone == nullptr)
        zones_[at] =
            compat::with_gateway(compat::add_star_zone(whole, "zone " + name), "switch " + name);
      hosts_.push_back(add_linked_host(zones_[at].zone, layout_.hosts()[i]));
      if (!layout_.hosts()[i].workers_only) has_hub_[at] = true;
    }
    for (const compat::GatewayZone& zone : zones_)
      if (zone.zone != nullptr) zone.zone->seal();
  }

  // Made when the first route crosses it; a large dragonfly has millions that none does.
  s4u::LinkInRoute link_of(s4u::NetZone* whole, Hop hop) {
    const Trunk& trunk = network_.trunks()[hop.trunk];
    s4u::Link*& link = trunk_links_[2 * hop.trunk + (hop.forward ? 0 : 1)];
    if (link == nullptr) {
      const std::string& a = network_.name(trunk.a);
      const std::string& b = network_.name(trunk.b);
      link = compat::add_link(whole, hop.forward ? a + "->" + b : b + "->" + a, trunk.bandwidth);
      link->set_latency(trunk.latency);
    }
    return s4u::LinkInRoute(link);
  }

  void add_routes(s4u::NetZone* whole) {
    trunk_links_.resize(2 * network_.trunks().size());
    const bool all_pairs = network_.switches() <= Platform::kAllPairsMax;
    for (std::uint32_t from = 0; from < network_.switches(); ++from) {
      for (std::uint32_t to = 0; to < network_.switches(); ++to) {
        if (from == to || zones_[from].zone == nullptr || zones_[to].zone == nullptr) continue;
        if (!all_pairs && !has_hub_[from] && !has_hub_[to]) continue;
        std::vector<s4u::LinkInRoute> links;
        for (const Hop& hop : network_.route(from, to)) links.push_back(link_of(whole, hop));
        compat::route(whole, zones_[from], zones_[to], links);
      }
    }
  }

  const SwitchedNetwork& network_;
  const HostLayout& layout_;
  Hosts hosts_;
  std::vector<compat::GatewayZone> zones_;  // by switch; null for switches without hosts
  std::vector<bool> has_hub_;               // by switch: has a host with a server or manager
  std::vector<s4u::Link*> trunk_links_;     // by trunk, forward and backward in turn
};

}  // namespace

// No route crosses a link that all flows share: even an infinitely fast one would couple them all
// in SimGrid's bandwidth solver.
s4u::Host* add_linked_host(s4u::NetZone* star, const HostPlan& plan) {
  s4u::Host* const host = compat::add_host(star, plan.name, plan.flops);
  host->set_core_count(static_cast<int>(plan.cores));
  s4u::Link* const up = compat::add_link(star, plan.name + "-up", plan.bandwidth);
  s4u::Link* const down = compat::add_link(star, plan.name + "-down", plan.bandwidth);
  up->set_latency(plan.latency);
  down->set_latency(plan.latency);
  compat::connect(star, host, up, down);
  return host;
}

Hosts build_switched(const SwitchedNetwork& network, const HostLayout& layout) {
  return SwitchedBuilder(network, layout).build();
}

}  // namespace psgrid::sim
