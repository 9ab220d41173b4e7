// Which links a message crosses: the network of a cluster as a table of one-way links.
//
// This is what the analytic transfer mode works on. Star, racks, dragonfly and graph need no
// SimGrid; for the others SimGrid's own routes are asked for, so that both agree.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/host_layout.hpp"
#include "sim/platform/platform.hpp"
#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

// One direction of a link.
struct DirectedLink {
  double bandwidth = 0;  // bytes per second
  double latency = 0;    // seconds
  bool shared = true;    // false: every message has the whole bandwidth (SimGrid's fat pipe)
};

class Paths {
 public:
  virtual ~Paths() = default;

  // The links from one host to another, in order, as numbers for link(); empty if the hosts are the
  // same. Valid until the next call.
  virtual std::span<const std::uint32_t> between(HostIndex from, HostIndex to) = 0;

  const DirectedLink& link(std::uint32_t number) const { return links_[number]; }

  // Numbers are below this; it may grow with calls of between().
  std::uint32_t links() const { return static_cast<std::uint32_t>(links_.size()); }

 protected:
  std::vector<DirectedLink> links_;
};

// Without SimGrid, and without a table of routes. Links 2h and 2h + 1 are the way up from host h
// and down to it; the trunks follow, forward and backward in turn. `network` must outlive this.
std::unique_ptr<Paths> make_paths(const SwitchedNetwork& network, const HostLayout& layout);

// For any topology. `platform` must outlive this.
std::unique_ptr<Paths> make_paths(const Platform& platform);

}  // namespace psgrid::sim
