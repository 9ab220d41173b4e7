#include "model/member.hpp"

#include <xxhash.h>

namespace psgrid {

namespace {

std::uint64_t digest(const ViewDescription& view) {
  std::vector<std::uint32_t> words = {view.epoch.value, view.workers};
  words.insert(words.end(), view.expelled.begin(), view.expelled.end());
  for (const Chain& chain : view.chains) {
    words.insert(words.end(), {~0u, chain.since.value, chain.joiner.value_or(~0u)});
    words.insert(words.end(), chain.servers.begin(), chain.servers.end());
  }
  return XXH3_64bits(words.data(), words.size() * sizeof words[0]);
}

}  // namespace

void Member::join() {
  context_.send(manager_id(0), make_message(Join{context_.incarnation()}));
  const Duration timeout = job_->spec.detection.enabled ? job_->spec.detection.heartbeat
                                                        : job_->spec.client.retry.timeout;
  if (timeout.seconds > 0) timer_ = context_.set_timer(timeout);
}

bool Member::install(const ViewPtr& view) {
  if (view_ && view->epoch() <= view_->epoch()) return false;
  const bool is_first = !view_;
  view_ = view;
  if (job_->spec.audited)
    context_.record(ViewInstalled{view_->epoch(), digest(view_->description())});
  if (!is_first) return true;
  stop();
  if (job_->spec.detection.enabled) send_heartbeat();
  return true;
}

void Member::stop() {
  if (timer_) context_.cancel_timer(*timer_);
  timer_.reset();
}

void Member::send_heartbeat() {
  context_.send(manager_id(0),
                make_message(Heartbeat{context_.incarnation(), view_->epoch(), context_.now()}));
  timer_ = context_.set_timer(job_->spec.detection.heartbeat);
}

bool Member::on_timer(TimerId timer) {
  if (timer != timer_) return false;
  timer_.reset();
  view_ ? send_heartbeat() : join();
  return true;
}

}  // namespace psgrid
