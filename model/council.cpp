#include "model/council.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "model/check.hpp"
#include "model/planted.hpp"

namespace psgrid {

Council::Council(std::shared_ptr<const Job> job, NodeId self, Context& context, Chair& chair)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      chair_(chair),
      managers_(job_->spec.cluster.managers) {}

void Council::start() {
  if (managers_ == 1) {
    office_ = Office::kLeader;
    return chair_.on_elected(accepted_view_);
  }
  if (remembers_) {
    heard_ = context_.now();  // it may have made a leader sure of its lease
    return arm(patience());
  }
  if (has_forgotten()) {
    office_ = Office::kForgetful;
    send_to_others(make_message(Recall{context_.incarnation()}));
    return arm(job_->spec.detection.heartbeat);
  }
  self_.rank == 0 ? campaign() : arm(patience());
}

Memory Council::memory() const {
  if (office_ == Office::kForgetful) return {context_.incarnation(), {}};
  return {{}, {make_message(Recalled{context_.incarnation(), seen_, accepted_, accepted_view_})}};
}

void Council::recall(const Memory& memory) {
  if (memory.what.empty()) return;
  const auto& own = std::get<Recalled>(*memory.what.front());
  remembers_ = true;
  term_ = seen_ = own.promised;
  accepted_ = own.accepted;
  accepted_view_ = own.view;
}

Time Council::lease_end() const {
  if (office_ != Office::kLeader) return {-1e9};
  if (managers_ == 1) return Time::never();
  std::vector<Time> sent;
  for (const auto& [manager, beat] : beats_acknowledged_) sent.push_back(beat);
  std::sort(sent.begin(), sent.end(), std::greater<>());
  const std::size_t others = managers_ / 2;  // that make a majority with this one
  return sent.size() < others ? Time{-1e9} : sent[others - 1] + job_->spec.detection.lease;
}

// Managers lose patience one after the other, so that the votes are rarely split.
Duration Council::patience() const {
  const DetectionSpec& detection = job_->spec.detection;
  return detection.lease + detection.heartbeat * (0.5 + 0.5 * self_.rank);
}

void Council::arm(Duration after) {
  if (timer_) context_.cancel_timer(*timer_);
  timer_ = context_.set_timer(after);
}

void Council::send_to_others(const MessagePtr& message) {
  for (std::uint32_t rank = 0; rank < managers_; ++rank)
    if (rank != self_.rank) context_.send(manager_id(rank), message);
}

bool Council::on_timer(TimerId timer) {
  if (timer != timer_) return false;
  timer_.reset();
  switch (office_) {
    case Office::kForgetful:
      send_to_others(make_message(Recall{context_.incarnation()}));
      arm(job_->spec.detection.heartbeat);
      break;
    case Office::kFollower:
    case Office::kCandidate:
      campaign();
      break;
    case Office::kLeader:
      send_beats();
      if (proposed_) ask_for_acceptance();
      break;
  }
  return true;
}

bool Council::on_message(NodeId from, const Message& message) {
  if (from.role != Role::kManager) return false;
  return std::visit(
      [&](const auto& body) {
        if constexpr (requires { this->on(from, body); }) {
          this->on(from, body);
          return true;
        } else {
          return false;
        }
      },
      message);
}

// --- elections
// ------------------------------------------------------------------------------------

void Council::campaign() {
  office_ = Office::kCandidate;
  // Terms of different managers differ.
  std::uint32_t term = seen_.value + 1;
  while (term % managers_ != self_.rank) ++term;
  term_ = seen_ = {term};
  votes_ = {self_};
  send_to_others(make_message(Campaign{term_}));
  arm(patience());
}

void Council::on(NodeId from, const Campaign& campaign) {
  seen_ = std::max(seen_, campaign.term);
  if (office_ == Office::kForgetful) return;
  // As long as the leader may be sure of its lease, nobody else is elected.
  const bool refuses =
      campaign.term <= term_ || has_lease() || context_.now() < heard_ + job_->spec.detection.lease;
  if (refuses) return;
  follow(campaign.term);
  const bool tells = !planted(Mistake::kAcceptedForgotten);
  context_.send(from, make_message(Vote{term_, accepted_, tells ? accepted_view_ : nullptr}));
}

void Council::on(NodeId from, const Vote& vote) {
  if (office_ != Office::kCandidate || vote.term != term_) return;
  adopt(vote.accepted, vote.view);
  votes_.insert(from);
  if (is_most(votes_.size())) take_office();
}

void Council::take_office() {
  office_ = Office::kLeader;
  beats_acknowledged_.clear();
  send_beats();
  if (!accepted_view_) return chair_.on_elected(nullptr);
  // Most may have accepted it, so that it holds; or not: then it will.
  hands_on_ = true;
  put_to_vote(accepted_view_);
}

void Council::follow(Term term) {
  const bool led = leads();
  seen_ = std::max(seen_, term);
  term_ = term;
  office_ = Office::kFollower;
  proposed_.reset();
  hands_on_ = false;
  arm(patience());
  if (led) chair_.on_deposed();
}

void Council::adopt(Term accepted, const ViewPtr& view) {
  if (!view) return;
  // A leader proposes one view after the other in its term.
  const bool is_newer = !accepted_view_ || accepted > accepted_ ||
                        (accepted == accepted_ && view->epoch() > accepted_view_->epoch());
  if (!is_newer) return;
  accepted_ = accepted;
  accepted_view_ = view;
}

// --- the leader
// -----------------------------------------------------------------------------------

void Council::send_beats() {
  send_to_others(make_message(Beat{term_, context_.now()}));
  arm(job_->spec.detection.heartbeat);
}

void Council::on(NodeId from, const Beat& beat) {
  seen_ = std::max(seen_, beat.term);
  if (office_ == Office::kForgetful || beat.term < term_) return;
  heard_ = context_.now();
  if (beat.term > term_ || office_ != Office::kFollower)
    follow(beat.term);
  else
    arm(patience());
  context_.send(from, make_message(BeatAck{beat.term, beat.sent}));
}

void Council::on(NodeId from, const BeatAck& ack) {
  if (office_ != Office::kLeader || ack.term != term_) return;
  Time& sent = beats_acknowledged_.try_emplace(from, ack.sent).first->second;
  sent = std::max(sent, ack.sent);
  if (proposed_ && is_most(acceptances_.size())) decide();
}

void Council::propose(ViewPtr view) {
  PSGRID_CHECK(leads() && is_idle(), "a leader with one proposal at a time");
  if (managers_ > 1) return put_to_vote(std::move(view));
  accepted_view_ = view;
  chair_.on_decided(view);
}

void Council::put_to_vote(ViewPtr view) {
  proposed_ = std::move(view);
  accepted_ = term_;
  accepted_view_ = proposed_;
  acceptances_ = {self_};
  ask_for_acceptance();
  if (planted(Mistake::kViewWithoutMajority)) decide();
}

void Council::ask_for_acceptance() {
  const MessagePtr message = make_message(Propose{term_, proposed_});
  for (std::uint32_t rank = 0; rank < managers_; ++rank)
    if (!acceptances_.contains(manager_id(rank))) context_.send(manager_id(rank), message);
}

void Council::on(NodeId from, const Propose& propose) {
  seen_ = std::max(seen_, propose.term);
  if (office_ == Office::kForgetful || propose.term < term_) return;
  if (propose.term > term_ || office_ != Office::kFollower) follow(propose.term);
  // A later view of the same leader may have come first.
  if (accepted_ == propose.term && accepted_view_ &&
      accepted_view_->epoch() > propose.view->epoch())
    return;
  accepted_ = propose.term;
  accepted_view_ = propose.view;
  context_.send(from, make_message(Accepted{propose.term, propose.view->epoch()}));
}

void Council::on(NodeId from, const Accepted& accepted) {
  if (office_ != Office::kLeader || !proposed_ || accepted.term != term_ ||
      accepted.epoch != proposed_->epoch())
    return;
  acceptances_.insert(from);
  if (is_most(acceptances_.size())) decide();
}

// One that stood still since it was elected may not be the leader any more: it has to be sure.
void Council::decide() {
  if (hands_on_ && !has_lease()) return;
  const ViewPtr decided = std::exchange(proposed_, nullptr);
  std::exchange(hands_on_, false) ? chair_.on_elected(decided) : chair_.on_decided(decided);
}

// --- memory lost
// ----------------------------------------------------------------------------------

void Council::on(NodeId from, const Recall& recall) {
  if (office_ == Office::kForgetful) return;
  const bool tells = !planted(Mistake::kAcceptedForgotten);
  context_.send(from, make_message(Recalled{recall.incarnation, term_, accepted_,
                                            tells ? accepted_view_ : nullptr}));
}

void Council::on(NodeId from, const Recalled& recalled) {
  if (office_ != Office::kForgetful || recalled.incarnation != context_.incarnation()) return;
  recalled_[from] = recalled;
  if (!is_most(recalled_.size())) return;
  for (const auto& [manager, told] : recalled_) {
    term_ = std::max(term_, told.promised);
    adopt(told.accepted, told.view);
  }
  seen_ = std::max(seen_, term_);
  heard_ = context_.now();  // it may have made a leader sure of its lease
  office_ = Office::kFollower;
  arm(patience());
}

}  // namespace psgrid
