// A worker whose model is on one server or several: it gets the whole of it in every round, and
// sends each server the part of its gradient that belongs there.
#pragma once

#include "model/baselines/round_worker.hpp"

namespace psgrid {

class GatheringWorker final : public RoundWorker {
 public:
  GatheringWorker(std::shared_ptr<const Job> job, NodeId self, Context& context);

 private:
  void begin(const ViewPtr& view) override { view_ = view; }
  void exchange(std::vector<Section> gradient) override;
  bool take(NodeId from, const MessagePtr& message) override;

  ViewPtr view_;
  const std::uint32_t parts_;  // of the model, one a server
  std::vector<bool> heard_;    // in this round, by part
  Duration held_;
};

}  // namespace psgrid
