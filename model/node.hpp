// The seam between protocol code and the world.
//
// A Node is a state machine driven by four events. It touches the world only through its Context.
// A handler runs to completion; its effects leave when it returns. Neither knows whether time is
// virtual or real, or whether messages cross a simulated network or a socket.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "model/checkpoint.hpp"
#include "model/ids.hpp"
#include "model/message.hpp"
#include "model/random.hpp"
#include "model/records.hpp"

namespace psgrid {

// What a piece of work is for; traces colour it, straggler models slow down only kGradient and
// (on servers) kApply and kServe.
enum class WorkKind : std::uint8_t { kGradient, kApply, kServe, kEvaluate, kStore };

// Work for a node's processor. `mathematics` runs on real data at any moment between the call of
// compute() and on_compute_done(), perhaps on another thread: it may touch only what the node keeps
// alive and does not use meanwhile. It does not run any more once the node is being destroyed.
struct Work {
  WorkKind kind = WorkKind::kGradient;
  double flops = 0;         // simulated cost; 0 takes no time
  std::uint64_t index = 0;  // draw of the straggler models: the iteration, for gradients
  std::function<void()> mathematics;
};

// How a message travels.
enum class Channel : std::uint8_t {
  kNetwork,    // over the network, at its cost
  kOutOfBand,  // instrumentation: instantly and free in the simulator, never counted as traffic
};

class Context {
 public:
  virtual ~Context() = default;

  virtual Time now() const = 0;

  // Never reports success. Messages between two nodes may be lost, repeated or overtake each other
  // where the scenario says so.
  virtual void send(NodeId to, MessagePtr message, Channel channel = Channel::kNetwork) = 0;

  virtual TimerId set_timer(Duration after) = 0;
  virtual void cancel_timer(TimerId timer) = 0;  // no effect if it has fired

  // First come, first served on the host's cores.
  virtual ComputeId compute(Work work) = 0;

  // Gives work up: its processor is free from now on. Nobody is told when it would have been done.
  // No effect if it is.
  virtual void cancel_compute(ComputeId work) = 0;

  // How often the node has been started before.
  virtual Incarnation incarnation() const = 0;

  // Whether it was started together with the whole cluster, so that nobody knows more than it does;
  // and the checkpoint that the cluster was started from, null if from nothing.
  virtual bool begins_with_cluster() const { return incarnation() == Incarnation{}; }
  virtual CheckpointPtr checkpoint() const { return nullptr; }

  virtual RandomStream random(Purpose purpose, std::uint32_t substream = 0) const = 0;

  virtual void record(const Record& record) = 0;
};

// What a node finds again when it is restarted with its memory kept.
struct Memory {
  Incarnation since;  // that nothing of it has been lost
  std::vector<MessagePtr> what;
};

// A node lives from on_start to its destruction; the context outlives it.
class Node {
 public:
  virtual ~Node() = default;
  virtual void on_start() = 0;
  virtual void on_message(NodeId from, const MessagePtr& message) = 0;
  virtual void on_timer(TimerId timer) = 0;
  virtual void on_compute_done(ComputeId work) = 0;

  // It is asked to hand over what it holds and go.
  virtual void on_leave() {}

  // What the node may find again if it ends now and is restarted with its memory kept; it is handed
  // over before on_start.
  virtual Memory memory() const { return {}; }
  virtual void recall(const Memory&) {}
};

}  // namespace psgrid
