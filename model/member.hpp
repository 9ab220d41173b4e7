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
      : job_(std::move(job)), context_(context) {}

  // Asks to join; again and again until it is welcomed.
  void join();

  // False if the view is no newer than the one before.
  bool install(const ViewPtr& view);

  // The job is over.
  void stop();

  // False if the timer is not the membership's.
  bool on_timer(TimerId timer);

  // Since when the manager has known that this node lives: until then plus the lease, nobody is
  // told that it is gone.
  Time lease_until(const HeartbeatAck& ack) const { return ack.sent + job_->spec.detection.lease; }

 private:
  void send_heartbeat();

  const std::shared_ptr<const Job> job_;
  Context& context_;
  ViewPtr view_;
  std::optional<TimerId> timer_;
};

}  // namespace psgrid
