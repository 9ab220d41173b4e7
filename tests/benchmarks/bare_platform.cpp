#include "tests/benchmarks/bare_platform.hpp"

#include <string>

#include <simgrid/version.h>
#include <xbt/log.h>

#include "sim/simgrid_compat.hpp"

namespace psgrid::benchmarks {

namespace s4u = simgrid::s4u;

void use_exact_network_model() {
  xbt_log_control_set("root.thresh:critical");
  s4u::Engine::set_config("network/model:CM02");
  s4u::Engine::set_config("network/crosstraffic:no");
  s4u::Engine::set_config("network/TCP-gamma:1e15");
}

namespace {

s4u::NetZone* make_outermost_star() {
#if SIMGRID_VERSION >= 40000
  return sim::compat::add_star_zone(sim::compat::root(), "star");
#else
  return s4u::create_star_zone("star");
#endif
}

}  // namespace

BarePlatform build_bare_platform(const Pattern& pattern) {
  auto* star = make_outermost_star();
  auto add_link = [&](const std::string& name) {
    auto* link = sim::compat::add_link(star, name, pattern.bandwidth);
    link->set_latency(pattern.latency / 2);
    return link;
  };
  auto add_host = [&](const std::string& name) {
    auto* host = sim::compat::add_host(star, name, 1e9);
    sim::compat::connect(star, host, add_link(name + "-up"), add_link(name + "-down"));
    return host;
  };
  BarePlatform platform;
  for (std::size_t i = 0; i < pattern.workers; ++i)
    platform.workers.push_back(add_host("worker-" + std::to_string(i)));
  for (std::size_t i = 0; i < pattern.servers; ++i)
    platform.servers.push_back(add_host("server-" + std::to_string(i)));
  star->seal();
  return platform;
}

}  // namespace psgrid::benchmarks
