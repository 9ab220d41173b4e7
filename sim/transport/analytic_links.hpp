// The links of a cluster, shared by formula (shared_links.hpp): messages from host to host without
// SimGrid's solver. Exact where one link at a time limits a message, nearly so in a star.
//
// Of network model LV08 it takes the factors on latency and bandwidth, but neither a flow's limit
// by latency nor the advantage of short routes.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "model/cluster_spec.hpp"
#include "model/host_layout.hpp"
#include "model/ids.hpp"
#include "sim/platform/paths.hpp"
#include "sim/transport/shared_links.hpp"

namespace psgrid::sim {

// What SimGrid's network models multiply latencies by.
double latency_factor(NetworkModel model);

class AnalyticLinks {
 public:
  AnalyticLinks(std::unique_ptr<Paths> paths, const NetworkSpec& network);

  // Requires different hosts. `tag` is handed back on arrival.
  void send(Time now, HostIndex from, HostIndex to, Bytes size, std::uint32_t tag);

  Time next_time() const { return {links_.next_time()}; }

  // Handles the earliest event and calls deliver(Time, tag) for each message that arrives by it.
  template <class Deliver>
  void step(Deliver&& deliver) {
    links_.step([&](double now, std::uint32_t tag) { deliver(Time{now}, tag); });
  }

 private:
  struct Way {
    std::vector<SharedLinks::LinkId> links;
    double latency = 0;
  };

  const Way& way(HostIndex from, HostIndex to);
  void add_new_links();

  std::unique_ptr<Paths> paths_;
  const bool is_star_;
  const double latency_factor_, bandwidth_factor_;
  SharedLinks links_;
  std::uint32_t links_added_ = 0;
  std::unordered_map<std::uint64_t, Way> ways_;  // by pair of hosts; unused in a star
};

}  // namespace psgrid::sim
