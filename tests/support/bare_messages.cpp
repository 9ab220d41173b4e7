#include "tests/support/bare_messages.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <simgrid/s4u.hpp>

#include "sim/engine_config.hpp"
#include "sim/platform/paths.hpp"
#include "sim/platform/platform.hpp"
#include "tests/support/in_child.hpp"

namespace psgrid::testing {
namespace {

namespace s4u = simgrid::s4u;

std::string simulate(const ClusterSpec& cluster, const std::vector<Transfer>& transfers) {
  s4u::Engine engine("test");
  sim::configure_engine(cluster.network);
  const sim::Platform platform(cluster);
  std::vector<double> ends(transfers.size());
  std::vector<s4u::CommPtr> comms;
  for (std::size_t i = 0; i < transfers.size(); ++i) {
    const Transfer& transfer = transfers[i];
    comms.push_back(
        s4u::Comm::sendto_init(platform.host_of(transfer.from), platform.host_of(transfer.to)));
    comms.back()->set_payload_size(transfer.bytes);
    comms.back()->start();
  }
  engine.run();
  std::ostringstream text;
  text.precision(17);
  for (const s4u::CommPtr& comm : comms) text << comm->get_finish_time() << ' ';
  return text.str();
}

// SimGrid adds the latencies of a route in its own order.
constexpr double kRounding = 1e-15;

struct RouteSummary {
  double latency = 0;
  double bandwidth = std::numeric_limits<double>::infinity();
};

std::string compare_paths(const ClusterSpec& cluster) {
  s4u::Engine engine("test");
  sim::configure_engine(cluster.network);
  const sim::Platform platform(cluster);
  const auto paths = sim::make_paths(platform);
  const auto hosts = static_cast<std::uint32_t>(platform.layout().hosts().size());
  for (std::uint32_t from = 0; from < hosts; ++from) {
    for (std::uint32_t to = 0; to < hosts; ++to) {
      if (from == to) continue;
      RouteSummary ours, theirs;
      for (const std::uint32_t number : paths->between(HostIndex{from}, HostIndex{to})) {
        ours.latency += paths->link(number).latency;
        ours.bandwidth = std::min(ours.bandwidth, paths->link(number).bandwidth);
      }
      std::vector<s4u::Link*> links;
      platform.host({from})->route_to(platform.host({to}), links, &theirs.latency);
      for (const s4u::Link* link : links)
        theirs.bandwidth = std::min(theirs.bandwidth, link->get_bandwidth());
      if (std::abs(ours.latency - theirs.latency) > kRounding || ours.bandwidth != theirs.bandwidth)
        return "from host " + std::to_string(from) + " to host " + std::to_string(to);
    }
  }
  return "";
}

}  // namespace

std::vector<double> finish_times(const ClusterSpec& cluster,
                                 const std::vector<Transfer>& transfers) {
  const ChildOutcome child = in_child([&] { return simulate(cluster, transfers); });
  EXPECT_EQ(child.exit_code, 0) << child.errors;
  std::istringstream text(child.result);
  std::vector<double> times;
  for (double time = 0; text >> time;) times.push_back(time);
  times.resize(transfers.size(), std::numeric_limits<double>::quiet_NaN());
  return times;
}

double message_seconds(const ClusterSpec& cluster, NodeId from, NodeId to, std::uint64_t bytes) {
  return finish_times(cluster, {{from, to, bytes}}).front();
}

void expect_paths_agree_with_simgrid(const ClusterSpec& cluster) {
  const ChildOutcome child = in_child([&] { return compare_paths(cluster); });
  EXPECT_EQ(child.exit_code, 0) << child.errors;
  EXPECT_EQ(child.result, "");
}

}  // namespace psgrid::testing
