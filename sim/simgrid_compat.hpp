// What differs between SimGrid 3.32 and 4.1, in one place: how platforms are put together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <simgrid/kernel/routing/NetZoneImpl.hpp>
#include <simgrid/s4u.hpp>
#include <simgrid/version.h>

namespace psgrid::sim::compat {

namespace s4u = simgrid::s4u;
using simgrid::kernel::routing::NetPoint;

// A zone and the point where traffic from and to other zones enters it.
struct GatewayZone {
  s4u::NetZone* zone = nullptr;
  NetPoint* gateway = nullptr;
};

// Makes the zone for one leaf of a torus or fat tree.
using LeafMaker = std::function<GatewayZone(s4u::NetZone* fabric, unsigned long leaf)>;

// Links of a torus or fat tree, all alike and full duplex.
struct FabricLinks {
  double bandwidth = 0;  // bytes per second, each direction
  double latency = 0;    // seconds
};

#if SIMGRID_VERSION >= 40000

inline s4u::NetZone* root() { return s4u::Engine::get_instance()->get_netzone_root(); }

inline s4u::NetZone* add_star_zone(s4u::NetZone* parent, const std::string& name) {
  return parent->add_netzone_star(name);
}
inline void make_outermost(simgrid::kernel::routing::NetZoneImpl* zone) {
  zone->set_parent(root()->get_impl());
}

inline s4u::Host* add_host(s4u::NetZone* zone, const std::string& name, double flops) {
  return zone->add_host(name, flops);
}
inline s4u::Link* add_link(s4u::NetZone* zone, const std::string& name, double bandwidth) {
  return zone->add_link(name, bandwidth);
}
inline GatewayZone with_gateway(s4u::NetZone* zone, const std::string& router_name) {
  NetPoint* router = zone->add_router(router_name);
  zone->set_gateway(router);
  return {zone, router};
}

// In a star zone: the link from a host to everyone else, and the one from everyone else to it.
inline void connect(s4u::NetZone* star, s4u::Host* host, const s4u::Link* up,
                    const s4u::Link* down) {
  star->add_route(host, static_cast<s4u::Host*>(nullptr), {s4u::LinkInRoute(up)}, false);
  star->add_route(static_cast<s4u::Host*>(nullptr), host, {s4u::LinkInRoute(down)}, false);
}

// Sealed, with all leaves made, and outermost.
inline s4u::NetZone* filled(s4u::NetZone* fabric, const LeafMaker& make_leaf) {
  fabric->set_netzone_cb([&make_leaf](s4u::NetZone* zone, const std::vector<unsigned long>&,
                                      unsigned long leaf) { return make_leaf(zone, leaf).zone; });
  return fabric->seal();
}
inline s4u::NetZone* add_torus(const std::string& name,
                               const std::vector<std::uint32_t>& dimensions, FabricLinks links,
                               const LeafMaker& make_leaf) {
  return filled(
      root()->add_netzone_torus(name, {dimensions.begin(), dimensions.end()}, links.bandwidth,
                                links.latency, s4u::Link::SharingPolicy::SPLITDUPLEX),
      make_leaf);
}
inline s4u::NetZone* add_fat_tree(const std::string& name, const std::vector<std::uint32_t>& down,
                                  const std::vector<std::uint32_t>& up,
                                  const std::vector<std::uint32_t>& parallel, FabricLinks links,
                                  const LeafMaker& make_leaf) {
  return filled(root()->add_netzone_fatTree(name, static_cast<unsigned>(down.size()), down, up,
                                            parallel, links.bandwidth, links.latency,
                                            s4u::Link::SharingPolicy::SPLITDUPLEX),
                make_leaf);
}

#else

inline s4u::NetZone* add_star_zone(s4u::NetZone* parent, const std::string& name) {
  return s4u::create_star_zone(name)->set_parent(parent);
}
// SimGrid takes the first zone for the outermost one by itself.
inline void make_outermost(simgrid::kernel::routing::NetZoneImpl*) {}

inline s4u::Host* add_host(s4u::NetZone* zone, const std::string& name, double flops) {
  return zone->create_host(name, flops);
}
inline s4u::Link* add_link(s4u::NetZone* zone, const std::string& name, double bandwidth) {
  return zone->create_link(name, bandwidth);
}
inline GatewayZone with_gateway(s4u::NetZone* zone, const std::string& router_name) {
  return {zone, zone->create_router(router_name)};
}

// In a star zone: the link from a host to everyone else, and the one from everyone else to it.
inline void connect(s4u::NetZone* star, s4u::Host* host, const s4u::Link* up,
                    const s4u::Link* down) {
  NetPoint* const member = host->get_netpoint();
  star->add_route(member, nullptr, nullptr, nullptr, {s4u::LinkInRoute(up)}, false);
  star->add_route(nullptr, member, nullptr, nullptr, {s4u::LinkInRoute(down)}, false);
}

// Sealed, with all leaves made, and outermost.
inline s4u::ClusterCallbacks leaves(const LeafMaker& make_leaf) {
  return s4u::ClusterCallbacks(
      [&make_leaf](s4u::NetZone* zone, const std::vector<unsigned long>&, unsigned long leaf) {
        const GatewayZone made = make_leaf(zone, leaf);
        return std::make_pair(made.zone->get_netpoint(), made.gateway);
      });
}
inline s4u::NetZone* add_torus(const std::string& name,
                               const std::vector<std::uint32_t>& dimensions, FabricLinks links,
                               const LeafMaker& make_leaf) {
  return s4u::create_torus_zone(name, nullptr, {dimensions.begin(), dimensions.end()},
                                leaves(make_leaf), links.bandwidth, links.latency,
                                s4u::Link::SharingPolicy::SPLITDUPLEX)
      ->seal();
}
inline s4u::NetZone* add_fat_tree(const std::string& name, const std::vector<std::uint32_t>& down,
                                  const std::vector<std::uint32_t>& up,
                                  const std::vector<std::uint32_t>& parallel, FabricLinks links,
                                  const LeafMaker& make_leaf) {
  const auto levels = static_cast<unsigned>(down.size());
  return s4u::create_fatTree_zone(name, nullptr, {levels, down, up, parallel}, leaves(make_leaf),
                                  links.bandwidth, links.latency,
                                  s4u::Link::SharingPolicy::SPLITDUPLEX)
      ->seal();
}

#endif

}  // namespace psgrid::sim::compat
