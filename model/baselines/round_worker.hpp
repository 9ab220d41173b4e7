// A worker without a parameter server: in each round it computes a gradient at the weights that it
// holds, and takes part in an exchange after which all workers hold the same new weights. What is
// exchanged with whom, its architecture says. Nothing is repeated: a lost node or message stops
// all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/baselines/model_copy.hpp"
#include "model/baselines/work_list.hpp"
#include "model/batches.hpp"
#include "model/job.hpp"
#include "model/member.hpp"
#include "model/node.hpp"

namespace psgrid {

class RoundWorker : public Node {
 public:
  RoundWorker(std::shared_ptr<const Job> job, NodeId self, Context& context);

  void on_start() override { member_.join(); }
  void on_message(NodeId from, const MessagePtr& message) override;
  void on_timer(TimerId timer) override { member_.on_timer(timer); }
  void on_compute_done(ComputeId work) override;

 protected:
  // The cluster is there; the first round begins.
  virtual void begin(const ViewPtr& view) = 0;

  // Its gradient of the round is computed.
  virtual void exchange(std::vector<Section> gradient) = 0;

  // Of another node's part in a round. False if it is not yet time for it: see take_up_early().
  virtual bool take(NodeId from, const MessagePtr& message) = 0;

  // Offers once more what was not taken.
  void take_up_early();

  // The round's gradient, unless the job has no such round.
  void compute();

  // Tells of the round from its start until now; the next one begins. What is not said to have
  // gone by waiting or computing went by transfers: of what others sent, or of what it sent.
  void end_round(Duration wait, bool was_pull);

  // All rounds before the present one are done, for this worker and all others.
  void report();

  // Adding, applying and receiving cost what they cost at a server.
  double receiving_flops(std::uint64_t values) const;
  double applying_flops(std::uint64_t values) const;

  const Job& job() const { return *job_; }
  NodeId self() const { return self_; }
  Context& context() { return context_; }
  ModelCopy& model() { return model_; }
  WorkList& work() { return work_; }
  Clock round() const { return round_; }
  Time computed() const { return computed_; }

 private:
  void on_welcome(NodeId from, const Welcome& welcome);
  void offer(NodeId from, const MessagePtr& message);
  void next_batch();

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  Member member_;
  std::unique_ptr<Learner> learner_;
  ModelCopy model_;
  WorkList work_;
  bool begun_ = false, stopped_ = false;
  std::vector<std::pair<NodeId, MessagePtr>> early_;

  // What it learns from.
  DataRange share_;
  std::optional<BatchSampler> batches_;
  std::vector<std::uint32_t> rows_;
  std::vector<KeySet> keys_;

  Clock round_;
  IterationDone iteration_;  // of the present round
  std::vector<Section> weights_;
  Gradient gradient_;
  std::optional<ComputeId> computing_;
  Time computed_;  // when the last gradient was
};

}  // namespace psgrid
