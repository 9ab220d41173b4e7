#include "scenarios/explore/tolerance.hpp"

#include <algorithm>
#include <vector>

#include "analysis/promises/fault_times.hpp"

namespace psgrid::scenarios {

namespace {

// A time in which a node may not be able to do its part, or has lost its memory.
struct Outage {
  NodeId node;
  double begin = 0, end = 0;
  bool loses_memory = false;
};

struct Interval {
  double begin = 0, end = 0;
};

class Tolerance {
 public:
  explicit Tolerance(const RunSpec& run)
      : run_(run),
        lease_(run.detection.lease.seconds),
        // A state is copied piece by piece, each answered within a heartbeat if nothing is lost.
        settling_(lease_ + 10 * run.detection.heartbeat.seconds + 0.05) {
    const analysis::FaultTimes times(run);
    for (const analysis::FaultSpan& span : times.spans())
      is_of_links(span.fault->kind) ? add_link(span) : add_nodes(span);
  }

  bool holds() const {
    return std::all_of(outages_.begin(), outages_.end(), [&](const Outage& outage) {
      return !outage.loses_memory || out_with(outage) <= tolerated(outage.node.role);
    });
  }

 private:
  void add_nodes(const analysis::FaultSpan& span) {
    const FaultKind kind = span.fault->kind;
    const bool crashes = kind == FaultKind::kCrash;
    const double begin = span.begin.seconds, end = span.end.seconds;
    if (!crashes && (kind != FaultKind::kPause || end - begin <= lease_ / 2)) return;
    for (NodeId node : nodes_of(span.fault->nodes)) {
      outages_.push_back({node, begin, end, crashes});
      if (node.role != Role::kManager) continue;
      // Nobody may lead until another is elected; and the one manager, when it goes on, has heard
      // nobody for a long time.
      hindered_.push_back({begin, end + 3 * lease_});
      if (run_.cluster.managers == 1) add_all_servers({begin, end});
    }
  }

  void add_all_servers(Interval when) {
    for (std::uint32_t rank = 0; rank < run_.cluster.servers; ++rank)
      outages_.push_back({server_id(rank), when.begin, when.end, false});
  }

  void add_link(const analysis::FaultSpan& span) {
    const FaultSpec& fault = *span.fault;
    if (fault.kind == FaultKind::kReset) return;
    bool hinders =
        hits(fault, Role::kServer, Role::kServer) || hits(fault, Role::kManager, Role::kManager);
    for (std::uint32_t rank = 0; rank < run_.cluster.servers; ++rank) {
      if (!hits(fault, Role::kManager, server_id(rank))) continue;
      outages_.push_back({server_id(rank), span.begin.seconds, span.end.seconds, false});
      hinders = true;
    }
    if (hinders) hindered_.push_back({span.begin.seconds, span.end.seconds});
  }

  // Whether it is between a node and another of a role, or between any of two roles.
  bool hits(const FaultSpec& fault, Role role, NodeId node) const {
    for (std::uint32_t rank = 0; rank < count_of(run_.cluster, role); ++rank) {
      const NodeId other{role, rank};
      if (other != node && (is_between(fault, other, node) || is_between(fault, node, other)))
        return true;
    }
    return false;
  }
  bool hits(const FaultSpec& fault, Role one, Role other) const {
    for (std::uint32_t rank = 0; rank < count_of(run_.cluster, other); ++rank)
      if (hits(fault, one, {other, rank})) return true;
    return false;
  }

  // Until when a node that was out may not know again what it has to: copies take longer where
  // messages among servers and managers are lost or late, and where no manager leads.
  double settled(const Outage& outage) const {
    double end = outage.end + settling_;
    for (bool moved = true; moved;) {
      moved = false;
      for (const Interval& hinder : hindered_) {
        if (hinder.begin >= end || hinder.end <= outage.begin || hinder.end + settling_ <= end)
          continue;
        end = hinder.end + settling_;
        moved = true;
      }
    }
    return end;
  }

  // Nodes of its role that may be out at the same time as this one, itself included.
  std::uint32_t out_with(const Outage& crash) const {
    std::uint32_t out = 0;
    for (std::uint32_t rank = 0; rank < count_of(run_.cluster, crash.node.role); ++rank)
      out += std::any_of(outages_.begin(), outages_.end(), [&](const Outage& other) {
        return other.node == NodeId{crash.node.role, rank} && other.begin < settled(crash) &&
               crash.begin < settled(other);
      });
    return out;
  }

  std::uint32_t tolerated(Role role) const {
    if (role == Role::kServer) return run_.replication.factor - 1;
    return role == Role::kManager ? (run_.cluster.managers - 1) / 2 : run_.cluster.workers;
  }

  const RunSpec& run_;
  const double lease_, settling_;
  std::vector<Outage> outages_;
  std::vector<Interval> hindered_;
};

}  // namespace

bool is_tolerated(const RunSpec& run) { return Tolerance(run).holds(); }

}  // namespace psgrid::scenarios
