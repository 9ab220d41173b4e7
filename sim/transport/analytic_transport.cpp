#include "sim/transport/analytic_transport.hpp"

#include <limits>

#include <simgrid/s4u/Engine.hpp>

#include "sim/engine_config.hpp"
#include "sim/platform/switched_network.hpp"

namespace psgrid::sim {

AnalyticTransport::AnalyticTransport(const ClusterSpec& cluster) {
  own_layout_ = std::make_unique<HostLayout>(cluster);
  network_ = make_switched_network(cluster, *own_layout_);
  if (network_) {
    layout_ = own_layout_.get();
    paths_ = make_paths(*network_, *own_layout_);
  } else {
    int argc = 1;
    char name[] = "psgrid";
    char* argv[] = {name, nullptr};
    engine_ = std::make_unique<simgrid::s4u::Engine>(&argc, argv);
    configure_engine(cluster.network);
    platform_ = std::make_unique<Platform>(cluster);
    layout_ = &platform_->layout();
    paths_ = make_paths(*platform_);
  }
  is_star_ = cluster.network.topology == Topology::kStar;
  add_new_links();
}

AnalyticTransport::~AnalyticTransport() = default;

void AnalyticTransport::add_new_links() {
  for (; links_added_ < paths_->links(); ++links_added_)
    links_.add_link(paths_->link(links_added_).bandwidth);
}

const AnalyticTransport::Route& AnalyticTransport::route(HostIndex from, HostIndex to) {
  const std::uint64_t pair = (std::uint64_t{from.value} << 32) | to.value;
  const auto [place, is_new] = routes_.try_emplace(pair);
  Route& route = place->second;
  if (!is_new) return route;
  for (std::uint32_t link : paths_->between(from, to)) {
    route.latency += paths_->link(link).latency;
    // A fat pipe gives everyone its whole bandwidth: it delays, and limits nobody we know of.
    if (paths_->link(link).shared) route.links.push_back(link);
  }
  add_new_links();
  return route;
}

void AnalyticTransport::send(Time now, HostIndex from, HostIndex to, Bytes size,
                             TransferId transfer) {
  const auto bytes = static_cast<double>(size.count);
  if (is_star_) {
    const std::uint32_t links[] = {2 * from.value, 2 * to.value + 1};
    const double latency = paths_->link(links[0]).latency + paths_->link(links[1]).latency;
    return links_.send(now.seconds, links, latency, bytes, transfer);
  }
  const Route& way = route(from, to);
  links_.send(now.seconds, way.links, way.latency, bytes, transfer);
}

void AnalyticTransport::run(Agenda& agenda, TransportUser& user) {
  bool go_on = true;
  while (go_on) {
    const double scheduled = agenda.next_time().seconds;
    const double arriving = links_.next_time();
    if (scheduled <= arriving) {
      if (scheduled == std::numeric_limits<double>::infinity()) return;
      go_on = user.on_event({scheduled});
    } else {
      links_.step([&](double now, TransferId transfer) {
        if (go_on) go_on = user.on_arrival({now}, transfer);
      });
    }
  }
}

}  // namespace psgrid::sim
