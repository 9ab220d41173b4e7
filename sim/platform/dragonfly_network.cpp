#include "sim/platform/dragonfly_network.hpp"

#include "model/check.hpp"

namespace psgrid::sim {

DragonflyNetwork::DragonflyNetwork(const NetworkSpec& network, const HostLayout& layout)
    : groups_(network.groups), chassis_(network.chassis), slots_(network.routers) {
  const std::uint32_t routers = groups_ * group_size();
  trunk_to_.resize(routers);
  for (std::uint32_t router = 0; router < routers; ++router) {
    const Place at = place_of(router);
    names_.push_back("router" + std::to_string(at.group) + "." + std::to_string(at.chassis) + "." +
                     std::to_string(at.slot));
    for (std::uint32_t slot = at.slot + 1; slot < slots_; ++slot)
      join(router, router_at({at.group, at.chassis, slot}), network);
    for (std::uint32_t chassis = at.chassis + 1; chassis < chassis_; ++chassis)
      join(router, router_at({at.group, chassis, at.slot}), network);
  }
  global_trunk_.resize(std::size_t{groups_} * groups_);
  for (std::uint32_t i = 0; i < groups_; ++i) {
    for (std::uint32_t j = i + 1; j < groups_; ++j) {
      const auto trunk = static_cast<std::uint32_t>(trunks_.size());
      global_trunk_[std::size_t{i} * groups_ + j] = trunk;
      global_trunk_[std::size_t{j} * groups_ + i] = trunk;
      trunks_.push_back({gateway(i, j), gateway(j, i), network.bandwidth, network.latency / 2});
    }
  }
  for (std::uint32_t host = 0; host < layout.hosts().size(); ++host)
    switch_of_host_.push_back(host / network.nodes_per_router);
}

void DragonflyNetwork::join(std::uint32_t a, std::uint32_t b, const NetworkSpec& network) {
  const auto trunk = static_cast<std::uint32_t>(trunks_.size());
  trunks_.push_back({a, b, network.bandwidth, network.latency / 2});
  trunk_to_[a].push_back({b, trunk});
  trunk_to_[b].push_back({a, trunk});
}

void DragonflyNetwork::append_route(std::uint32_t from, std::uint32_t to, Route& route) const {
  const std::uint32_t here = place_of(from).group;
  const std::uint32_t there = place_of(to).group;
  if (here == there) {
    append_within_group(from, to, route);
    return;
  }
  append_within_group(from, gateway(here, there), route);
  route.push_back({global_trunk_[std::size_t{here} * groups_ + there], here < there});
  append_within_group(gateway(there, here), to, route);
}

void DragonflyNetwork::append_within_group(std::uint32_t from, std::uint32_t to,
                                           Route& route) const {
  const Place source = place_of(from);
  const Place target = place_of(to);
  const std::uint32_t turn = router_at({source.group, source.chassis, target.slot});
  if (turn != from) route.push_back(hop(from, turn));
  if (turn != to) route.push_back(hop(turn, to));
}

Hop DragonflyNetwork::hop(std::uint32_t from, std::uint32_t to) const {
  for (const auto& [router, trunk] : trunk_to_[from])
    if (router == to) return {trunk, trunks_[trunk].a == from};
  PSGRID_CHECK(false, "a link between the two routers");
}

}  // namespace psgrid::sim
