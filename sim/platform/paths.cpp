#include "sim/platform/paths.hpp"

#include <unordered_map>

#include "sim/simgrid_compat.hpp"

namespace psgrid::sim {
namespace {

namespace s4u = simgrid::s4u;

using Numbers = std::vector<std::uint32_t>;

class SwitchedPaths final : public Paths {
 public:
  SwitchedPaths(const SwitchedNetwork& network, const HostLayout& layout)
      : network_(network), first_trunk_(static_cast<std::uint32_t>(2 * layout.hosts().size())) {
    links_.reserve(first_trunk_ + 2 * network.trunks().size());
    for (const HostPlan& host : layout.hosts())
      links_.insert(links_.end(), 2, DirectedLink{host.bandwidth, host.latency});
    for (const Trunk& trunk : network.trunks())
      links_.insert(links_.end(), 2, DirectedLink{trunk.bandwidth, trunk.latency});
  }

  std::span<const std::uint32_t> between(HostIndex from, HostIndex to) override {
    path_.clear();
    if (from == to) return path_;
    route_.clear();
    network_.append_route(network_.switch_of(from), network_.switch_of(to), route_);
    path_.push_back(2 * from.value);
    for (const Hop& hop : route_)
      path_.push_back(first_trunk_ + 2 * hop.trunk + (hop.forward ? 0 : 1));
    path_.push_back(2 * to.value + 1);
    return path_;
  }

 private:
  const SwitchedNetwork& network_;
  std::uint32_t first_trunk_;
  Route route_;
  Numbers path_;
};

class SimgridPaths final : public Paths {
 public:
  explicit SimgridPaths(const Platform& platform) : platform_(platform) {}

  std::span<const std::uint32_t> between(HostIndex from, HostIndex to) override {
    const auto [entry, is_new] = routes_.try_emplace(std::uint64_t{from.value} << 32 | to.value);
    if (is_new && from != to) {
      std::vector<s4u::Link*> route;
      double latency = 0;
      platform_.host(from)->route_to(platform_.host(to), route, &latency);
      for (const s4u::Link* link : route) entry->second.push_back(number_of(link));
    }
    return entry->second;
  }

 private:
  std::uint32_t number_of(const s4u::Link* link) {
    const auto [entry, is_new] = numbers_.try_emplace(link, links());
    if (is_new) links_.push_back({link->get_bandwidth(), link->get_latency(), link->is_shared()});
    return entry->second;
  }

  const Platform& platform_;
  std::unordered_map<const s4u::Link*, std::uint32_t> numbers_;
  std::unordered_map<std::uint64_t, Numbers> routes_;  // by hosts, once asked for
};

}  // namespace

std::unique_ptr<Paths> make_paths(const SwitchedNetwork& network, const HostLayout& layout) {
  return std::make_unique<SwitchedPaths>(network, layout);
}

std::unique_ptr<Paths> make_paths(const Platform& platform) {
  if (platform.switched_network() != nullptr)
    return make_paths(*platform.switched_network(), platform.layout());
  return std::make_unique<SimgridPaths>(platform);
}

}  // namespace psgrid::sim
