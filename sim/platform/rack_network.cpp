#include "sim/platform/rack_network.hpp"

namespace psgrid::sim {

RackNetwork::RackNetwork(const NetworkSpec& network, const HostLayout& layout) {
  const std::uint64_t hosts = layout.hosts().size();
  const std::uint32_t racks = network.racks;
  const std::uint32_t core = racks;
  for (std::uint32_t rack = 0; rack < racks; ++rack) {
    names_.push_back("rack" + std::to_string(rack));
    trunks_.push_back({rack, core, 0, network.rack_latency / 2});
  }
  names_.push_back("core");
  for (std::uint64_t host = 0; host < hosts; ++host) {
    const auto rack = static_cast<std::uint32_t>(host * racks / hosts);
    switch_of_host_.push_back(rack);
    trunks_[rack].bandwidth += layout.hosts()[host].bandwidth / network.oversubscription;
  }
}

void RackNetwork::append_route(std::uint32_t from, std::uint32_t to, Route& route) const {
  if (from == to) return;
  route.push_back({from, true});
  route.push_back({to, false});
}

StarNetwork::StarNetwork(const HostLayout& layout) {
  names_.push_back("switch");
  switch_of_host_.assign(layout.hosts().size(), 0);
}

}  // namespace psgrid::sim
