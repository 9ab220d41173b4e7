// What differs between SimGrid 3.32 and 4.1, in one place: how platforms are put together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

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

inline s4u::NetZone* parent_or_root(s4u::NetZone* parent) {
  return parent ? parent : s4u::Engine::get_instance()->get_netzone_root();
}

// `parent` is null for the outermost zone.
inline s4u::NetZone* add_star_zone(s4u::NetZone* parent, const std::string& name) {
  return parent_or_root(parent)->add_netzone_star(name);
}
inline s4u::NetZone* add_full_zone(s4u::NetZone* parent, const std::string& name) {
  return parent_or_root(parent)->add_netzone_full(name);
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

// In a star zone: the links from a member to everyone else, and those from everyone else to it.
inline void connect(s4u::NetZone* star, s4u::Host* host, const s4u::Link* up,
                    const s4u::Link* down) {
  star->add_route(host, static_cast<s4u::Host*>(nullptr), {s4u::LinkInRoute(up)}, false);
  star->add_route(static_cast<s4u::Host*>(nullptr), host, {s4u::LinkInRoute(down)}, false);
}
inline void connect(s4u::NetZone* star, const GatewayZone& child, const s4u::Link* up,
                    const s4u::Link* down) {
  const s4u::NetZone* const everyone = nullptr;
  star->add_route(child.zone, everyone, {s4u::LinkInRoute(up)}, false);
  star->add_route(everyone, child.zone, {s4u::LinkInRoute(down)}, false);
}

// In a full zone: the links from one child to another, in this direction only.
inline void route(s4u::NetZone* full, const GatewayZone& from, const GatewayZone& to,
                  const std::vector<s4u::LinkInRoute>& links) {
  full->add_route(from.zone, to.zone, links, false);
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
  return filled(parent_or_root(nullptr)->add_netzone_torus(
                    name, {dimensions.begin(), dimensions.end()}, links.bandwidth, links.latency,
                    s4u::Link::SharingPolicy::SPLITDUPLEX),
                make_leaf);
}
inline s4u::NetZone* add_fat_tree(const std::string& name, const std::vector<std::uint32_t>& down,
                                  const std::vector<std::uint32_t>& up,
                                  const std::vector<std::uint32_t>& parallel, FabricLinks links,
                                  const LeafMaker& make_leaf) {
  return filled(parent_or_root(nullptr)->add_netzone_fatTree(
                    name, static_cast<unsigned>(down.size()), down, up, parallel, links.bandwidth,
                    links.latency, s4u::Link::SharingPolicy::SPLITDUPLEX),
                make_leaf);
}

#else

inline s4u::NetZone* adopted(s4u::NetZone* zone, s4u::NetZone* parent) {
  return parent ? zone->set_parent(parent) : zone;
}

// `parent` is null for the outermost zone.
inline s4u::NetZone* add_star_zone(s4u::NetZone* parent, const std::string& name) {
  return adopted(s4u::create_star_zone(name), parent);
}
inline s4u::NetZone* add_full_zone(s4u::NetZone* parent, const std::string& name) {
  return adopted(s4u::create_full_zone(name), parent);
}

inline s4u::Host* add_host(s4u::NetZone* zone, const std::string& name, double flops) {
  return zone->create_host(name, flops);
}
inline s4u::Link* add_link(s4u::NetZone* zone, const std::string& name, double bandwidth) {
  return zone->create_link(name, bandwidth);
}
inline GatewayZone with_gateway(s4u::NetZone* zone, const std::string& router_name) {
  return {zone, zone->create_router(router_name)};
}

// In a star zone: the links from a member to everyone else, and those from everyone else to it.
inline void connect(s4u::NetZone* star, s4u::Host* host, const s4u::Link* up,
                    const s4u::Link* down) {
  NetPoint* const member = host->get_netpoint();
  star->add_route(member, nullptr, nullptr, nullptr, {s4u::LinkInRoute(up)}, false);
  star->add_route(nullptr, member, nullptr, nullptr, {s4u::LinkInRoute(down)}, false);
}
inline void connect(s4u::NetZone* star, const GatewayZone& child, const s4u::Link* up,
                    const s4u::Link* down) {
  NetPoint* const member = child.zone->get_netpoint();
  star->add_route(member, nullptr, child.gateway, nullptr, {s4u::LinkInRoute(up)}, false);
  star->add_route(nullptr, member, nullptr, child.gateway, {s4u::LinkInRoute(down)}, false);
}

// In a full zone: the links from one child to another, in this direction only.
inline void route(s4u::NetZone* full, const GatewayZone& from, const GatewayZone& to,
                  const std::vector<s4u::LinkInRoute>& links) {
  full->add_route(from.zone->get_netpoint(), to.zone->get_netpoint(), from.gateway, to.gateway,
                  links, false);
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
