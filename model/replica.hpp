// A server's replica of one shard, in its place in the shard's chain.
//
// Chain replication (van Renesse, Schneider, OSDI 2004; Li et al., OSDI 2014, section 4.3): the
// head brings a shard's pushes into one order, every replica applies them and passes them on, and
// the tail acknowledges them and answers pulls. So a replica has applied all that its successor
// has.
//
// A worker's pushes take effect once each, in the order of their numbers, whatever the network and
// the cores of the processor do to them. A pull is answered when the consistency model's gate opens
// and the worker's own earlier pushes are in (it reads its own writes).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "model/filters/filter_chain.hpp"
#include "model/job.hpp"
#include "model/lease.hpp"
#include "model/member.hpp"
#include "model/node.hpp"
#include "model/pull_gate.hpp"
#include "model/shard_state.hpp"

namespace psgrid {

class Replica {
 public:
  // The membership and the lease outlive the replica.
  Replica(std::shared_ptr<const Job> job, NodeId self, Context& context, const Member& member,
          const Lease& lease, std::uint32_t shard);

  std::uint32_t shard() const { return shard_; }

  // Begins with the initial values; only for a shard's first chain.
  void begin_anew(const View& view);

  // Likewise with what a checkpoint has; reading that takes its time.
  void begin_from(const View& view, const Checkpoint& checkpoint);

  // What it keeps in a restart, and begins with after it: its state, and the entries that its
  // successor may not have. A joiner that does not have all yet has nothing.
  void remember(std::vector<MessagePtr>& memory) const;
  static bool remembers(const std::vector<MessagePtr>& memory, std::uint32_t shard);
  void recall(const View& view, const std::vector<MessagePtr>& memory);

  // A view in which this server is in the shard's chain, or is to join it.
  void install(ViewPtr view);

  // Messages of the chain that the view says, for this shard.
  void on_push(NodeId from, MessagePtr message);
  void on_pull(NodeId from, MessagePtr message);
  void on_forward(NodeId from, const Forward& forward);
  void on_forward_ack(NodeId from, const ForwardAck& ack);
  void on_chain_sync(NodeId from, const ChainSync& sync);
  void on_chain_synced(NodeId from, const ChainSynced& synced);
  void on_close_chain(NodeId from);
  void on_push_count_request(NodeId from, const PushCountRequest& request);
  void on_state_request(NodeId from, const StateRequest& request);
  void on_rejoin(NodeId from, const Rejoin& rejoin);
  void on_checkpoint_request(NodeId from, const CheckpointRequest& request);
  void on_state_piece(NodeId from, const StatePiece& piece);

  // False if the work or timer is not this replica's.
  bool on_compute_done(ComputeId work);
  bool on_timer(TimerId timer);

  // The lease is valid again after it was not.
  void on_lease_renewed();

  // Nothing if this replica is not the shard's tail, or is not up to date yet.
  std::optional<Sections> snapshot() const;

  // For audits.
  void record_state();

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
  // Rows for a worker that has read them before.
  struct RowsDue {
    std::uint32_t worker = 0;
  };
  // A part of a checkpoint that is being written; a whole that was read.
  struct Written {
    CheckpointPart part;
    Time begun;
  };
  struct Loaded {};
  using Pending = std::variant<PendingPush, AdmittedPull, RowsDue, Entry, Written, Loaded>;

  // The answer to the last pull.
  struct LastRead {
    std::uint64_t version = ~std::uint64_t{0};
    Sections asked, answer;
  };
  // The state as it is being copied to a joiner.
  struct Sending {
    std::uint64_t state = 0;
    std::vector<Values> pieces;
  };
  // And from the tail.
  struct Receiving {
    std::uint64_t state = 0;
    std::vector<Values> pieces;
    bool complete = false;
    bool progressed = false;   // since the timer was armed
    bool has_entries = false;  // from before a restart: only what comes after them is missing
  };

  using PushesByNumber = std::map<std::pair<std::uint32_t, RequestId>, PendingPush>;

  const Chain& chain() const { return view_->chain(shard_); }
  // 0 if this replica is in the chain.
  Epoch joining_since() const { return place_ ? Epoch{} : chain().joining_since; }
  bool is_head() const { return place_ == 0; }
  bool is_tail() const { return place_ && *place_ + 1 == chain().servers.size(); }
  std::optional<NodeId> predecessor() const;
  std::optional<NodeId> successor() const;

  void begin_place();
  void begin_joining();
  void follow_membership();

  void admit(PendingPush push);
  void admit_next(std::uint32_t worker);
  bool is_of_earlier_life(NodeId worker, RequestId push) const;
  bool is_of_earlier_life(NodeId worker, const Pull& pull) const;
  std::uint64_t pushes_in(std::uint32_t worker) const;
  bool may_follow(RequestId push, std::uint64_t last) const;
  bool is_void(RequestId push, std::uint64_t last) const;
  void drop_void(PushesByNumber& pushes, std::uint32_t worker, std::uint64_t last);
  void admit_what_waits();
  bool is_backlog_full() const;
  void finish(PendingPush push);
  void finish(AdmittedPull pull);
  void finish(RowsDue rows);
  void finish(Entry entry);
  void finish(Written written);
  void finish(Loaded);
  void write_if_due();
  double storing_flops(std::uint64_t values) const;
  void take_effect(const PendingPush& push);
  void gather(NodeId worker, const Push& push);
  void append_complete_aggregates();
  void append(decltype(Entry::what) what, std::uint32_t worker = 0);
  void apply(const Entry& entry);
  void admit_forwards();
  std::optional<std::uint64_t> unstable_entry_of(NodeId worker, RequestId push) const;
  void answer_asked_again();
  void acknowledge(const Entry& entry);
  void acknowledge(NodeId worker, RequestId push);
  void send_forward(const Entry& entry);
  void report_stable();
  void advance_stable();
  void send_held_replies();
  void on_joiner_ack(std::uint64_t sequence);
  void tell_that_pushes_are_accepted();

