// What a run tells its observer, kept for a test to look at.
#pragma once

#include <optional>
#include <vector>

#include "model/run_observer.hpp"

namespace psgrid::testing {

// Everything that nodes recorded, as it came.
struct Recorded {
  template <class T>
  struct At {
    Time time;
    NodeId node;
    T record;
  };
  std::vector<At<IterationDone>> iterations;
  std::vector<At<GradientApplied>> applied;
  std::vector<At<GradientDropped>> dropped;
  std::vector<At<Evaluated>> evaluations;
  std::vector<MessageTrace> messages;  // by delivery
  std::vector<NodeTotals> totals;
  std::vector<At<Event>> events;
  std::vector<At<HighWater>> high_waters;
  std::vector<At<ViewInstalled>> views;
  std::vector<At<MessageCorrupted>> corrupted;
  std::optional<MessageFates> fates;
  std::vector<CheckpointPtr> checkpoints;  // as they became complete
  bool job_finished = false;
  StopReason reason = StopReason::kIterations;
  Time finished;
};

class Collector final : public RunObserver {
 public:
  explicit Collector(bool messages) : messages_(messages) {}

  void on_record(Time now, NodeId node, const Record& record) override;
  void on_checkpoint(const CheckpointPtr& checkpoint) override {
    recorded.checkpoints.push_back(checkpoint);
  }
  bool wants_traces() const override { return messages_; }
  void on_message(const MessageTrace& message) override { recorded.messages.push_back(message); }
  void on_message_fates(const MessageFates& fates) override { recorded.fates = fates; }
  void on_totals(Time, const std::vector<NodeTotals>& totals) override { recorded.totals = totals; }

  Recorded recorded;

 private:
  const bool messages_;
};

}  // namespace psgrid::testing
