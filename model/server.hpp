// A parameter server node: holds shards, applies pushes, answers pulls through the gate.
//
// A worker's pushes take effect once each, in the order of their numbers, whatever the network and
// the cores of the processor do to them. A pull is answered when the consistency model's gate opens
// and the worker's own earlier pushes are in (it reads its own writes).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "model/gradient_sum.hpp"
#include "model/job.hpp"
#include "model/node.hpp"
#include "model/pull_gate.hpp"
#include "model/range_vector_clock.hpp"
#include "model/shard.hpp"

namespace psgrid {

class Server final : public Node {
 public:
  Server(std::shared_ptr<const Job> job, NodeId self, Context& context);

  void on_start() override;
  void on_message(NodeId from, const MessagePtr& message) override;
  void on_timer(TimerId timer) override;
  void on_compute_done(ComputeId work) override;

 private:
  struct PendingPush {
    NodeId from;
    MessagePtr message;
  };
  // A pull that has passed the gate.
  struct AdmittedPull {
    NodeId from;
    Pull pull;
    Duration held;  // by the gate
  };
  // Where a summed gradient was read, for its staleness.
  struct ReadMark {
    std::uint32_t worker = 0;
    Clock clock;
    std::uint64_t version = 0;
  };

  // The answer to the last pull.
  struct LastRead {
    std::uint64_t version = ~std::uint64_t{0};
    Sections asked, answer;
  };

  void join();
  void stop_joining();
  void on_welcome(const Welcome& welcome);
  void on_request(NodeId from, const MessagePtr& message);
  void on_push(PendingPush push);
  void on_pull(PendingPull pull);
  void on_snapshot_request(NodeId from, const SnapshotRequest& request);

  void admit(PendingPush push);
  void finish(const PendingPush& push);
  void take_effect(const PendingPush& push);
  void acknowledge(NodeId worker, RequestId push);
  void apply(NodeId worker, const Push& push);
  void add_to_sum(NodeId worker, const Push& push);
  bool advance_clocks(NodeId worker, const Push& push);
  void apply_finished_iterations();

  bool may_answer(const PendingPull& pull) const;
  void serve(PendingPull pull);
  void finish(const AdmittedPull& pull);
  Sections read(const Sections& asked);
  const KeySet& keys_held(const Section& asked) const;
  // Answers what may pass the gate now: of one worker, or of all.
  void open_gate(std::optional<std::uint32_t> worker);

  // Hands the work on a request to the processor; finishes it at once if it costs nothing.
  template <class Pending>
  void work_on(WorkKind kind, double flops, Pending pending);

  Clock slowest() const;
  // applied: iterations whose updates of all workers were in the values before this one's.
  void record_staleness(const ReadMark& read, Clock iteration, Clock applied);

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;

  ViewPtr view_;  // null until the manager's welcome
  std::optional<TimerId> join_timer_;

  // Pushes and pulls that came before the view; each once, though it may be repeated meanwhile.
  std::vector<std::pair<NodeId, MessagePtr>> early_;
  std::set<std::tuple<NodeId, bool, std::uint64_t>> early_numbers_;  // sender, is a push, number

  std::vector<Shard> shards_;             // by namespace
  std::vector<RangeVectorClock> clocks_;  // by namespace

  // By worker: all pushes up to this number were given to the processor, and have taken effect.
  std::vector<std::uint64_t> pushes_admitted_, pushes_done_;
  using PushesByNumber = std::map<std::pair<std::uint32_t, RequestId>, PendingPush>;
  PushesByNumber out_of_order_;  // beyond a gap, at most the worker's window of clocks
  PushesByNumber worked_;        // the processor is done with them, but not with an earlier one
  std::map<ComputeId, std::variant<PendingPush, AdmittedPull>> working_;
  std::optional<PullGate> gate_;  // from the welcome on

  std::uint64_t version_ = 0;  // updates applied
  std::uint64_t works_ = 0;    // pieces of work handed to the processor
  Clock summed_;               // iterations applied as a whole
  std::map<Clock, GradientSum> sums_;
  std::map<Clock, std::vector<ReadMark>> summed_reads_;
  LastRead last_read_;
  MessagePtr last_ack_;
};

}  // namespace psgrid
