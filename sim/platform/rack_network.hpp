// Racks of hosts around one core switch; a single rack without a core is a star.
#pragma once

#include <cstdint>

#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

// Hosts are dealt to racks in blocks of equal size (to within one), in node order. A rack's uplink
// has the sum of its hosts' bandwidths divided by the oversubscription; a message between two racks
// crosses the uplinks of both, each with half of rack_latency.
class RackNetwork final : public SwitchedNetwork {
 public:
  RackNetwork(const NetworkSpec& network, const HostLayout& layout);

  void append_route(std::uint32_t from, std::uint32_t to, Route& route) const override;
};

// All hosts on one switch that never limits anything.
class StarNetwork final : public SwitchedNetwork {
 public:
  explicit StarNetwork(const HostLayout& layout);

  void append_route(std::uint32_t, std::uint32_t, Route&) const override {}
};

}  // namespace psgrid::sim
