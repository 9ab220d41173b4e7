#include "model/member.hpp"

#include <algorithm>
#include <utility>

#include <xxhash.h>

#include "model/planted.hpp"

namespace psgrid {

namespace {

constexpr std::uint32_t kUnansweredMost = 4;

std::uint64_t digest(const ViewDescription& view) {
  std::vector<std::uint32_t> words = {view.epoch.value, view.workers};
  words.insert(words.end(), view.expelled.begin(), view.expelled.end());
  for (const auto& admitted : view.admitted)
    words.insert(words.end(), {~0u, admitted.worker, admitted.from.value});
  for (const Chain& chain : view.chains) {
    words.insert(words.end(),
                 {~0u, chain.since.value, chain.joiner.value_or(~0u), chain.joining_since.value});
    words.insert(words.end(), chain.servers.begin(), chain.servers.end());
  }
  return XXH3_64bits(words.data(), words.size() * sizeof words[0]);
}

}  // namespace

void Member::hear(NodeId manager) {
  unanswered_ = 0;
  manager_ = manager;
}

// The one that was the leader may be gone.
void Member::try_another_manager() {
  if (++unanswered_ < kUnansweredMost) return;
  manager_ = manager_id((manager_.rank + 1) % job_->spec.cluster.managers);
  unanswered_ = 0;
}

void Member::join() {
  try_another_manager();
  context_.send(manager_, make_message(Join{context_.incarnation(), memory_since_}));
  const Duration timeout = job_->spec.detection.enabled ? job_->spec.detection.heartbeat
                                                        : job_->spec.client.retry.timeout;
  if (timeout.seconds > 0) timer_ = context_.set_timer(timeout);
}

bool Member::install(const ViewPtr& view, NodeId from) {
  hear(from);
  // A view that is known comes from a new leader, who does not know yet that this node is there.
  if (view_ && view->epoch() == view_->epoch() && timer_) {
    stop();
    send_heartbeat();
  }
  if (view_ && view->epoch() <= view_->epoch() && !planted(Mistake::kViewsGoBack)) return false;
  const bool is_first = !view_;
  view_ = view;
  if (job_->spec.audited) record_view();
  if (!is_first) return true;
  stop();
  if (job_->spec.detection.enabled) send_heartbeat();
  return true;
}

Clock Member::admitted_from(std::uint32_t worker) const {
  const auto& admitted = view_->description().admitted;
  const auto place =
      std::ranges::lower_bound(admitted, worker, {}, &ViewDescription::Admitted::worker);
  return place != admitted.end() && place->worker == worker ? place->from : Clock{};
}

void Member::leave() {
  leaving_ = true;
  if (view_ && timer_) {
    stop();
    send_heartbeat();
  }
}

void Member::record_view() {
  const ViewDescription& view = view_->description();
  ViewInstalled installed{.epoch = view.epoch,
                          .digest = digest(view),
                          .chains = view.chains,
                          .expelled = view.expelled,
                          .admitted = {}};
  for (const ViewDescription::Admitted& admitted : view.admitted)
    installed.admitted.push_back(admitted.worker);
  context_.record(installed);
}

void Member::stop() {
  if (timer_) context_.cancel_timer(*timer_);
  timer_.reset();
}

void Member::send_heartbeat() {
  try_another_manager();
  context_.send(manager_, make_message(Heartbeat{context_.incarnation(), view_->epoch(),
                                                 context_.now(), leaving_, memory_since_}));
  timer_ = context_.set_timer(job_->spec.detection.heartbeat);
}

bool Member::on_timer(TimerId timer) {
  if (timer != timer_) return false;
  timer_.reset();
  view_ ? send_heartbeat() : join();
  return true;
}

}  // namespace psgrid
