// A network of switches with hosts plugged into them: star, racks, dragonfly and graph. Plain
// geometry without SimGrid: both the simulated platform and the analytic transfer mode follow it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/cluster_spec.hpp"
#include "model/host_layout.hpp"

namespace psgrid::sim {

// A full-duplex link between two switches.
struct Trunk {
  std::uint32_t a = 0, b = 0;  // switches
  double bandwidth = 0;        // bytes per second, each direction
  double latency = 0;          // seconds, one way
};

// One trunk of a route, crossed from a to b or from b to a.
struct Hop {
  std::uint32_t trunk = 0;
  bool forward = true;
  bool operator==(const Hop&) const = default;
};

using Route = std::vector<Hop>;

// A message crosses the sender's own link, the route between the two switches and the receiver's
// own link (HostPlan gives the bandwidth and latency of hosts' own links).
class SwitchedNetwork {
 public:
  virtual ~SwitchedNetwork() = default;

  std::uint32_t switches() const { return static_cast<std::uint32_t>(names_.size()); }
  const std::string& name(std::uint32_t network_switch) const { return names_[network_switch]; }
  std::uint32_t switch_of(HostIndex host) const { return switch_of_host_[host.value]; }
  const std::vector<Trunk>& trunks() const { return trunks_; }

  // Appends the trunks from one switch to another, in order; none if they are the same. Requires
  // that both have hosts.
  virtual void append_route(std::uint32_t from, std::uint32_t to, Route& route) const = 0;

  Route route(std::uint32_t from, std::uint32_t to) const {
    Route result;
    append_route(from, to, result);
    return result;
  }

 protected:
  std::vector<std::string> names_;
  std::vector<std::uint32_t> switch_of_host_;  // by HostIndex
  std::vector<Trunk> trunks_;
};

// Null for topologies whose routes SimGrid decides: fat tree, torus and platform files. Requires a
// cluster in which check_platform() finds no error.
std::unique_ptr<SwitchedNetwork> make_switched_network(const ClusterSpec& cluster,
                                                       const HostLayout& layout);

}  // namespace psgrid::sim
