#include "analysis/promises/history.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace psgrid::analysis {

std::optional<Epoch> epoch_in(const Event& event) {
  constexpr std::string_view kWord = "epoch ";
  const std::size_t at = event.detail.find(kWord);
  if (at == std::string::npos) return {};
  Epoch epoch;
  const char* begin = event.detail.data() + at + kWord.size();
  const auto end = std::from_chars(begin, event.detail.data() + event.detail.size(), epoch.value);
  return end.ec == std::errc() ? std::optional(epoch) : std::nullopt;
}

History::History(const Trail& trail)
    : trail_(&trail),
      faults_(trail.run, late_s()),
      consistency_(make_consistency(trail.run.consistency)),
      pushes_(trail.run.cluster.workers),
      expelled_(trail.run.cluster.workers, kNever) {
  any_sums_ = consistency_->sums_iterations();
  for (Clock each; each.value < trail.run.job.stop.iterations.value_or(0); each = each.next())
    any_sums_ |= consistency_->sums(each);
  if (trail.run.job.learner.type == LearnerType::kTally)
    layout_.emplace(trail.run.cluster.workers, trail.run.job.learner.keys);
  collect();
  fill_in_pushes();
  if (layout_) draw_batches();
}

void History::collect() {
  std::map<std::pair<NodeId, RequestId>, std::size_t> pull_at;
  std::map<NodeId, std::uint32_t> returns;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t>
      pushed;  // by worker, incarnation
  for (Place place = 0; place < trail_->records.size(); ++place) {
    const TrailRecord& record = trail_->records[place];
    const std::uint32_t rank = record.node.rank;
    if (const auto* begun = std::get_if<PushBegun>(&record.what)) {
      std::vector<PushLife>& lives = pushes_[rank];
      lives.resize(std::max<std::size_t>(lives.size(), begun->push.value));
      PushLife& life = lives[begun->push.value - 1];
      life.iteration = begun->iteration;
      life.begun = std::min(life.begun, place);
      pushed[{rank, record.incarnation}] = begun->push.value;
    } else if (const auto* acknowledged = std::get_if<PushAcknowledged>(&record.what)) {
      std::vector<PushLife>& lives = pushes_[rank];
      lives.resize(std::max<std::size_t>(lives.size(), acknowledged->push.value));
      PushLife& life = lives[acknowledged->push.value - 1];
      life.acknowledged = std::min(life.acknowledged, place);
    } else if (const auto* pull = std::get_if<PullBegun>(&record.what)) {
      pull_at[{record.node, pull->pull}] = pulls_.size();
      pulls_.push_back({.worker = record.node,
                        .incarnation = record.incarnation,
                        .life = returns[record.node],
                        .number = pull->pull,
                        .iteration = pull->iteration,
                        .batch_of = pull->batch_of.value_or(rank),
                        .begun = place,
                        .pushed = pushed[{rank, record.incarnation}]});
    } else if (const auto* ended = std::get_if<PullEnded>(&record.what)) {
      const auto found = pull_at.find({record.node, ended->pull});
      if (found == pull_at.end()) continue;
      pulls_[found->second].ended = place;
      pulls_[found->second].slowest = ended->slowest;
    } else if (const auto* stalled = std::get_if<Stalled>(&record.what)) {
      add_stall(record, stalled->late);
    } else if (const auto* situation = std::get_if<Situation>(&record.what)) {
      returns[record.node] += situation->what == kAdmittedAgain;
    } else if (const auto* finished = std::get_if<JobFinished>(&record.what)) {
      stop_reason_ = finished->reason;
    } else if (const auto* view = std::get_if<ViewInstalled>(&record.what)) {
      for (const auto* workers : {&view->expelled, &view->admitted})
        for (std::uint32_t worker : *workers)
          expelled_[worker] = std::min(expelled_[worker], place);
      for (std::uint32_t shard = 0; shard < view->chains.size(); ++shard)
        chains_.try_emplace({shard, view->chains[shard].since}, view->chains[shard]);
    }
  }
}

// What is left of it besides the node's pauses.
void History::add_stall(const TrailRecord& record, Duration late) {
  const Stall stall{{record.at.seconds - late.seconds}, record.at};
  for (const FaultSpan& span : faults_.spans())
    if (span.fault->kind == FaultKind::kPause && selects(span.fault->nodes, record.node) &&
        span.begin <= stall.end && stall.begin <= span.end)
      return;
  stalls_.push_back(stall);
}

