// The logs of replicas, put together from what each has applied.
//
// A digest stands for an entry and all before it, so equal digests are equal logs. Which entry came
// before another is known from any replica that applied both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/promises/history.hpp"

namespace psgrid::analysis {

struct LogEntry {
  std::uint64_t sequence = 0;
  NodeId worker;
  RequestId push;  // 0: not a push of one worker
  Place first = kNever;
};

class Logs {
 public:
  explicit Logs(const History& history);

  // The log that ends with an entry, oldest first; only its end if the beginning is unknown.
  std::vector<LogEntry> log(std::uint32_t shard, std::uint64_t digest) const;

  // What a server had applied last when the run ended; nothing if that is not known.
  struct Last {
    std::uint64_t sequence = 0;
    std::uint64_t digest = 0;
  };
  std::optional<Last> last(NodeId server, std::uint32_t shard) const;

  // Two replicas of a shard that applied different entries at one place, or a replica that was
  // ahead of the one before it in the chain.
  struct Disorder {
    Place at = 0;
    std::uint32_t shard = 0;
    std::uint64_t sequence = 0;
    NodeId server, other;
    bool differs = false;  // else it was ahead
  };
  const std::vector<Disorder>& disorders() const { return disorders_; }

 private:
  struct Node {
    LogEntry entry;
    std::optional<std::uint64_t> before;  // digest
  };
  // What is known of a replica's log; broken off where it took over a state.
  struct Replica {
    std::uint32_t incarnation = 0;
    std::map<std::uint64_t, std::uint64_t> digests;  // by sequence
  };

  void install(const TrailRecord& record, const ViewInstalled& view);
  void apply(Place place, const TrailRecord& record, const EntryApplied& applied);
  void compare_with_predecessor(Place place, NodeId server, const EntryApplied& applied);

  const History& history_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Node> nodes_;  // by shard and digest
  std::map<std::pair<NodeId, std::uint32_t>, Replica> replicas_;
  std::vector<Disorder> disorders_;
};

}  // namespace psgrid::analysis
