// Every message that nodes exchange. Messages are values: nothing in one refers to its sender.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "model/ids.hpp"
#include "model/key_set.hpp"
#include "model/values.hpp"
#include "model/view.hpp"

namespace psgrid {

// Any node -> manager: I am here, and know nothing but what I knew, without a gap, since an earlier
// incarnation.
struct Join {
  Incarnation incarnation;
  Incarnation memory_since = incarnation;
};

// Manager -> everyone, once all have joined and whenever the view changes: the view, and what a
// worker needs: its share of the training rows, and the iteration it begins with.
struct Welcome {
  ViewPtr view;
  std::uint32_t first_row = 0;
  std::uint32_t rows = 0;
  Clock clock;
};

// Server or worker -> manager: I am still here, and this is the view that I have.
struct Heartbeat {
  Incarnation incarnation;
  Epoch epoch;
  Time sent;             // by the sender's clock
  bool leaving = false;  // it wants to go
  Incarnation memory_since = incarnation;
};

// Manager -> server or worker: it is noted. A server's lease runs from `sent`, by its own clock:
// when it sent the sign of life, or earlier, so that it ends with the leader's own.
struct HeartbeatAck {
  Time sent;
};

// "My clock on these keys is now `clock`": every gradient of earlier iterations is in this push or
// in one before it.
struct Tick {
  Namespace table;
  KeyRange keys;
  Clock clock;
};

// Worker -> head of a shard: a gradient's slice, computed in `iteration`. Every shard gets a part
// of every push, if only an empty one, so that each sees a worker's pushes numbered without gaps.
//
// There may be one for every worker and shard under way at once: the fields are in the order that
// leaves no gaps.
struct Push {
  Epoch since;  // of the shard's chain
  std::uint32_t shard = 0;
  Clock iteration;
  Clock read_clock;
  RequestId request;
  std::uint64_t read_version = 0;  // of the pull that the gradient was computed from
  Sections sections;
  SharedList<Tick> ticks;
};

// Tail -> worker: the push is applied (or, where gradients are summed first, in the sum) at every
// replica.
struct PushAck {
  std::uint32_t shard = 0;
  RequestId request;
};

// The shard that the receiver is the tail of; it is so of no other.
inline constexpr std::uint32_t kOnlyShard = ~0u;

// Worker -> a replica of a shard: the rows that `iteration` starts from. Keys of a section that are
// a whole table stand for those of it that the shard holds.
struct Pull {
  Epoch since;  // of the shard's chain, or of the newest chain of all for kOnlyShard
  std::uint32_t shard = 0;
  RequestId request;
  Clock iteration;
  Clock own_clock;  // iterations whose pushes this worker has issued: the answer must hold them
  std::uint64_t version = 0;  // the answer must be no older
  Sections sections;          // without values
};

struct PullReply {
  Epoch since;
  std::uint32_t shard = 0;
  RequestId request;
  std::uint64_t version = 0;  // updates applied to the shard so far
  Clock slowest;              // every worker's updates of all earlier iterations are in the values
  Duration held;              // by the consistency gate
  Sections sections;
};

// Tail -> worker: rows that it has read before, as the slowest clock has risen.
struct Rows {
  Epoch since;
  std::uint32_t shard = 0;
  Clock slowest;
  Clock own_clock;  // the worker's, as the shard knows it: its pushes are in up to here
  std::uint64_t version = 0;
  Sections sections;
};

// Head or replica -> worker: what it stood for is not known here; send it again with all its keys.
struct Incomplete {
  std::uint32_t shard = 0;
  RequestId request;
  bool push = false;  // or a pull
};

// --- within a chain -----------------------------------------------------------------------------

// The gradients of one iteration, summed at the head.
struct Aggregate {
  struct Part {
    std::uint32_t worker = 0;
    RequestId push;  // the worker's last that is in it
  };
  Clock iteration;
  SharedList<Part> parts;
  Sections mean;
};

// Workers that take no part from here on.
struct Expulsion {
  SharedList<std::uint32_t> workers;
};

// A worker that takes part from here on, or again: as if it had done `from` iterations.
struct Admission {
  std::uint32_t worker = 0;
  Clock from;
};

// What a shard's replicas apply, one after the other and in the same order.
struct Entry {
  std::uint64_t sequence = 0;  // from 1 without gaps
  std::uint32_t worker = 0;    // of a push
  std::variant<std::shared_ptr<const Push>, Aggregate, Expulsion, Admission> what;
};

// Replica -> its successor.
struct Forward {
  Epoch since;
  std::uint32_t shard = 0;
  Entry entry;
};

// Replica -> its predecessor: all entries up to this one are applied at the tail. Joiner -> tail:
// they are applied at the joiner.
struct ForwardAck {
  Epoch since;
  std::uint32_t shard = 0;
  std::uint64_t sequence = 0;
  Epoch joining_since;  // 0 within the chain
};

// Replica -> its predecessor in a new chain: send what comes after the entries that I have.
struct ChainSync {
  Epoch since;
  std::uint32_t shard = 0;
  std::uint64_t sequence = 0;
};

// And the answer: they are on their way. As many entries are applied here.
struct ChainSynced {
  Epoch since;
  std::uint32_t shard = 0;
  std::uint64_t sequence = 0;
};

// Joiner -> tail: a piece of the shard's state, please.
struct StateRequest {
  Epoch since;
  Epoch joining_since;
  std::uint32_t shard = 0;
  std::uint64_t state = 0;  // the number of its last entry; 0: as it is now
  std::uint32_t piece = 0;
};

// Joiner -> tail: I have the first entries, from when I was here before: what comes after them? The
// answer is ChainSynced, or else the state's first piece.
struct Rejoin {
  Epoch since;
  Epoch joining_since;
  std::uint32_t shard = 0;
  std::uint64_t sequence = 0;
  std::uint64_t digest = 0;  // of these entries
};

// Tail -> joiner. The pieces of a state are parts of one array (shard_state.hpp), in order.
struct StatePiece {
  Epoch since;
  Epoch joining_since;
  std::uint32_t shard = 0;
  std::uint64_t state = 0;
  std::uint32_t piece = 0;
  std::uint32_t pieces = 0;
  Values image;
};

// Tail -> manager: the joiner has all that the chain has, and no push is acknowledged without it.
struct Joined {
  Epoch joining_since;
  std::uint32_t shard = 0;
};

// Tail -> manager: all replicas know this chain.
struct Linked {
  Epoch chain_since;
  std::uint32_t shard = 0;
};

// Manager -> head: let no more entries into this chain, so that another of the same servers, in
// another order, can take its place.
struct CloseChain {
  Epoch since;
  std::uint32_t shard = 0;
};

// Head -> manager: none will come, and all replicas have those that did.
struct ChainClosed {
  Epoch since;
  std::uint32_t shard = 0;
};

// Manager -> head: how many pushes are in, of an expelled worker and of those whom it comes back
// to? It will begin with later ones.
struct PushCountRequest {
  Epoch since;
  std::uint32_t shard = 0;
  std::uint32_t worker = 0;
  Epoch asked;  // to tell the answer from that to an earlier question
};

// Head -> manager: so many of that worker or any other, and of that one there will be no more.
struct PushCount {
  std::uint32_t shard = 0;
  std::uint32_t worker = 0;
  Epoch asked;
  std::uint64_t pushes = 0;
};

// --- between managers (council.hpp)
// ---------------------------------------------------------------

// A manager wants to lead.
struct Campaign {
  Term term;
};

// It may, for this one: no earlier leader will be followed. With the last view that this one has
// accepted, if any, and in which term.
struct Vote {
  Term term;
  Term accepted;
  ViewPtr view;
};

// Leader -> the others: the next view, if most accept it.
struct Propose {
  Term term;
  ViewPtr view;
};
struct Accepted {
  Term term;
  Epoch epoch;
};

// Leader -> the others: it still leads; and the answer.
struct Beat {
  Term term;
  Time sent;
};
struct BeatAck {
  Term term;
  Time sent;
};

// A manager that has been started anew asks what it may have promised and accepted before.
struct Recall {
  Incarnation incarnation;
};
struct Recalled {
  Incarnation incarnation;
  Term promised;
  Term accepted;
  ViewPtr view;
};

// --- between workers ----------------------------------------------------------------------------

// Worker -> the worker of the next rank: its turn to push and pull. Worker -> the worker before it:
// it has heard that it is.
struct Turn {
  std::uint64_t number = 0;  // of the turn, which is that of the worker of this rank modulo all
  bool is_heard = false;
};

// Worker -> worker: it has finished this iteration, and waits. It could help.
struct Idle {
  Clock iteration;
};

// And the answer, if there is work left: a piece of a mini-batch of this worker's.
struct Assist {
  Clock iteration;
  std::uint32_t piece = 0;
  std::uint32_t examples = 0;      // in it
  std::uint32_t of = 0;            // in the whole batch
  SharedList<std::uint32_t> rows;  // of the training data
};

// Its gradient.
struct Assisted {
  Clock iteration;
  std::uint32_t piece = 0;
  Sections sections;
};

// --- without a parameter server (baselines/) ----------------------------------------------------

// Worker -> worker, or -> the server that has a part of the model: a gradient, a part of one, or
// the sum or the mean of several.
struct Gradients {
  Clock iteration;
  std::uint32_t step = 0;  // of the round, on a ring
  Time computed;           // when the last of them was, by its worker's clock
  Sections sections;
};

// --- checkpoints (checkpointer.hpp) -------------------------------------------------------------

// Manager -> tail: the shard's part of a checkpoint, please: as soon as it has applied exactly so
// many iterations, where gradients are summed, else as it is.
struct CheckpointRequest {
  Epoch since;  // of the shard's chain
  std::uint32_t shard = 0;
  std::uint64_t checkpoint = 0;
  bool at_iteration = false;
  Clock iteration;
};

// Tail -> manager: it is written, which took so long; or the shard had more iterations already.
struct CheckpointWritten {
  std::uint64_t checkpoint = 0;
  std::uint32_t shard = 0;
  bool missed = false;
  Duration took;
};

// --- the job's progress -------------------------------------------------------------------------

// Worker -> manager: `clock` iterations are done and acknowledged.
struct Progress {
  Clock clock;
  std::uint32_t examples = 0;  // of the last iteration
};

// Manager -> everyone: the job is over.
struct Stop {};

// Manager -> tail and back, out of band: a shard's part of the model as it stands.
struct SnapshotRequest {
  std::uint64_t id = 0;
  std::uint32_t shard = 0;
};
struct Snapshot {
  std::uint64_t id = 0;
  std::uint32_t shard = 0;
  Sections sections;
};

using Message =
    std::variant<Join, Welcome, Push, PushAck, Pull, PullReply, Progress, Stop, SnapshotRequest,
                 Snapshot, Heartbeat, HeartbeatAck, Forward, ForwardAck, ChainSync, ChainSynced,
                 StateRequest, StatePiece, Joined, Campaign, Vote, Propose, Accepted, Beat, BeatAck,
                 Recall, Recalled, Linked, Rows, Turn, Incomplete, Rejoin, CheckpointRequest,
                 CheckpointWritten, CloseChain, ChainClosed, PushCountRequest, PushCount, Idle,
                 Assist, Assisted, Gradients>;
using MessagePtr = std::shared_ptr<const Message>;

template <class Body>
MessagePtr make_message(Body body) {
  return std::make_shared<const Message>(std::move(body));
}

// "push", "pull_reply", ...
std::string_view type_name(const Message& message);

// By a message's place in the variant, which is its type on the wire; empty for no type.
std::string_view type_name(std::size_t type);

// The request's number, of pushes and pulls and their answers; else 0.
std::uint64_t request_of(const Message& message);

}  // namespace psgrid
