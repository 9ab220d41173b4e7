// A server that steps its part of the model by the gradients of all workers, and sends all of it to
// every worker before each round: the coordinator, which has the whole model, or a reducer, which
// has some ranges of keys and keeps them in storage between two rounds.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "model/baselines/model_copy.hpp"
#include "model/baselines/round_sum.hpp"
#include "model/baselines/work_list.hpp"
#include "model/job.hpp"
#include "model/member.hpp"
#include "model/node.hpp"

namespace psgrid {

class GatheringServer final : public Node {
 public:
  GatheringServer(std::shared_ptr<const Job> job, NodeId self, Context& context);

  void on_start() override { member_.join(); }
  void on_message(NodeId from, const MessagePtr& message) override;
  void on_timer(TimerId timer) override { member_.on_timer(timer); }
  void on_compute_done(ComputeId work) override { work_.on_compute_done(work); }

 private:
  void on_welcome(NodeId from, const Welcome& welcome);
  void on_gradients(NodeId from, const MessagePtr& message);
  void add(std::uint32_t worker, const Gradients& gradients);
  void end_round();
  void publish();
  void send_to(std::uint32_t worker);
  std::vector<KeySet> keys_here(const View& view) const;
  double storing_flops() const;

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  Member member_;
  WorkList work_;
  std::optional<ModelCopy> model_;  // since the welcome
  std::optional<RoundSum> sum_;
  std::vector<std::pair<NodeId, MessagePtr>> early_;  // until then

  Clock round_;                 // whose gradients it gathers
  std::vector<bool> heard_;     // in this round, by worker: perhaps not added yet
  std::vector<Time> added_;     // when
  std::vector<Duration> held_;  // in the round before
  Sections published_;
};

}  // namespace psgrid
