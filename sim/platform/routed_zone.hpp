// The SimGrid zone of a switched network.
#pragma once

#include <memory>
#include <vector>

#include "sim/platform/build.hpp"
#include "sim/platform/paths.hpp"
#include "sim/simgrid_compat.hpp"

namespace psgrid::sim {

// A flat zone of hosts whose routes are those of `Paths`. SimGrid's own zones for general networks
// keep a table of all routes, or look for one among all zones each time; this one computes routes
// as messages need them, so there are no limits to the number of hosts and switches, and analysis
// and simulation cannot disagree. No route crosses a link that all flows share: even an infinitely
// fast one would couple them all in SimGrid's bandwidth solver.
//
// SimGrid owns zones and deletes them with its engine.
class RoutedZone final : public simgrid::kernel::routing::NetZoneImpl {
 public:
  // An outermost zone. `paths` counts hosts and trunks as make_paths() for a SwitchedNetwork does.
  static Hosts build(std::unique_ptr<Paths> paths, const SwitchedNetwork& network,
                     const HostLayout& layout);

 protected:
  void get_local_route(const simgrid::kernel::routing::NetPoint* from,
                       const simgrid::kernel::routing::NetPoint* to,
                       simgrid::kernel::routing::Route* into, double* latency) override;

 private:
  explicit RoutedZone(std::unique_ptr<Paths> paths);

  void add_link(const std::string& name, const DirectedLink& link);

  std::unique_ptr<Paths> paths_;
  std::vector<simgrid::s4u::Link*> links_;  // by number in paths_
};

}  // namespace psgrid::sim