bool History::stalled(Time begin, Time end) const {
  constexpr double kShareLeast = 0.1;
  double lost = 0;
  for (const Stall& stall : stalls_)
    lost += std::max(0.0, (std::min(end, stall.end) - std::max(begin, stall.begin)).seconds);
  return lost > 0 && lost >= kShareLeast * (end - begin).seconds;
}

// Numbers that were left out, and doubtful ones, go along with what follows them, so that both
// places rise with the numbers.
void History::fill_in_pushes() {
  for (std::vector<PushLife>& lives : pushes_) {
    for (std::size_t i = lives.size(); i-- > 0;) {
      PushLife& life = lives[i];
      life.is_left_out = life.begun == kNever;
      if (i + 1 == lives.size()) continue;
      const PushLife& next = lives[i + 1];
      if (life.is_left_out) life.begun = next.begun;
      life.is_doubtful = life.acknowledged == kNever && next.acknowledged != kNever;
      if (life.is_doubtful) life.acknowledged = next.acknowledged;
    }
    for (std::size_t i = 1; i < lives.size(); ++i)
      lives[i].begun = std::max(lives[i].begun, lives[i - 1].begun);
  }
}

void History::draw_batches() {
  batches_.resize(layout_->workers());
  of_kind_.resize(layout_->workers());
  surely_of_kind_.resize(layout_->workers());
  for (std::uint32_t worker = 0; worker < layout_->workers(); ++worker) {
    // Where some gradients are enough, a worker may have done more than its share.
    const auto iterations =
        std::max<std::size_t>(run().job.stop.iterations.value_or(0), pushes_[worker].size());
    for (std::uint32_t kind = 0; kind < TallyLayout::kKinds; ++kind) {
      batches_[worker].push_back(layout_->batch(worker, kind));
      std::vector<std::uint32_t> most = {0}, least = {0};
      for (std::uint32_t iteration = 0; iteration < iterations; ++iteration) {
        const bool is_begun = iteration < pushes_[worker].size();
        const PushLife life = is_begun ? pushes_[worker][iteration] : PushLife{};
        const bool counts = TallyLayout::kind(worker, {iteration}) == kind && !life.is_left_out;
        most.push_back(most.back() + counts);
        least.push_back(least.back() + (counts && !life.is_doubtful));
      }
      of_kind_[worker].push_back(std::move(most));
      surely_of_kind_[worker].push_back(std::move(least));
    }
  }
}

namespace {

// How many of the first lives have `when` before a place.
std::uint64_t count_before(const std::vector<PushLife>& lives, Place PushLife::*when, Place place) {
  const auto first_after = std::partition_point(
      lives.begin(), lives.end(), [&](const PushLife& life) { return life.*when < place; });
  return static_cast<std::uint64_t>(first_after - lives.begin());
}

}  // namespace

std::uint64_t History::acknowledged_before(std::uint32_t worker, Place place) const {
  return count_before(pushes_[worker], &PushLife::acknowledged, place);
}

std::uint64_t History::begun_before(std::uint32_t worker, Place place) const {
  return count_before(pushes_[worker], &PushLife::begun, place);
}

std::uint32_t History::expelled_before(Place place) const {
  return static_cast<std::uint32_t>(std::count_if(
      expelled_.begin(), expelled_.end(), [&](Place expelled) { return expelled < place; }));
}

const Chain* History::chain(std::uint32_t shard, Epoch since) const {
  const auto found = chains_.find({shard, since});
  return found == chains_.end() ? nullptr : &found->second;
}

const TallyBatch& History::batch(std::uint32_t worker, Clock iteration) const {
  return batches_[worker][TallyLayout::kind(worker, iteration)];
}

std::uint64_t History::count(const Counts& counts, std::uint32_t worker, Namespace table, Key key,
                             std::uint64_t pushes) const {
  const std::uint32_t owner = layout_->owner(key);
  if (owner != worker && owner != layout_->workers()) return 0;
  std::uint64_t count = 0;
  for (std::uint32_t kind = 0; kind < TallyLayout::kKinds; ++kind) {
    const std::vector<std::uint32_t>& of_kind = counts[worker][kind];
    if (batches_[worker][kind].added[table.value].contains(key))
      count += of_kind[std::min<std::uint64_t>(pushes, of_kind.size() - 1)];
  }
  return count;
}

}  // namespace psgrid::analysis
