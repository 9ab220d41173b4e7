// Sharing "analytic": all messages over links that are shared by formula, some ten times faster
// than SimGrid's solver. Routes are those of the platform; SimGrid is asked for them only where it
// decides them.
#pragma once

#include <memory>
#include <optional>

#include <simgrid/forward.h>

#include "sim/transport/analytic_links.hpp"
#include "sim/transport/transport.hpp"

namespace psgrid::sim {

class AnalyticTransport final : public Transport {
 public:
  explicit AnalyticTransport(const ClusterSpec& cluster);
  ~AnalyticTransport() override;

  const HostLayout& layout() const override { return *layout_; }
  void send(Time now, HostIndex from, HostIndex to, Bytes size, TransferId transfer) override {
    links_->send(now, from, to, size, transfer);
  }
  void run(Agenda& agenda, TransportUser& user) override;

 private:
  const HostLayout* layout_ = nullptr;
  // Either without SimGrid ...
  std::unique_ptr<HostLayout> own_layout_;
  std::unique_ptr<SwitchedNetwork> network_;
  // ... or with it.
  std::unique_ptr<simgrid::s4u::Engine> engine_;
  std::unique_ptr<Platform> platform_;

  std::optional<AnalyticLinks> links_;
};

}  // namespace psgrid::sim
