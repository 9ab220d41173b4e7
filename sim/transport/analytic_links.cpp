#include "sim/transport/analytic_links.hpp"

#include <utility>

namespace psgrid::sim {

namespace {

// What SimGrid's LV08 multiplies by (Velho and Legrand 2009).
constexpr double kLv08LatencyFactor = 13.01;
constexpr double kLv08BandwidthFactor = 0.97;

}  // namespace

double latency_factor(NetworkModel model) {
  return model == NetworkModel::kLv08 ? kLv08LatencyFactor : 1;
}

AnalyticLinks::AnalyticLinks(std::unique_ptr<Paths> paths, const NetworkSpec& network)
    : paths_(std::move(paths)),
      is_star_(network.topology == Topology::kStar),
      latency_factor_(latency_factor(network.model)),
      bandwidth_factor_(network.model == NetworkModel::kLv08 ? kLv08BandwidthFactor : 1) {
  add_new_links();
}

void AnalyticLinks::add_new_links() {
  for (; links_added_ < paths_->links(); ++links_added_)
    links_.add_link(bandwidth_factor_ * paths_->link(links_added_).bandwidth);
}

const AnalyticLinks::Way& AnalyticLinks::way(HostIndex from, HostIndex to) {
  const std::uint64_t pair = (std::uint64_t{from.value} << 32) | to.value;
  const auto [place, is_new] = ways_.try_emplace(pair);
  Way& way = place->second;
  if (!is_new) return way;
  for (std::uint32_t link : paths_->between(from, to)) {
    way.latency += latency_factor_ * paths_->link(link).latency;
    // A fat pipe gives everyone its whole bandwidth: it delays, and limits nobody we know of.
    if (paths_->link(link).shared) way.links.push_back(link);
  }
  add_new_links();
  return way;
}

void AnalyticLinks::send(Time now, HostIndex from, HostIndex to, Bytes size, std::uint32_t tag) {
  const auto bytes = static_cast<double>(size.count);
  if (is_star_) {
    const SharedLinks::LinkId links[] = {2 * from.value, 2 * to.value + 1};
    const double latency =
        latency_factor_ * (paths_->link(links[0]).latency + paths_->link(links[1]).latency);
    return links_.send(now.seconds, links, latency, bytes, tag);
  }
  const Way& route = way(from, to);
  links_.send(now.seconds, route.links, route.latency, bytes, tag);
}

}  // namespace psgrid::sim
