#include "analysis/promises/trail.hpp"

#include <algorithm>
#include <utility>

namespace psgrid::analysis {

bool is_sign_of_life(std::string_view message_type) {
  constexpr std::string_view kSigns[] = {"heartbeat", "heartbeat_ack", "beat",
                                         "beat_ack",  "progress",      "welcome"};
  return std::find(std::begin(kSigns), std::end(kSigns), message_type) != std::end(kSigns);
}

TrailRecorder::TrailRecorder(const RunSpec& run, RunObserver* next, std::size_t messages,
                             bool real_time)
    : next_(next), messages_most_(messages), incarnations_(run.cluster.nodes()) {
  trail_.run = run;
  trail_.real_time = real_time;
}

void TrailRecorder::on_record(Time now, NodeId node, const Record& record) {
  trail_.end = std::max(trail_.end, now);
  std::uint32_t& incarnation = incarnations_[node_index(trail_.run.cluster, node)];
  if (const auto* event = std::get_if<Event>(&record); event && event->name == "restart")
    ++incarnation;
  if (!std::holds_alternative<GradientApplied>(record))
    trail_.records.push_back({now, node, incarnation, record});
  if (next_) next_->on_record(now, node, record);
}

void TrailRecorder::on_message(const MessageTrace& message) {
  if (!is_sign_of_life(message.type))
    trail_.last_work = std::max(trail_.last_work, message.delivered);
  if (messages_most_ > 0) {
    if (trail_.messages.size() == messages_most_) trail_.messages.pop_front();
    trail_.messages.push_back(message);
  }
  if (next_ && next_->wants_traces()) next_->on_message(message);
}

void TrailRecorder::on_work(const WorkTrace& work) {
  if (next_ && next_->wants_traces()) next_->on_work(work);
}

void TrailRecorder::on_message_totals(const std::vector<TypeTotals>& totals) {
  if (next_) next_->on_message_totals(totals);
}

void TrailRecorder::on_message_fates(const MessageFates& fates) {
  trail_.fates = fates;
  if (next_) next_->on_message_fates(fates);
}

void TrailRecorder::on_totals(Time now, const std::vector<NodeTotals>& totals) {
  trail_.end = std::max(trail_.end, now);
  if (next_) next_->on_totals(now, totals);
}

// Records of different processes may have come out of order.
Trail TrailRecorder::finish() {
  std::stable_sort(trail_.records.begin(), trail_.records.end(),
                   [](const TrailRecord& a, const TrailRecord& b) { return a.at < b.at; });
  return std::move(trail_);
}

}  // namespace psgrid::analysis
