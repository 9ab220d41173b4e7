// What a scenario says about faults: at which moment which machine or link fails, and how. Plain
// structs, checked by the loader before anything runs. Seconds.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "model/cluster_spec.hpp"

namespace psgrid {

enum class FaultKind {
  kCrash,           // the nodes are gone, with all they knew
  kRestart,         // nodes that crashed are started anew
  kRestartCluster,  // all nodes are gone, and are started from the last checkpoint, at `until`
  kPause,           // the nodes stand still and notice nothing; what reaches them waits
  kResume,
  kJoin,   // the nodes are started only now
  kLeave,  // they hand over what they hold, and go
  kSlow,   // their computations take `factor` times as long
  kReset,  // what is under way from `nodes` to `to` is lost
  kLink,   // messages from `nodes` to `to` suffer from `link`
};

// What a link does to messages that are sent while the condition lasts.
struct LinkCondition {
  bool down = false;     // all are lost
  double delay = 0;      // each takes so much longer
  double loss = 0;       // probability of each to be lost
  double duplicate = 0;  // probability of each to arrive twice
  double reorder = 0;    // probability of each to be held back, for a time in (0, reorder_time)
  double reorder_time = 0.01;
  double corrupt = 0;  // probability of each copy to be damaged: it is refused where it arrives
  double rate = 0;     // bytes per second at most, one message after the other; 0: no limit
  bool operator==(const LinkCondition&) const = default;
};

struct FaultSpec {
  double at = 0;
  FaultKind kind = FaultKind::kCrash;
  NodeSelector nodes;
  NodeSelector to;         // kReset, kLink: every node if empty
  bool both_ways = false;  // kReset, kLink: likewise from `to` to `nodes`
  // kPause, kSlow, kLink, kRestartCluster
  double until = std::numeric_limits<double>::infinity();
  double factor = 1;         // kSlow
  bool memory_kept = false;  // kRestart
  LinkCondition link;        // kLink
};

inline bool is_of_cluster(FaultKind kind) { return kind == FaultKind::kRestartCluster; }

// Whether it hits messages between nodes, not nodes.
inline bool is_of_links(FaultKind kind) {
  return kind == FaultKind::kReset || kind == FaultKind::kLink;
}

// The straggler models of a scenario, and those that its kSlow faults amount to.
std::vector<StragglerSpec> with_slow_faults(std::vector<StragglerSpec> stragglers,
                                            const std::vector<FaultSpec>& faults);

// The lines of a run's events: "crash", "pause", ... and, for example, "factor 4, for 3 s".
const char* fault_name(const FaultSpec& fault);
std::string fault_detail(const FaultSpec& fault);

// Whether a fault of links is one of messages from one node to the other.
bool is_between(const FaultSpec& fault, NodeId from, NodeId to);

// Whether a node is not there from the start.
bool joins_later(const std::vector<FaultSpec>& faults, NodeId node);

// Whether a node that crashes at a time will be restarted with what it had.
bool keeps_memory(const std::vector<FaultSpec>& faults, NodeId node, double crashed_at);
bool any_keeps_memory(const std::vector<FaultSpec>& faults);

// Whether it has been told to leave by then.
bool has_left(const std::vector<FaultSpec>& faults, NodeId node, double now);

// Whether a node that is down, stands still or is cut off from all managers at a time will be so for
// ever.
bool is_gone_for_good(const std::vector<FaultSpec>& faults, NodeId node, std::uint32_t managers,
                      double now);

// Every node that a selector names, in its order.
std::vector<NodeId> nodes_of(const NodeSelector& selector);

}  // namespace psgrid
