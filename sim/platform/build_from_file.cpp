#include <exception>
#include <memory>
#include <unordered_map>

#include "sim/platform/build.hpp"
#include "sim/platform/platform.hpp"
#include "sim/platform/platform_file.hpp"
#include "sim/simgrid_compat.hpp"

namespace psgrid::sim {
namespace {

namespace s4u = simgrid::s4u;

// Every host of the file, in the order in which SimGrid creates them, which is the file's.
Hosts load(const std::string& path) {
  // SimGrid keeps the callback for good.
  const auto hosts = std::make_shared<Hosts>();
  s4u::Host::on_creation_cb([hosts](s4u::Host& host) { hosts->push_back(&host); });
  s4u::Engine::get_instance()->load_platform(path);
  s4u::Engine::get_instance()->seal_platform();  // SimGrid crashes on routes of unsealed zones
  return *hosts;
}

void check_route(const s4u::Host* from, const s4u::Host* to) {
  std::vector<s4u::Link*> links;
  double latency = 0;
  from->route_to(to, links, &latency);
  if (links.empty() && latency == 0)
    throw PlatformFailure("the platform file has no route from host \"" + from->get_name() +
                          "\" to host \"" + to->get_name() + "\"");
}

// Between servers or managers and everyone, in both directions.
void check_routes(const Hosts& hosts, const HostLayout& layout) {
  constexpr std::size_t kRoutesMax = 1u << 18;  // a second or so
  std::size_t checked = 0;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (layout.hosts()[i].workers_only) continue;
    for (std::size_t j = 0; j < hosts.size() && checked < kRoutesMax; ++j) {
      if (j == i) continue;
      check_route(hosts[i], hosts[j]);
      check_route(hosts[j], hosts[i]);
      checked += 2;
    }
  }
}

Hosts build_assigned(const NetworkSpec& network, const HostLayout& layout) {
  const Hosts all = load(network.platform_file);
  std::vector<std::string> names;
  std::unordered_map<std::string, s4u::Host*> by_name;
  for (s4u::Host* host : all) {
    names.push_back(host->get_cname());
    by_name[host->get_cname()] = host;
  }
  const HostAssignment assignment = assign_hosts(network, layout, names);
  if (!assignment.errors.empty()) throw PlatformFailure(assignment.errors.front().message);
  Hosts hosts;
  for (const std::string& name : assignment.names) hosts.push_back(by_name.at(name));
  check_routes(hosts, layout);
  return hosts;
}

}  // namespace

Hosts build_from_file(const NetworkSpec& network, const HostLayout& layout) {
  try {
    return build_assigned(network, layout);
  } catch (const PlatformFailure&) {
    throw;
  } catch (const std::exception& error) {
    throw PlatformFailure("SimGrid cannot load the platform file \"" + network.platform_file +
                          "\": " + error.what());
  }
}

}  // namespace psgrid::sim
