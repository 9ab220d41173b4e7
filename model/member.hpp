// A server's or worker's membership in the cluster: it joins, and shows the manager that it lives.
#pragma once

#include <memory>
#include <optional>

#include "model/job.hpp"
#include "model/node.hpp"
#include "model/view.hpp"

namespace psgrid {

class Member {
 public:
  Member(std::shared_ptr<const Job> job, Context& context)
      : job_(std::move(job)), context_(context), memory_since_(context.incarnation()) {}

  // It has what it had since an earlier incarnation.
  void recall(Incarnation since) { memory_since_ = since; }
  Incarnation memory_since() const { return memory_since_; }

  // Asks to join; again and again until it is welcomed.
  void join();

  // From a manager; false if the view is no newer than the one before.
  bool install(const ViewPtr& view, NodeId from);

  // The manager that leads, as far as this node knows.
  NodeId manager() const { return manager_; }
  void hear(NodeId manager);

  // The iteration that a worker began with when it was last admitted, in the view that this node
  // has; 0 if it has always been there.
  Clock admitted_from(std::uint32_t worker) const;

  // Tells the manager that this node wants to go.
  void leave();

  // The job is over.
  void stop();

  // False if the timer is not the membership's.
  bool on_timer(TimerId timer);

  // So long nobody is told that this node is gone: the manager has heard it since.
  Time lease_until(const HeartbeatAck& ack) const { return ack.sent + job_->spec.detection.lease; }

 private:
  void record_view();
  void send_heartbeat();
  void try_another_manager();

  const std::shared_ptr<const Job> job_;
  Context& context_;
  Incarnation memory_since_;
  ViewPtr view_;
  bool leaving_ = false;
  NodeId manager_ = manager_id(0);
  std::uint32_t unanswered_ = 0;  // signs of life since the manager was heard
  std::optional<TimerId> timer_;
};

}  // namespace psgrid
