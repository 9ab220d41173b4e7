// What differs between SimGrid 3.32 and 4.1, in one place: how platforms are put together.
#pragma once

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

#endif

}  // namespace psgrid::sim::compat
