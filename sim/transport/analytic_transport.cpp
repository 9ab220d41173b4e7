#include "sim/transport/analytic_transport.hpp"

#include <simgrid/s4u/Engine.hpp>

#include "sim/engine_config.hpp"
#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

AnalyticTransport::AnalyticTransport(const ClusterSpec& cluster) {
  own_layout_ = std::make_unique<HostLayout>(cluster);
  network_ = make_switched_network(cluster, *own_layout_);
  if (network_) {
    layout_ = own_layout_.get();
    links_.emplace(make_paths(*network_, *own_layout_), cluster.network);
    return;
  }
  int argc = 1;
  char name[] = "psgrid";
  char* argv[] = {name, nullptr};
  engine_ = std::make_unique<simgrid::s4u::Engine>(&argc, argv);
  configure_engine(cluster.network);
  platform_ = std::make_unique<Platform>(cluster);
  layout_ = &platform_->layout();
  links_.emplace(make_paths(*platform_), cluster.network);
}

AnalyticTransport::~AnalyticTransport() = default;

void AnalyticTransport::run(Agenda& agenda, TransportUser& user) {
  bool go_on = true;
  while (go_on) {
    const Time scheduled = agenda.next_time();
    if (scheduled <= links_->next_time()) {
      if (scheduled == Time::never()) return;
      go_on = user.on_event(scheduled);
    } else {
      links_->step([&](Time now, TransferId transfer) {
        if (go_on) go_on = user.on_arrival(now, transfer);
      });
    }
  }
}

}  // namespace psgrid::sim
