// The leading manager's part in making checkpoints: says when one is due, asks each shard's tail
// for its part, and knows when all are written. What is not written when the view changes is begun
// again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "model/job.hpp"
#include "model/node.hpp"
#include "model/view.hpp"

namespace psgrid {

class Checkpointer {
 public:
  // clocks: by worker, as far as the manager knows; they outlive this.
  Checkpointer(std::shared_ptr<const Job> job, NodeId self, Context& context,
               const std::vector<Clock>& clocks);

  // The manager leads, and this view holds; or one that follows it.
  void on_view(const ViewPtr& view);

  // It leads no more, or the job is over.
  void stop();

  // Workers have done so much.
  void on_progress(std::uint64_t iterations, std::uint64_t examples);
  void on_written(NodeId from, const CheckpointWritten& written);

  // False if the timer is not for checkpoints.
  bool on_timer(TimerId timer);

 private:
  const CheckpointSpec& spec() const { return *job_->spec.checkpoint; }
  bool is_summed(Clock cut) const;
  Clock furthest() const;
  Clock slowest() const;
  void wait_for_next();
  void begin();
  void ask();
  void send_requests();
  void finish();
  bool is_under_way() const { return !missing_.empty(); }

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  const std::vector<Clock>& clocks_;

  ViewPtr view_;  // null while the manager does not lead
  std::uint64_t iterations_ = 0, examples_ = 0;
  Clock next_;                // iteration at which the next is due, where these count
  Clock cut_;                 // iterations that all parts of the one under way have,
  bool at_cut_ = false;       // where they are summed
  std::uint32_t margin_ = 1;  // iterations from the furthest worker to the cut
  std::uint32_t begun_ = 0;
  std::uint64_t id_ = 0;
  std::set<std::uint32_t> missing_;  // shards
  Duration longest_;
  std::optional<TimerId> due_, repeat_;
};

}  // namespace psgrid