  bool may_answer(const PendingPull& pull) const;
  void serve(PendingPull pull);
  Sections read(const Sections& asked);
  Sections filtered(Sections answer, NodeId to, RequestId pull);
  const KeySet& keys_held(const Section& asked) const;
  void forget_pulls_of(const Expulsion& expulsion);
  // Answers what may pass the gate now: of one worker, or of all.
  void open_gate(std::optional<std::uint32_t> worker);
  void note_readers(std::uint32_t worker, const Sections& asked);
  void send_rows_to_readers();

  // Hands the work on a request to the processor; finishes it at once if it costs nothing.
  template <class Body>
  void work_on(WorkKind kind, double flops, Body body);

  void request_piece();
  void assemble_state();
  void catch_up();
  void log(const Entry& entry);
  void arm_timer();
  bool has_to_repeat() const;
  bool is_crowded() const;
  void link_successor();
  void tell_that_linked();
  void tell_if_closed();
  std::size_t window() const;
  void note(const char* situation);

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  const Member& member_;
  const Lease& lease_;
  const std::uint32_t shard_;
  const bool logs_;
  FilterChain requests_, answers_;  // filters of what comes in, and of what is read

  ViewPtr view_;
  Epoch since_;                       // of the chain that the place is in
  std::optional<std::size_t> place_;  // in the chain; none for a joiner
  std::optional<ShardState> state_;

  // As the head. By worker: all pushes up to this number were given to the processor.
  std::vector<std::uint64_t> pushes_admitted_;
  PushesByNumber waiting_;  // beyond a gap, or as too much is not stable; a window of each worker
  PushesByNumber worked_;   // the processor is done with them, but not with an earlier one
  // Where sums are replicated: those that are not entries yet, the iterations that are, and by
  // worker the last push in either.
  std::optional<IterationSums> gathered_;
  Clock aggregated_;
  std::vector<std::uint64_t> pushes_gathered_;

  // As a successor: entries that came but not all before them, and those that were worked on so.
  std::map<std::uint64_t, Entry> forwards_early_, forwards_worked_;
  std::uint64_t forwards_admitted_ = 0;
  bool linked_ = true;  // all before it in the chain know it, and from where on to send

  // Pushes that workers sent again while they were on their way to the tail; by entry and worker.
  std::map<std::pair<std::uint64_t, NodeId>, RequestId> asked_again_;

  // As a predecessor: entries that the successor, or the tail, is not known to have.
  std::deque<Entry> unstable_;
  std::uint64_t stable_ = 0;         // entries that are applied at the tail, or that a tail with a
                                     // joiner has acknowledged
  std::uint64_t stable_before_ = 0;  // when the timer was armed
  bool successor_synced_ = false;
  bool closing_ = false;  // as the head: nothing is appended any more
  std::optional<Sending> sending_;
  bool joint_ = false;  // as a tail: nothing is acknowledged that the joiner does not have
  std::uint64_t joiner_has_ = 0;
  struct HeldReply {
    std::uint64_t sequence = 0;  // of the last entry in what it tells
    NodeId to;
    MessagePtr message;
  };
  std::deque<HeldReply> held_replies_;
  std::optional<Receiving> receiving_;
  bool recalled_ = false;  // the state is from before a restart

  // The last entries, for a replica that returns with its memory: no more than a copy would take.
  struct Logged {
    Entry entry;
    std::uint64_t digest_before = 0;  // of all entries before it
    std::uint64_t values = 0;
  };
  std::deque<Logged> log_;
  std::uint64_t logged_values_ = 0;
  std::size_t logged_most_ = 0;

  std::optional<CheckpointRequest> checkpoint_;       // as the tail: until its state is as asked
  std::optional<CheckpointWritten> last_checkpoint_;  // and once it is; perhaps not written yet
  NodeId checkpoint_for_;
  bool is_checkpoint_written_ = false;
  std::uint64_t to_load_ = 0;  // values of the checkpoint that it is still reading

  std::map<ComputeId, Pending> working_;
  std::vector<Pending> lapsed_;  // finished while the lease was not valid
  std::optional<PullGate> gate_;
  std::unique_ptr<Pace> pace_;
  std::map<std::uint32_t, std::vector<std::vector<Key>>> read_by_;  // keys by worker and table
  std::uint64_t works_ = 0;  // pieces of work handed to the processor
  LastRead last_read_;
  MessagePtr last_ack_;
  std::optional<TimerId> timer_;
  std::size_t unstable_most_ = 0;
  Epoch accepting_since_;  // of the last chain in which a push got through
};

}  // namespace psgrid
