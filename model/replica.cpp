#include "model/replica.hpp"

#include <algorithm>

#include "model/check.hpp"
#include "model/planted.hpp"

namespace psgrid {

namespace {

// A piece of a state on its way: short enough that other messages are not held up for long.
constexpr std::uint64_t kPieceValues = 64 * 1024;

// So many entries may wait for a joiner to catch up, in windows of all workers.
constexpr std::size_t kBacklogWindows = 4;

// Entries kept for replicas that return with their memory.
constexpr std::size_t kLoggedMost = 1 << 16;

// Entries sent again at a time.
constexpr std::size_t kResentMost = 64;

std::uint64_t value_count(const Sections& sections) {
  std::uint64_t values = 0;
  for (const Section& section : sections) values += section.values.size();
  return values;
}

std::uint64_t value_count(const Entry& entry) {
  if (const auto* push = std::get_if<std::shared_ptr<const Push>>(&entry.what))
    return value_count((*push)->sections);
  const auto* aggregate = std::get_if<Aggregate>(&entry.what);
  return aggregate ? value_count(aggregate->mean) : 0;
}

std::vector<Values> pieces_of(const ShardState& state) {
  std::vector<Values> pieces;
  for (const Values& part : state.image().parts)
    for (std::uint64_t first = 0; first < part.size(); first += kPieceValues)
      pieces.push_back(part.part(first, std::min(kPieceValues, part.size() - first)));
  return pieces;
}

// The smallest range around a set of keys.
KeyRange bounds(const KeySet& keys) {
  PSGRID_CHECK(!keys.empty(), "no section without keys");
  if (keys.is_ranges()) return {keys.as_ranges().front().begin, keys.as_ranges().back().end};
  return {keys.as_list().front(), keys.as_list().back() + 1};
}

}  // namespace

Replica::Replica(std::shared_ptr<const Job> job, NodeId self, Context& context,
                 const Member& member, const Lease& lease, std::uint32_t shard)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      member_(member),
      lease_(lease),
      shard_(shard),
      logs_(any_keeps_memory(job_->spec.faults)),
      requests_(*job_, context, FilterChain::Direction::kPush, shard),
      answers_(*job_, context, FilterChain::Direction::kPull, shard) {}

void Replica::begin_anew(const View& view) {
  state_.emplace(*job_, view, shard_);
  log_.clear();
  logged_values_ = 0;
}

void Replica::begin_from(const View& view, const Checkpoint& checkpoint) {
  begin_anew(view);
  const auto wrong = state_->restore(checkpoint.shards[shard_]);
  PSGRID_CHECK(!wrong, "a checkpoint of this job");
  stable_ = state_->sequence();
  to_load_ = value_count(checkpoint.shards[shard_]);
}

void Replica::note(const char* situation) {
  if (job_->spec.audited) context_.record(Situation{situation});
}

// --- the place in the chain
// -----------------------------------------------------------------------

void Replica::install(ViewPtr view) {
  const ViewPtr before = std::exchange(view_, std::move(view));
  const std::vector<std::uint32_t>& servers = chain().servers;
  const auto place = std::find(servers.begin(), servers.end(), self_.rank);
  const bool is_new_chain = !before || chain().since != since_;
  const bool is_new_joiner =
      !before || before->chain(shard_).joining_since != chain().joining_since;
  since_ = chain().since;
  if (place == servers.end()) {
    place_.reset();
    if (is_new_chain || is_new_joiner) begin_joining();
    return;
  }
  PSGRID_CHECK(state_, "a state, where a server is in a chain");
  place_ = static_cast<std::size_t>(place - servers.begin());
  if (is_new_chain) begin_place();
  if (is_new_joiner && is_tail() && !is_new_chain) {
    sending_.reset();
    joint_ = successor_synced_ = false;
    joiner_has_ = 0;
    advance_stable();
    if (planted(Mistake::kJoinBeforeData) && chain().joiner)
      context_.send(member_.manager(), make_message(Joined{chain().joining_since, shard_}));
  }
  follow_membership();
  arm_timer();
}

// Everything that is not in the state was the old chain's: workers send it again.
void Replica::begin_place() {
  recalled_ = false;
  working_.clear();
  lapsed_.clear();
  waiting_.clear();
  worked_.clear();
  forwards_early_.clear();
  forwards_worked_.clear();
  gate_.emplace(view_->workers());
  pace_ = job_->consistency->make_pace(view_->workers());
  read_by_.clear();
  pushes_admitted_.resize(view_->workers());
  for (std::uint32_t worker = 0; worker < view_->workers(); ++worker)
    pushes_admitted_[worker] = state_->pushes_of(worker).value;
  if (job_->spec.replication.after_aggregation && job_->consistency->sums_iterations()) {
    gathered_.emplace(*job_, view_->workers(), true);
    gathered_->be_without(state_->sums());
    aggregated_ = state_->summed();
    pushes_gathered_ = pushes_admitted_;
  }
  forwards_admitted_ = state_->sequence();
  successor_synced_ = false;
  sending_.reset();
  receiving_.reset();
  held_replies_.clear();
  asked_again_.clear();
  closing_ = false;
  joint_ = false;
  joiner_has_ = 0;
  if (is_tail()) {
    advance_stable();
    report_stable();
  }
  checkpoint_.reset();
  last_checkpoint_.reset();
  if (to_load_ > 0) work_on(WorkKind::kStore, storing_flops(to_load_), Loaded{});
  // Nobody has anything yet in the very first chain.
  successor_synced_ = since_ == Epoch{1};
  linked_ = since_ == Epoch{1} || is_head();
  if (const auto before = predecessor(); before && !linked_)
    context_.send(*before, make_message(ChainSync{since_, shard_, state_->sequence()}));
}

std::optional<NodeId> Replica::predecessor() const {
  if (!place_) return server_id(chain().tail());
  return is_head() ? std::nullopt : std::optional(server_id(chain().servers[*place_ - 1]));
}

std::optional<NodeId> Replica::successor() const {
  if (!place_) return {};
  if (!is_tail()) return server_id(chain().servers[*place_ + 1]);
  return chain().joiner ? std::optional(server_id(*chain().joiner)) : std::nullopt;
}

// Workers come and go at one place in the order of the shard's entries.
void Replica::follow_membership() {
  if (!is_head() || closing_) return;
  const ViewDescription& view = view_->description();
  std::vector<std::uint32_t> gone;
  for (std::uint32_t worker : view.expelled)
    if (!state_->is_expelled(worker)) gone.push_back(worker);
  const auto is_gone = [&](const auto& push) {
    return std::binary_search(gone.begin(), gone.end(), push.first.first);
  };
  std::erase_if(waiting_, is_gone);
  std::erase_if(worked_, is_gone);
  if (!gone.empty()) append(Expulsion{gone});
  if (gathered_)
    for (std::uint32_t worker : gone) gathered_->expel(worker);
  for (const ViewDescription::Admitted& admitted : view.admitted) {
    const std::uint32_t worker = admitted.worker;
    if (std::binary_search(view.expelled.begin(), view.expelled.end(), worker)) continue;
    if (!state_->is_expelled(worker) && state_->pushes_of(worker).value >= admitted.from.value)
      continue;
    append(Admission{worker, admitted.from});
    pushes_admitted_[worker] = admitted.from.value;
    if (!gathered_) continue;
    gathered_->admit(worker, admitted.from);
    pushes_gathered_[worker] = admitted.from.value;
  }
  if (gathered_) append_complete_aggregates();
}

// --- pushes at the head -------------------------------------------------------------------------

void Replica::on_push(NodeId from, MessagePtr message) {
  const RequestId number = std::get<Push>(*message).request;
  if (!is_head()) return;
  message = requests_.unpack(message, {from, shard_});
  if (!message) return context_.send(from, make_message(Incomplete{shard_, number, true}));
  if (state_->is_expelled(from.rank) && !planted(Mistake::kPushOfAnotherAccepted))
    return note("push of an expelled worker refused");
  if (is_of_earlier_life(from, number)) return note("push of before an admission refused");
  if (planted(Mistake::kNoDuplicateCheck) && number <= state_->pushes_of(from.rank))
    return take_effect({from, message});
  if (number <= state_->pushes_of(from.rank)) {
    if (since_ > Epoch{1}) note("duplicate push after a failover");
    if (const auto unstable = unstable_entry_of(from, number))
      asked_again_[{*unstable, from}] = number;
    else
      acknowledge(from, number);
    return;
  }
  if (closing_ && !planted(Mistake::kClosedChainGoesOn)) return;  // it comes again to the next head
  if (number.value <= pushes_admitted_[from.rank]) {
    if (is_void(number, pushes_admitted_[from.rank])) acknowledge(from, number);
    return;  // else it is acknowledged when its work is done
  }
  if (planted(Mistake::kClockOvertakesPushes) && !job_->consistency->sums_iterations())
    state_->advance_clocks(from.rank, std::get<Push>(*message));
  const bool is_early = !may_follow(number, pushes_admitted_[from.rank]);
  if (is_early || is_backlog_full()) {
    waiting_.try_emplace({from.rank, number}, PendingPush{from, message});
    return;
  }
  admit({from, message});
  admit_next(from.rank);
}

// Of before it was expelled: whether or not it is in, its worker has forgotten it, or soon will.
bool Replica::is_of_earlier_life(NodeId worker, RequestId push) const {
  return push.value <= member_.admitted_from(worker.rank).value;
}

bool Replica::is_of_earlier_life(NodeId worker, const Pull& pull) const {
  return pull.own_clock < member_.admitted_from(worker.rank);
}

// The number of its last push that has taken effect here, if only as part of an unfinished sum.
std::uint64_t Replica::pushes_in(std::uint32_t worker) const {
  return gathered_ ? pushes_gathered_[worker] : state_->pushes_of(worker).value;
}

// Whether a worker's push is the next after another. With a code a worker may leave iterations out,
// each of which has as many numbers as pushes.
bool Replica::may_follow(RequestId push, std::uint64_t last) const {
  if (push.value == last + 1) return true;
  const auto redundancy = job_->consistency->redundancy();
  return redundancy && push.value > last && (push.value - 1) % redundancy->pushes == 0;
}

// With a code, an iteration is over by the time that a worker pushes for a later one.
bool Replica::is_void(RequestId push, std::uint64_t last) const {
  const auto redundancy = job_->consistency->redundancy();
  return redundancy && push.value <= (last - 1) / redundancy->pushes * redundancy->pushes;
}

void Replica::drop_void(PushesByNumber& pushes, std::uint32_t worker, std::uint64_t last) {
  for (auto push = pushes.lower_bound({worker, {}});
       push != pushes.end() && push->first.first == worker && is_void(push->first.second, last);
       push = pushes.erase(push))
    acknowledge(worker_id(worker), push->first.second);
}

void Replica::admit_next(std::uint32_t worker) {
  while (!waiting_.empty() && !is_backlog_full()) {
    const auto next = waiting_.upper_bound({worker, {pushes_admitted_[worker]}});
    if (next == waiting_.end() || next->first.first != worker) break;
    if (!may_follow(next->first.second, pushes_admitted_[worker])) break;
    PendingPush push = std::move(next->second);
    waiting_.erase(next);
    admit(std::move(push));
  }
}

// Later ones are refused, here and, as the view is without the worker, at every head to come.
void Replica::on_push_count_request(NodeId from, const PushCountRequest& request) {
  const std::uint32_t worker = request.worker;
  if (!is_head() || from.role != Role::kManager || worker >= view_->workers()) return;
  if (!state_->is_expelled(worker)) return;
  std::uint64_t most = 0;
  for (std::uint32_t each = 0; each < view_->workers(); ++each)
    most = std::max(most, pushes_in(each));
  context_.send(from, make_message(PushCount{shard_, worker, request.asked, most}));
}

// Workers may know that their pushes are stable before this head does.
bool Replica::is_backlog_full() const { return unstable_.size() > kBacklogWindows * window(); }

void Replica::admit_what_waits() {
  if (!is_head() || waiting_.empty()) return;
  for (std::uint32_t worker = 0; worker < view_->workers(); ++worker) admit_next(worker);
}

void Replica::admit(PendingPush request) {
  const std::uint32_t worker = request.from.rank;
  pushes_admitted_[worker] = std::get<Push>(*request.message).request.value;
  drop_void(waiting_, worker, pushes_admitted_[worker]);
  const CostSpec& costs = job_->spec.costs;
  const auto values = value_count(std::get<Push>(*request.message).sections);
  const double flops =
      costs.message_flops + costs.apply_flops_per_value * static_cast<double>(values);
  work_on(WorkKind::kApply, flops, std::move(request));
}

// The cores of a processor may finish a worker's pushes in another order than they began them.
void Replica::finish(PendingPush request) {
  const std::uint32_t worker = request.from.rank;
  const auto last = [&] { return pushes_in(worker); };
  const RequestId number = std::get<Push>(*request.message).request;
  if (is_of_earlier_life(request.from, number)) return;
  if (last() > 0 && is_void(number, last())) return acknowledge(request.from, number);
  if (number.value > last() && !may_follow(number, last())) {
    worked_.emplace(std::pair{worker, number}, std::move(request));
    return;
  }
  take_effect(request);
  drop_void(worked_, worker, last());
  while (true) {
    const auto next = worked_.upper_bound({worker, {last()}});
    if (next == worked_.end() || next->first.first != worker) break;
    if (!may_follow(next->first.second, last())) break;
    const PendingPush push = std::move(next->second);
    worked_.erase(next);
    take_effect(push);
  }
}

void Replica::take_effect(const PendingPush& request) {
  const auto& push = std::get<Push>(*request.message);
  if (closing_ && !planted(Mistake::kClosedChainGoesOn)) return;
  if (state_->is_expelled(request.from.rank) && !planted(Mistake::kPushOfAnotherAccepted)) return;
  if (gathered_) return gather(request.from, push);
  append(std::shared_ptr<const Push>(request.message, &push), request.from.rank);
}

void Replica::gather(NodeId worker, const Push& push) {
  pushes_gathered_[worker.rank] = push.request.value;
  // A worker that has just been admitted may be late for an iteration that went on without it.
  if (push.iteration < aggregated_) return append(std::make_shared<const Push>(push), worker.rank);
  gathered_->add(worker.rank, push, state_->tables());
  append_complete_aggregates();
}

void Replica::append_complete_aggregates() {
  while (true) {
    const bool is_complete = gathered_->is_complete(aggregated_);
    if (!is_complete && !gathered_->is_left_out(aggregated_)) break;
    IterationSums::Finished finished = gathered_->take(aggregated_);
    if (!is_complete) {
      aggregated_ = aggregated_.next();
      continue;
    }
    for (const IterationSums::ReadMark& read : finished.reads)
      state_->record_staleness(context_, read, aggregated_, aggregated_);
    append(Aggregate{aggregated_, std::move(finished.parts), std::move(finished.mean)});
    aggregated_ = aggregated_.next();
  }
}

void Replica::append(decltype(Entry::what) what, std::uint32_t worker) {
  apply({.sequence = state_->sequence() + 1, .worker = worker, .what = std::move(what)});
}

// --- entries ------------------------------------------------------------------------------------

void Replica::apply(const Entry& entry) {
  const std::uint64_t version_before = state_->version();
  if (logs_) log(entry);
  const bool slowest_rose = state_->apply(entry, is_head() ? &context_ : nullptr);
  const auto* push = std::get_if<std::shared_ptr<const Push>>(&entry.what);
  if (job_->spec.audited)
    context_.record(EntryApplied{.shard = shard_,
                                 .since = since_,
                                 .sequence = entry.sequence,
                                 .worker = worker_id(entry.worker),
                                 .push = push ? (*push)->request : RequestId{},
                                 .digest = state_->digest_of_entries()});
  if (job_->spec.audited && job_->consistency->quorum() && state_->version() > version_before)
    context_.record(RoundClosed{shard_, since_, state_->version(), state_->last_round()});
  if (!successor() && is_tail()) {
    stable_ = entry.sequence;
    acknowledge(entry);
    report_stable();
    tell_that_pushes_are_accepted();
  } else if (successor()) {
    unstable_.push_back(entry);
    unstable_most_ = std::max(unstable_most_, unstable_.size());
    if (successor_synced_) send_forward(entry);
    arm_timer();
  }
  if (is_tail() && successor()) {
    advance_stable();
  } else if (planted(Mistake::kEarlyAcknowledgement) && is_head()) {
    acknowledge(entry);
  } else if (planted(Mistake::kStableTooSoon) && place_) {
    stable_ = entry.sequence;
    report_stable();
  }
  if (pace_ && push)
    for (const Tick& tick : (*push)->ticks)
      if (tick.table == Namespace{}) pace_->on_clock(entry.worker, tick.clock, context_.now());
  if (slowest_rose) send_rows_to_readers();
  write_if_due();
  if (const auto* expulsion = std::get_if<Expulsion>(&entry.what)) forget_pulls_of(*expulsion);
  if (planted(Mistake::kGateNotReleased) && !push) return;
  const bool others_wait_for_updates =
      job_->consistency->quorum() && state_->version() > version_before;
  const bool one_worker = push && !slowest_rose && !others_wait_for_updates;
  open_gate(one_worker ? std::optional(entry.worker) : std::nullopt);
}

void Replica::send_forward(const Entry& entry) {
  context_.send(*successor(), make_message(Forward{since_, shard_, entry}));
}

// At the tail an entry is stable once applied; with a joiner, once that has it, too, as soon as it
// has caught up or as too many entries wait for it to do so.
void Replica::advance_stable() {
  std::uint64_t stable = state_->sequence();
  const bool awaits = (joint_ || is_backlog_full()) && !planted(Mistake::kJoinerNotAwaited);
  if (chain().joiner && awaits) stable = std::max(stable_, joiner_has_);
  if (stable > stable_) {
    const std::uint64_t before = std::exchange(stable_, stable);
    for (const Entry& entry : unstable_)
      if (entry.sequence > before && entry.sequence <= stable) acknowledge(entry);
    report_stable();
    answer_asked_again();
    tell_that_pushes_are_accepted();
  }
  const std::uint64_t trimmed = chain().joiner ? joiner_has_ : stable_;
  while (!unstable_.empty() && unstable_.front().sequence <= trimmed &&
         unstable_.front().sequence <= stable_ && !planted(Mistake::kBufferNeverTrimmed))
    unstable_.pop_front();
  send_held_replies();
  admit_what_waits();
}

void Replica::send_held_replies() {
  while (!held_replies_.empty() && held_replies_.front().sequence <= stable_) {
    context_.send(held_replies_.front().to, held_replies_.front().message);
    held_replies_.pop_front();
  }
}

void Replica::on_joiner_ack(std::uint64_t sequence) {
  joiner_has_ = std::max(joiner_has_, sequence);
  if (!joint_ && sending_ && joiner_has_ >= sending_->state - 1 &&
      joiner_has_ == state_->sequence()) {
    joint_ = true;
    context_.send(member_.manager(), make_message(Joined{chain().joining_since, shard_}));
    arm_timer();
  }
  advance_stable();
}

std::size_t Replica::window() const {
  return (job_->spec.client.outstanding_pushes + std::size_t{2}) * view_->workers();
}

// The entry of a push that this replica has applied, if it may not have reached the tail.
std::optional<std::uint64_t> Replica::unstable_entry_of(NodeId worker, RequestId number) const {
  if (planted(Mistake::kRetryAcknowledgedAtOnce)) return {};
  const auto holds = [&](const Entry& entry) {
    if (const auto* push = std::get_if<std::shared_ptr<const Push>>(&entry.what))
      return entry.worker == worker.rank && (*push)->request == number;
    const auto* aggregate = std::get_if<Aggregate>(&entry.what);
    return aggregate && std::any_of(aggregate->parts.begin(), aggregate->parts.end(),
                                    [&](const Aggregate::Part& part) {
                                      return part.worker == worker.rank && part.push == number;
                                    });
  };
  for (const Entry& entry : unstable_)
    if (entry.sequence > stable_ && holds(entry)) return entry.sequence;
  return {};
}

// The tail may have acknowledged them; but then the answer was lost, or its sender is no more.
void Replica::answer_asked_again() {
  while (!asked_again_.empty() && asked_again_.begin()->first.first <= stable_) {
    acknowledge(asked_again_.begin()->first.second, asked_again_.begin()->second);
    asked_again_.erase(asked_again_.begin());
  }
}

// Once for each chain that follows another.
void Replica::tell_that_pushes_are_accepted() {
  if (accepting_since_ == since_) return;
  accepting_since_ = since_;
  if (since_ > Epoch{1})
    context_.record(Event{"accepting", "shard " + std::to_string(shard_) + ", epoch " +
                                           std::to_string(since_.value)});
}

void Replica::acknowledge(const Entry& entry) {
  if (const auto* push = std::get_if<std::shared_ptr<const Push>>(&entry.what))
    return acknowledge(worker_id(entry.worker), (*push)->request);
  if (const auto* aggregate = std::get_if<Aggregate>(&entry.what))
    for (const Aggregate::Part& part : aggregate->parts)
      acknowledge(worker_id(part.worker), part.push);
}

void Replica::acknowledge(NodeId worker, RequestId push) {
  // Workers in step have the same numbers: one message serves them all.
  if (!last_ack_ || std::get<PushAck>(*last_ack_).request != push)
    last_ack_ = make_message(PushAck{shard_, push});
  context_.send(worker, last_ack_);
}

void Replica::report_stable() {
  if (const auto before = predecessor())
    context_.send(*before, make_message(ForwardAck{since_, shard_, stable_, joining_since()}));
}

void Replica::on_forward(NodeId from, const Forward& forward) {
  if (from != predecessor() && !planted(Mistake::kOldEpochAccepted)) return;
  const std::uint64_t sequence = forward.entry.sequence;
  if (sequence <= forwards_admitted_ && state_) {
    // Sent again: the answer may have been lost.
    if (sequence <= stable_) report_stable();
    return;
  }
  forwards_early_.try_emplace(sequence, forward.entry);
  admit_forwards();
}

void Replica::admit_forwards() {
  if (!state_ || (receiving_ && !receiving_->complete)) return;
  const CostSpec& costs = job_->spec.costs;
  while (true) {
    auto next = forwards_early_.extract(forwards_admitted_ + 1);
    if (next.empty()) break;
    ++forwards_admitted_;
    const double flops = costs.message_flops + costs.apply_flops_per_value *
                                                   static_cast<double>(value_count(next.mapped()));
    work_on(WorkKind::kApply, flops, std::move(next.mapped()));
  }
}

void Replica::finish(Entry entry) {
  forwards_worked_.emplace(entry.sequence, std::move(entry));
  while (true) {
    const auto next = forwards_worked_.extract(state_->sequence() + 1);
    if (next.empty()) break;
    apply(next.mapped());
    if (!place_) {  // a joiner tells how far it is
      stable_ = state_->sequence();
      report_stable();
    }
  }
}

void Replica::on_forward_ack(NodeId from, const ForwardAck& ack) {
  if (from != successor()) return;
  if (ack.joining_since != (is_tail() ? chain().joining_since : Epoch{})) return;
  const std::uint64_t sequence = std::min(ack.sequence, state_->sequence());
  if (is_tail()) return on_joiner_ack(sequence);
  if (sequence <= stable_) return;
  stable_ = sequence;
  report_stable();
  answer_asked_again();
  send_held_replies();
  tell_if_closed();
  if (planted(Mistake::kBufferNeverTrimmed)) return;
  while (!unstable_.empty() && unstable_.front().sequence <= stable_) unstable_.pop_front();
  admit_what_waits();
}

void Replica::on_chain_sync(NodeId from, const ChainSync& sync) {
  if (from != successor()) return;
  if (!successor_synced_) note("chain repaired");
  successor_synced_ = true;
  if (linked_ || planted(Mistake::kLinkNotPassedDown)) link_successor();
  if (planted(Mistake::kNoResendAfterChainChange)) return unstable_.clear();
  for (const Entry& entry : unstable_)
    if (entry.sequence > sync.sequence) send_forward(entry);
}

void Replica::on_chain_synced(NodeId from, const ChainSynced&) {
  if (from != predecessor()) return;
  if (receiving_ && receiving_->has_entries && !receiving_->complete) return catch_up();
  if (!place_ || linked_) return;
  linked_ = true;
  if (!is_tail() && successor_synced_) link_successor();
  tell_that_linked();
  arm_timer();
  open_gate({});
}

// Whoever was the tail before may be any of those before it.
void Replica::link_successor() {
  context_.send(*successor(), make_message(ChainSynced{since_, shard_, state_->sequence()}));
}

// --- the end of a chain -------------------------------------------------------------------------

// Its servers may take other places once all of them have the same, for good.
void Replica::on_close_chain(NodeId from) {
  if (!is_head() || from.role != Role::kManager) return;
  if (!std::exchange(closing_, true)) note("chain closed");
  tell_if_closed();
  arm_timer();
}

void Replica::tell_if_closed() {
  if (closing_ && (stable_ == state_->sequence() || planted(Mistake::kClosedTooSoon)))
    context_.send(member_.manager(), make_message(ChainClosed{since_, shard_}));
}

// --- joining a chain ----------------------------------------------------------------------------

void Replica::begin_joining() {
  if (receiving_) note("resync begun again");
  const bool has_entries = std::exchange(recalled_, false);
  working_.clear();
  lapsed_.clear();
  forwards_early_.clear();
  forwards_worked_.clear();
  unstable_.clear();
  gate_.reset();
  receiving_.emplace();
  receiving_->has_entries = has_entries;
  if (!has_entries) begin_anew(*view_);
  request_piece();
  arm_timer();
}

void Replica::request_piece() {
  if (receiving_->has_entries)
    return context_.send(*predecessor(),
                         make_message(Rejoin{since_, joining_since(), shard_, state_->sequence(),
                                             state_->digest_of_entries()}));
  const auto piece = static_cast<std::uint32_t>(receiving_->pieces.size());
  context_.send(*predecessor(), make_message(StateRequest{since_, joining_since(), shard_,
                                                          receiving_->state, piece}));
}

void Replica::on_state_request(NodeId from, const StateRequest& request) {
  if (from != successor() || !is_tail() || request.joining_since != chain().joining_since) return;
  if (request.state == 0 && !sending_) {
    sending_.emplace();
    sending_->state = state_->sequence() + 1;  // never 0
    sending_->pieces = pieces_of(*state_);
    std::erase_if(unstable_, [this](const Entry& entry) { return entry.sequence <= stable_; });
    successor_synced_ = true;
  }
  if (!sending_ || (request.state != 0 && request.state != sending_->state)) return;
  const auto pieces = static_cast<std::uint32_t>(sending_->pieces.size());
  if (request.piece >= pieces) return;
  context_.send(from, make_message(StatePiece{.since = since_,
                                              .joining_since = chain().joining_since,
                                              .shard = shard_,
                                              .state = sending_->state,
                                              .piece = request.piece,
                                              .pieces = pieces,
                                              .image = sending_->pieces[request.piece]}));
}

void Replica::on_state_piece(NodeId from, const StatePiece& piece) {
  if (from != predecessor() || !receiving_ || receiving_->complete ||
      piece.joining_since != joining_since())
    return;
  if (receiving_->state == 0) receiving_->state = piece.state;
  if (piece.state != receiving_->state || piece.piece != receiving_->pieces.size()) return;
  if (std::exchange(receiving_->has_entries, false)) begin_anew(*view_);  // others, or too few
  receiving_->pieces.push_back(piece.image);
  receiving_->progressed = true;
  receiving_->pieces.size() < piece.pieces ? request_piece() : assemble_state();
}

void Replica::assemble_state() {
  const auto wrong = state_->restore(receiving_->pieces);
  PSGRID_CHECK(!wrong, "the image of an equally shaped shard");
  receiving_->pieces.clear();
  catch_up();
}

// The joiner has a state; the entries after it come one by one.
void Replica::catch_up() {
  receiving_->complete = true;
  forwards_admitted_ = stable_ = state_->sequence();
  forwards_early_.erase(forwards_early_.begin(), forwards_early_.upper_bound(stable_));
  report_stable();
  admit_forwards();
}

// --- memory kept --------------------------------------------------------------------------------

void Replica::remember(std::vector<MessagePtr>& memory) const {
  if (!state_ || (!place_ && !(receiving_ && (receiving_->complete || receiving_->has_entries))))
    return;
  const std::vector<Values> pieces = pieces_of(*state_);
  for (std::uint32_t piece = 0; piece < pieces.size(); ++piece)
    memory.push_back(make_message(StatePiece{.since = since_,
                                             .joining_since = {},
                                             .shard = shard_,
                                             .state = state_->sequence(),
                                             .piece = piece,
                                             .pieces = static_cast<std::uint32_t>(pieces.size()),
                                             .image = pieces[piece]}));
  for (const Entry& entry : unstable_)
    memory.push_back(make_message(Forward{since_, shard_, entry}));
  memory.push_back(make_message(ChainSync{since_, shard_, stable_}));
}

bool Replica::remembers(const std::vector<MessagePtr>& memory, std::uint32_t shard) {
  return std::any_of(memory.begin(), memory.end(), [&](const MessagePtr& message) {
    const auto* piece = std::get_if<StatePiece>(message.get());
    return piece && piece->shard == shard;
  });
}

void Replica::recall(const View& view, const std::vector<MessagePtr>& memory) {
  begin_anew(view);
  std::vector<Values> parts;
  for (const MessagePtr& message : memory) {
    const auto* piece = std::get_if<StatePiece>(message.get());
    if (piece && piece->shard == shard_) parts.push_back(piece->image);
    const auto* forward = std::get_if<Forward>(message.get());
    if (forward && forward->shard == shard_) unstable_.push_back(forward->entry);
    const auto* sync = std::get_if<ChainSync>(message.get());
    if (sync && sync->shard == shard_) stable_ = sync->sequence;
  }
  const auto wrong = state_->restore(parts);
  PSGRID_CHECK(!wrong, "the image of this very shard");
  recalled_ = true;
  note("memory recalled");
}

void Replica::log(const Entry& entry) {
  log_.push_back({entry, state_->digest_of_entries(), value_count(entry)});
  logged_values_ += log_.back().values;
  logged_most_ = std::max(logged_most_, log_.size());
  std::uint64_t held = 0;
  for (const Shard& shard : state_->tables())
    held += shard.layout().values() * shard.arrays_count();
  while (logged_values_ > held || log_.size() > kLoggedMost) {
    logged_values_ -= log_.front().values;
    log_.pop_front();
  }
}

// It is sent what it missed, if that is known and the entries before it are the same here.
void Replica::on_rejoin(NodeId from, const Rejoin& rejoin) {
  if (from != successor() || !is_tail() || rejoin.joining_since != chain().joining_since) return;
  const StateRequest copy{since_, rejoin.joining_since, shard_, 0, 0};
  // It was sent the first piece of a copy, which has been lost.
  if (sending_ && !sending_->pieces.empty()) return on_state_request(from, copy);
  const std::uint64_t missed_from = rejoin.sequence + 1;
  const auto missed = std::find_if(log_.begin(), log_.end(), [&](const Logged& logged) {
    return logged.entry.sequence == missed_from;
  });
  const bool has_all =
      rejoin.sequence == state_->sequence() && rejoin.digest == state_->digest_of_entries();
  const bool has_most = missed != log_.end() && missed->digest_before == rejoin.digest;
  if (!has_all && !has_most) {
    sending_.reset();  // if it was told once that it has most, it did not hear it in time
    return on_state_request(from, copy);
  }
  note("rejoined with what it had");
  sending_.emplace();
  sending_->state = missed_from;
  successor_synced_ = true;
  std::deque<Entry> entries;
  for (auto each = missed; each != log_.end(); ++each) entries.push_back(each->entry);
  unstable_ = std::move(entries);
  context_.send(from, make_message(ChainSynced{since_, shard_, state_->sequence()}));
  for (const Entry& entry : unstable_) send_forward(entry);
  arm_timer();
}

// --- what may be lost on the way ----------------------------------------------------------------

// The chain is longer than it has to be: the manager will drop a replica once all know their
// places.
bool Replica::is_crowded() const {
  return is_tail() && chain().servers.size() > job_->spec.replication.factor;
}

void Replica::tell_that_linked() {
  if (is_crowded() && linked_)
    context_.send(member_.manager(), make_message(Linked{since_, shard_}));
}

bool Replica::has_to_repeat() const {
  return !unstable_.empty() || receiving_ || joint_ || is_crowded() || closing_ ||
         (place_ && !is_head() && !linked_);
}

void Replica::arm_timer() {
  if (!timer_ && job_->spec.detection.enabled && has_to_repeat()) {
    stable_before_ = unstable_.empty() ? 0 : unstable_.front().sequence;
    timer_ = context_.set_timer(job_->spec.detection.heartbeat);
  }
}

bool Replica::on_timer(TimerId timer) {
  if (timer != timer_) return false;
  timer_.reset();
  if (place_ && !is_head() && !linked_)
    context_.send(*predecessor(), make_message(ChainSync{since_, shard_, state_->sequence()}));
  if (!unstable_.empty() && successor_synced_ && unstable_.front().sequence == stable_before_)
    for (std::size_t i = 0; i < std::min(unstable_.size(), kResentMost); ++i)
      send_forward(unstable_[i]);
  if (joint_) context_.send(member_.manager(), make_message(Joined{chain().joining_since, shard_}));
  tell_that_linked();
  tell_if_closed();
  if (receiving_ && receiving_->complete)
    report_stable();
  else if (receiving_ && !std::exchange(receiving_->progressed, false))
    request_piece();
  arm_timer();
  return true;
}

// --- pulls ------------------------------------------------------------------------------------

void Replica::on_pull(NodeId from, MessagePtr message) {
  const RequestId number = std::get<Pull>(*message).request;
  const bool may_read_here =
      is_tail() || job_->spec.replication.reads == Reads::kAny || planted(Mistake::kReadsFromHead);
  if (!place_ || !may_read_here || state_->is_expelled(from.rank)) return;
  message = requests_.unpack(message, {from, shard_});
  if (!message) return context_.send(from, make_message(Incomplete{shard_, number, false}));
  const Pull& pull = std::get<Pull>(*message);
  if (is_of_earlier_life(from, pull)) return;
  PendingPull pending{from, pull, context_.now()};
  if (job_->consistency->sends_rows()) note_readers(from.rank, pull.sections);
  if (may_answer(pending)) return serve(std::move(pending));
  const auto quorum = job_->consistency->quorum();
  if (quorum && quorum->cancels && pull.version > 0)  // it does not want the rows asked for before
    gate_->release(from.rank, [&](const PendingPull& held) {
      return held.pull.version > 0 && held.pull.request < pull.request;
    });
  gate_->hold(std::move(pending));
}

bool Replica::may_answer(const PendingPull& pending) const {
  const Pull& pull = pending.pull;
  // Its later pushes are refused: the answer would lack what it has pushed meanwhile.
  if (state_->is_expelled(pending.from.rank)) return false;
  if (is_of_earlier_life(pending.from, pull)) return false;
  // Until the predecessor knows the new chain, it may still act as the tail of the old one.
  if (!linked_ || to_load_ > 0) return false;
  const bool has_pushed = pull.own_clock > pull.iteration;  // from what the rows must be newer than
  if (state_->version() < pull.version &&
      !(has_pushed && state_->has_pushed_in_vain(pending.from.rank, pull.own_clock)))
    return false;
  if (state_->awaits_update(pending.from.rank)) return false;
  Clock required = pace_ ? pace_->required(pending.from.rank, pull.iteration)
                         : job_->consistency->required(pull.iteration);
  if (planted(Mistake::kStalenessOffByOne) && required > Clock{}) --required.value;
  const ConsistencySpec& model = job_->spec.consistency;
  if (planted(Mistake::kSwitchedEarly) && model.model == ConsistencyModel::kBspThenAsync)
    required = std::min(required, Clock{model.switch_at / 2});
  if (planted(Mistake::kTaskBeforeOthers) && model.model == ConsistencyModel::kTaskGraph &&
      required == pull.iteration && required > Clock{})
    --required.value;
  const std::uint32_t worker = pending.from.rank;
  const auto opens = [&](const RangeVectorClock& clocks, KeyRange keys) {
    return clocks.slowest(keys) >= required && (clocks.slowest(keys, worker) >= pull.own_clock ||
                                                planted(Mistake::kGateIgnoresOwnPushes));
  };
  const std::vector<RangeVectorClock>& clocks = state_->clocks();
  if (pull.sections.empty())
    return std::all_of(clocks.begin(), clocks.end(), [&](const RangeVectorClock& of_table) {
      return opens(of_table, RangeVectorClock::kAllKeys);
    });
  return std::all_of(pull.sections.begin(), pull.sections.end(), [&](const Section& section) {
    return opens(state_->clocks(section.table), bounds(section.keys));
  });
}

void Replica::serve(PendingPull pending) {
  std::uint64_t values = 0;
  for (const Section& section : pending.pull.sections)
    values += keys_held(section).size() * job_->tables[section.table.value].width;
  const CostSpec& costs = job_->spec.costs;
  const double flops =
      costs.message_flops + costs.serve_flops_per_value * static_cast<double>(values);
  const Duration held = context_.now() - pending.arrived;
  work_on(WorkKind::kServe, flops, AdmittedPull{pending.from, std::move(pending.pull), held});
}

void Replica::finish(AdmittedPull admitted) {
  if (job_->spec.audited)
    context_.record(PullServed{shard_, since_, admitted.from, admitted.pull.request});
  MessagePtr reply = make_message(PullReply{
      .since = since_,
      .shard = shard_,
      .request = admitted.pull.request,
      .version = state_->version(),
      .slowest = state_->slowest(),
      .held = admitted.held,
      .sections = filtered(read(admitted.pull.sections), admitted.from, admitted.pull.request)});
  // Nothing may be read that could turn out to be lost: what replicas after this one, or a joiner
  // that will soon be one, do not have.
  const bool may_be_lost = (joint_ || !is_tail()) && stable_ < state_->sequence();
  if (may_be_lost && !planted(Mistake::kReadsFromHead))
    held_replies_.push_back({state_->sequence(), admitted.from, std::move(reply)});
  else
    context_.send(admitted.from, std::move(reply));
}

void Replica::note_readers(std::uint32_t worker, const Sections& asked) {
  std::vector<std::vector<Key>>& tables = read_by_[worker];
  tables.resize(job_->tables.size());
  for (const Section& section : asked) {
    std::vector<Key>& known = tables[section.table.value];
    const std::size_t before = known.size();
    keys_held(section).for_each_run([&](Key begin, std::uint64_t count) {
      for (Key key = begin; key < begin + count; ++key)
        if (!std::binary_search(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(before),
                                key))
          known.push_back(key);
    });
    std::inplace_merge(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(before),
                       known.end());
  }
}

void Replica::send_rows_to_readers() {
  if (!is_tail() || !linked_) return;
  for (const auto& [worker, tables] : read_by_) {
    if (state_->is_expelled(worker)) continue;
    std::uint64_t values = 0;
    for (std::size_t table = 0; table < tables.size(); ++table)
      values += tables[table].size() * job_->tables[table].width;
    const CostSpec& costs = job_->spec.costs;
    work_on(WorkKind::kServe,
            costs.message_flops + costs.serve_flops_per_value * static_cast<double>(values),
            RowsDue{worker});
  }
}

void Replica::finish(RowsDue due) {
  if (state_->is_expelled(due.worker)) return;
  if (joint_ && stable_ < state_->sequence()) return;  // it could turn out to be lost
  Rows rows{.since = since_,
            .shard = shard_,
            .slowest = state_->slowest(),
            .own_clock = state_->clock_of(due.worker),
            .version = state_->version(),
            .sections = {}};
  const std::vector<std::vector<Key>>& tables = read_by_[due.worker];
  for (std::uint16_t table = 0; table < tables.size(); ++table) {
    if (tables[table].empty()) continue;
    KeySet keys = KeySet::list(tables[table]);
    Values values = state_->table({table}).read(keys);
    rows.sections.push_back({{table}, std::move(keys), std::move(values)});
  }
  context_.send(worker_id(due.worker), make_message(std::move(rows)));
}

// Asked for a whole table, a replica answers with what it holds of it.
const KeySet& Replica::keys_held(const Section& asked) const {
  const std::uint64_t whole = view_->ring(asked.table).all().size();
  return asked.keys.is_ranges() && asked.keys.size() == whole
             ? state_->table(asked.table).layout().owned()
             : asked.keys;
}

Sections Replica::read(const Sections& asked) {
  // Workers in step ask for the same rows of the same version: one copy serves them all.
  if (last_read_.version == state_->version() && last_read_.asked.same_as(asked))
    return last_read_.answer;
  Sections answer;
  for (const Section& section : asked) {
    const KeySet& keys = keys_held(section);
    if (!keys.empty())
      answer.push_back({section.table, keys, state_->table(section.table).read(keys)});
  }
  last_read_ = {state_->version(), asked, answer};
  return answer;
}

Sections Replica::filtered(Sections answer, NodeId to, RequestId pull) {
  if (answers_.empty()) return answer;
  std::vector<Section> sections(answer.begin(), answer.end());
  answers_.change(sections, {}, {.number = pull.value * view_->workers() + to.rank});
  answer = answers_.pack(Sections(std::move(sections)), {to, shard_});
  answers_.record(context_);
  return answer;
}

// Should one of these come back, it will have forgotten what it asked.
void Replica::forget_pulls_of(const Expulsion& expulsion) {
  if (!gate_) return;
  for (const std::uint32_t worker : expulsion.workers)
    gate_->release(worker, [](const PendingPull&) { return true; });
}

void Replica::open_gate(std::optional<std::uint32_t> worker) {
  if (!gate_) return;
  const auto may_pass = [this](const PendingPull& pull) { return may_answer(pull); };
  for (PendingPull& pull :
       worker ? gate_->release(*worker, may_pass) : gate_->release_all(may_pass))
    serve(std::move(pull));
}

// --- work -------------------------------------------------------------------------------------

template <class Body>
void Replica::work_on(WorkKind kind, double flops, Body body) {
  if (flops == 0) return finish(std::move(body));
  const ComputeId work =
      context_.compute({.kind = kind, .flops = flops, .index = works_++, .mathematics = {}});
  working_.emplace(work, std::move(body));
}

bool Replica::on_compute_done(ComputeId work) {
  auto done = working_.extract(work);
  if (done.empty()) return false;
  if (lease_.is_valid(context_.now()) || planted(Mistake::kLeaseNotChecked))
    std::visit([this](auto& pending) { finish(std::move(pending)); }, done.mapped());
  else
    lapsed_.push_back(std::move(done.mapped()));
  return true;
}

void Replica::on_lease_renewed() {
  for (Pending& each : std::exchange(lapsed_, {}))
    std::visit([this](auto& pending) { finish(std::move(pending)); }, each);
}

// --- checkpoints --------------------------------------------------------------------------------

// What a processor does in the time that it takes to write or read so much.
double Replica::storing_flops(std::uint64_t values) const {
  const auto& spec = job_->spec.checkpoint;
  const double bandwidth = (spec ? *spec : CheckpointSpec{}).bandwidth;
  return static_cast<double>(values * sizeof(float)) / bandwidth *
         hardware_of(job_->spec.cluster, self_).flops;
}

void Replica::on_checkpoint_request(NodeId from, const CheckpointRequest& request) {
  if (!is_tail()) return;
  checkpoint_for_ = from;
  if (checkpoint_ && checkpoint_->checkpoint == request.checkpoint) return;
  if (last_checkpoint_ && last_checkpoint_->checkpoint == request.checkpoint) {
    if (is_checkpoint_written_) context_.send(from, make_message(*last_checkpoint_));
    return;
  }
  checkpoint_ = request;
  write_if_due();
}

void Replica::write_if_due() {
  if (!checkpoint_) return;
  if (checkpoint_->at_iteration && state_->summed() < checkpoint_->iteration) return;
  const bool missed = checkpoint_->at_iteration && state_->summed() > checkpoint_->iteration;
  last_checkpoint_ = {checkpoint_->checkpoint, shard_, missed, {}};
  checkpoint_.reset();
  is_checkpoint_written_ = missed;
  if (missed) return context_.send(checkpoint_for_, make_message(*last_checkpoint_));
  Written written{{.checkpoint = last_checkpoint_->checkpoint,
                   .shard = shard_,
                   .clocks = state_->worker_clocks(),
                   .image = state_->image().parts},
                  context_.now()};
  const double flops = storing_flops(value_count(written.part.image));
  work_on(WorkKind::kStore, flops, std::move(written));
}

void Replica::finish(Written written) {
  if (!last_checkpoint_ || last_checkpoint_->checkpoint != written.part.checkpoint) return;
  is_checkpoint_written_ = true;
  last_checkpoint_->took = context_.now() - written.begun;
  context_.record(written.part);
  context_.send(checkpoint_for_, make_message(*last_checkpoint_));
}

void Replica::finish(Loaded) {
  to_load_ = 0;
  open_gate({});
}

// --- instrumentation --------------------------------------------------------------------------

std::optional<Sections> Replica::snapshot() const {
  if (!place_ || !is_tail()) return {};
  Sections sections;
  for (std::size_t table = 0; table < job_->tables.size(); ++table) {
    const Shard& shard = state_->tables()[table];
    sections.push_back(
        {job_->tables[table].id, shard.layout().owned(), shard.read(shard.layout().owned())});
  }
  return sections;
}

void Replica::record_state() {
  if (!place_) return;
  context_.record(ReplicaState{.shard = shard_,
                               .since = since_,
                               .sequence = state_->sequence(),
                               .digest = state_->digest(),
                               .settled = lease_.is_valid(context_.now())});
  context_.record(HighWater{"entries kept for the successor", unstable_most_,
                            (kBacklogWindows + 1) * window() + logged_most_});
}

}  // namespace psgrid
