// A dragonfly (Kim et al., "Technology-driven, highly-scalable dragonfly topology", ISCA 2008) with
// the two-level groups of the Cray XC: chassis of routers.
#pragma once

#include <cstdint>

#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

// Within a group, the routers of a chassis are joined to each other, and so are the routers in the
// same place of all its chassis. One link joins each pair of groups, i and j: between router j of
// group i and router i of group j (modulo the routers of a group). Every link has the network's
// bandwidth and half of its latency. Hosts fill the routers in node order.
//
// Routes are minimal and take at most one link between groups; within a group they change the place
// in the chassis first, then the chassis.
class DragonflyNetwork final : public SwitchedNetwork {
 public:
  DragonflyNetwork(const NetworkSpec& network, const HostLayout& layout);

  void append_route(std::uint32_t from, std::uint32_t to, Route& route) const override;

 private:
  struct Place {
    std::uint32_t group, chassis, slot;
  };

  std::uint32_t group_size() const { return chassis_ * slots_; }
  std::uint32_t router_at(Place place) const {
    return (place.group * chassis_ + place.chassis) * slots_ + place.slot;
  }
  Place place_of(std::uint32_t router) const {
    return {router / group_size(), router / slots_ % chassis_, router % slots_};
  }
  // The router of `group` that holds the link to `other`.
  std::uint32_t gateway(std::uint32_t group, std::uint32_t other) const {
    return group * group_size() + other % group_size();
  }

  void join(std::uint32_t a, std::uint32_t b, const NetworkSpec& network);
  Hop hop(std::uint32_t from, std::uint32_t to) const;
  void append_within_group(std::uint32_t from, std::uint32_t to, Route& route) const;

  std::uint32_t groups_, chassis_, slots_;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> trunk_to_;  // (router, trunk)
  std::vector<std::uint32_t> global_trunk_;  // by group * groups_ + group
};

}  // namespace psgrid::sim
