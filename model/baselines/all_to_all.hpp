// Every worker sends its gradient to every other, and steps a model of its own by the mean.
#pragma once

#include "model/baselines/round_sum.hpp"
#include "model/baselines/round_worker.hpp"

namespace psgrid {

class AllToAllWorker final : public RoundWorker {
 public:
  AllToAllWorker(std::shared_ptr<const Job> job, NodeId self, Context& context)
      : RoundWorker(std::move(job), self, context),
        sum_(this->job(), model()),
        heard_(this->job().spec.cluster.workers) {}

 private:
  void begin(const ViewPtr&) override { compute(); }
  void exchange(std::vector<Section> gradient) override;
  bool take(NodeId from, const MessagePtr& message) override;
  void add(std::uint32_t worker, const Gradients& gradients);

  RoundSum sum_;
  std::vector<bool> heard_;  // in this round, by worker: perhaps not added yet
  Time last_computed_;
};

}  // namespace psgrid
