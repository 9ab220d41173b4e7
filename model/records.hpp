// What nodes report of themselves while they run; tables, reports and checkers are made of these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/ids.hpp"
#include "model/values.hpp"
#include "model/view.hpp"

namespace psgrid {

// A worker finished iteration `iteration`. The four durations add up to end - start.
struct IterationDone {
  Clock iteration;
  std::uint32_t examples = 0;
  Time start, end;
  Duration compute;                // in the processor
  Duration wait;                   // held by the consistency gate
  Duration pull;                   // rest of the time spent in pulls
  Duration push;                   // blocked on earlier pushes
  std::uint32_t staleness = 0;     // clocks: its own clock less the slowest clock of what it read
  std::uint64_t keys_touched = 0;  // different ones that it has asked for since it started
};

// A server applied a worker's gradient.
struct GradientApplied {
  NodeId worker;
  Clock iteration;
  std::uint32_t staleness_updates = 0;  // updates applied between its pull and itself
  std::uint32_t staleness_clocks = 0;   // the same in clocks
};

// A server has dropped a worker's gradient, as it came too late to count.
struct GradientDropped {
  NodeId worker;
  Clock iteration;
};

// The manager evaluated the model on held-out data.
struct Evaluated {
  double iteration = 0;        // mean over workers
  std::uint64_t examples = 0;  // used by all workers so far
  double loss = 0;
  double metric = 0;
  std::uint64_t fingerprint = 0;  // of the model (fingerprint.hpp)
};

// Anything else worth a line in events.csv: "join", "view", "stop", ...
struct Event {
  std::string name;
  std::string detail;
};

// What a filter of the node has changed since it last said so: sections, as they would have been
// encoded before and as they are after.
struct FilterTotals {
  std::uint32_t filter = 0;  // its place in the scenario's list
  Bytes before, after;
};

enum class StopReason { kIterations, kTargetLoss, kTime, kLost };  // kLost: all replicas of a shard

// The manager has ended the job; the run is over.
struct JobFinished {
  StopReason reason = StopReason::kIterations;
};

// A message to the node was damaged on the way. Its checksum showed that, and it was dropped.
struct MessageCorrupted {
  NodeId from;
};

// --- what promises are checked on, in audited runs ----------------------------------------------

// A worker's push leaves; all shards have acknowledged it.
struct PushBegun {
  RequestId push;
  Clock iteration;
};
struct PushAcknowledged {
  RequestId push;
};

// A worker asks for rows; it has them.
struct PullBegun {
  RequestId pull;
  Clock iteration;
  std::optional<std::uint32_t> batch_of = {};  // another worker's, of whom it has a piece
};
struct PullEnded {
  RequestId pull;
  Clock iteration;
  Clock slowest;
  std::vector<float> values;  // of all keys that were asked for, by table and key
};

// A replica has applied an entry.
struct EntryApplied {
  std::uint32_t shard = 0;
  Epoch since;
  std::uint64_t sequence = 0;
  NodeId worker;             // of a push: whose
  RequestId push;            // 0: not a push of one worker
  std::uint64_t digest = 0;  // of all entries up to this one
};

// A replica has made an update of the gradients of some workers (consistency.hpp, Quorum).
struct RoundClosed {
  std::uint32_t shard = 0;
  Epoch since;
  std::uint64_t version = 0;  // of the parameters, by this update
  struct Part {
    NodeId worker;
    Clock iteration;
    std::uint64_t read_version = 0;  // of the parameters that the gradient is of
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;
};

// A replica has answered a pull.
struct PullServed {
  std::uint32_t shard = 0;
  Epoch since;
  NodeId worker;
  RequestId pull;
};

// A node has a new view.
struct ViewInstalled {
  Epoch epoch;
  std::uint64_t digest = 0;             // of its description
  std::vector<Chain> chains;            // by shard
  std::vector<std::uint32_t> expelled;  // workers
  std::vector<std::uint32_t> admitted;  // workers that came later, or came back
};

// A replica's whole state, when the run was over.
struct ReplicaState {
  std::uint32_t shard = 0;
  Epoch since;
  std::uint64_t sequence = 0;
  std::uint64_t digest = 0;
  bool settled = true;  // its server may act: what is under way is not held up for ever
};

// The largest that a table, buffer or queue of a node has been, and what it must not exceed.
struct HighWater {
  std::string what;
  std::uint64_t reached = 0;
  std::uint64_t limit = 0;
};

// Something rare that a campaign of faults must have seen: "push refused: old epoch", ...
struct Situation {
  std::string what;
};

// Of a worker that was taken for gone: from here on, it has forgotten all that it did before.
inline constexpr const char* kAdmittedAgain = "worker admitted again";

// On sockets: the node's process did something so much later than it was due, as this machine had
// other things to do.
struct Stalled {
  Duration late;
};

// --- checkpoints --------------------------------------------------------------------------------

// A server has written its part of a checkpoint.
struct CheckpointPart {
  std::uint64_t checkpoint = 0;
  std::uint32_t shard = 0;
  std::vector<Clock> clocks;  // by worker, as the shard has them
  std::vector<Values> image;  // parts (shard_state.hpp)
};

// The manager has heard that all parts are written.
struct CheckpointDone {
  std::uint64_t checkpoint = 0;
  std::uint32_t shards = 0;
  std::vector<std::uint32_t> expelled;  // workers
  std::uint64_t iterations = 0;         // of all workers, so far
  std::uint64_t examples = 0;           // used by them
  Duration writing;                     // at the shard where it took longest
};

// All nodes are gone, and are started anew.
struct ClusterRestarted {
  std::vector<Clock> clocks;  // by worker, where they begin again; all at 0 if empty
};

using Record =
    std::variant<IterationDone, GradientApplied, Evaluated, Event, JobFinished, PushBegun,
                 PushAcknowledged, PullBegun, PullEnded, EntryApplied, PullServed, ViewInstalled,
                 ReplicaState, HighWater, Situation, GradientDropped, FilterTotals, CheckpointPart,
                 CheckpointDone, ClusterRestarted, MessageCorrupted, Stalled, RoundClosed>;

}  // namespace psgrid
