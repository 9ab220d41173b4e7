// Workers on a ring add their gradients up in 2(n - 1) steps, in each of which every worker sends
// one of n chunks to its successor: n - 1 steps in which a chunk's sum grows from worker to worker,
// and n - 1 in which its mean goes round (Patarasuk, Yuan: Bandwidth optimal all-reduce algorithms
// for clusters of workstations, 2009). Every worker steps a model of its own.
//
// Chunk c begins at worker c, so the order of its sum is c, c + 1, ..., n - 1, 0, ..., c - 1: the
// same in every run, and in chunk 0 that of a parameter server. A chunk carries the keys that any
// of its gradients touches.
//
// A worker has two messages under way at most, each of which its successor acknowledges. One that
// was late has chunks for many steps at hand: sent at once, they would share the link, and the
// first of them, which all others wait for, would take as long as all.
#pragma once

#include <deque>
#include <set>
#include <utility>

#include "model/baselines/round_worker.hpp"
#include "model/key_ring.hpp"

namespace psgrid {

class RingWorker final : public RoundWorker {
 public:
  RingWorker(std::shared_ptr<const Job> job, NodeId self, Context& context);

  void on_message(NodeId from, const MessagePtr& message) override;

 private:
  void begin(const ViewPtr&) override { compute(); }
  void exchange(std::vector<Section> gradient) override;
  bool take(NodeId from, const MessagePtr& message) override;
  void take_step(const Gradients& gradients);
  void send_chunk(std::vector<Section> sections);
  void send_next();
  void finish();

  std::uint32_t chunk_before(std::uint32_t steps) const {
    return (self().rank + workers_ - steps % workers_) % workers_;
  }

  const std::uint32_t workers_;
  std::vector<KeyRing> chunks_;  // of each table: equal ranges of its keys, in the order of ranks

  bool in_exchange_ = false, is_adding_ = false;
  std::uint32_t step_ = 0;                 // that it waits for
  std::vector<std::vector<Section>> own_;  // its gradient, by chunk
  std::vector<Section> mean_;              // of the chunks that have come so far
  Time last_computed_;
  std::deque<MessagePtr> to_send_;
  std::set<std::pair<Clock, std::uint32_t>> under_way_;  // by iteration and step
};

}  // namespace psgrid
