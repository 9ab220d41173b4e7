// Messages over links that are shared by formula (shared_links.hpp), without SimGrid's solver.
//
// Exact where one link at a time limits a message, as in a star; some ten times faster than the
// solver. Routes are those of the platform; SimGrid is asked for them only where it decides them.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include <simgrid/forward.h>

#include "sim/platform/paths.hpp"
#include "sim/transport/shared_links.hpp"
#include "sim/transport/transport.hpp"

namespace psgrid::sim {

class AnalyticTransport final : public Transport {
 public:
  explicit AnalyticTransport(const ClusterSpec& cluster);
  ~AnalyticTransport() override;

  const HostLayout& layout() const override { return *layout_; }
  void send(Time now, HostIndex from, HostIndex to, Bytes size, TransferId transfer) override;
  void run(Agenda& agenda, TransportUser& user) override;

 private:
  struct Route {
    std::vector<std::uint32_t> links;
    double latency = 0;
  };

  const Route& route(HostIndex from, HostIndex to);
  void add_new_links();

  const HostLayout* layout_ = nullptr;
  // Either without SimGrid ...
  std::unique_ptr<HostLayout> own_layout_;
  std::unique_ptr<SwitchedNetwork> network_;
  // ... or with it.
  std::unique_ptr<simgrid::s4u::Engine> engine_;
  std::unique_ptr<Platform> platform_;

  std::unique_ptr<Paths> paths_;
  bool is_star_ = false;
  SharedLinks links_;
  std::uint32_t links_added_ = 0;
  std::unordered_map<std::uint64_t, Route> routes_;  // by pair of hosts; unused in a star
};

}  // namespace psgrid::sim
