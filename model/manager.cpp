#include "model/manager.hpp"

#include <algorithm>

#include "model/baselines/baselines.hpp"
#include "model/batches.hpp"
#include "model/check.hpp"
#include "model/fingerprint.hpp"
#include "model/planted.hpp"

namespace psgrid {

namespace {

constexpr int kHeartbeatsToSettle = 40;

// All leases of the last leader are over. Servers that are there answer the welcome of the new one.
constexpr double kBeatsToAnswer = 2;

// So long those that will not return may still be heard; in leases.
constexpr double kLeasesOfHope = 10;

}  // namespace

Manager::Manager(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      learner_(job_->make_learner()),
      council_(job_, self, context, *this),
      membership_(job_->spec.replication, job_->spec.worker_loss),
      checkpointer_(job_, self, context, clocks_) {
  const ClusterSpec& cluster = job_->spec.cluster;
  for (std::uint32_t index = cluster.managers; index < cluster.nodes(); ++index)
    awaited_ += !joins_later(job_->spec.faults, node_at(cluster, index));
}

void Manager::on_start() { council_.start(); }

void Manager::on_message(NodeId from, const MessagePtr& message) {
  if (council_.on_message(from, *message)) return;
  if (finished_ && !(settling_ > 0 && from.role == Role::kServer)) {
    const bool goes_on =  // as its stop was lost
        std::holds_alternative<Join>(*message) || std::holds_alternative<Progress>(*message) ||
        std::holds_alternative<Heartbeat>(*message);
    if (goes_on) context_.send(from, make_message(Stop{}));
    return;
  }
  if (const auto* join = std::get_if<Join>(message.get())) on_join(from, *join);
  if (!council_.leads()) return;
  if (const auto* heartbeat = std::get_if<Heartbeat>(message.get())) on_heartbeat(from, *heartbeat);
  if (const auto* joined = std::get_if<Joined>(message.get())) on_joined(from, *joined);
  if (const auto* linked = std::get_if<Linked>(message.get())) on_linked(from, *linked);
  if (const auto* closed = std::get_if<ChainClosed>(message.get())) on_chain_closed(from, *closed);
  if (const auto* count = std::get_if<PushCount>(message.get())) on_push_count(from, *count);
  if (const auto* progress = std::get_if<Progress>(message.get())) on_progress(from, *progress);
  if (const auto* snapshot = std::get_if<Snapshot>(message.get())) on_snapshot(*snapshot);
  if (const auto* written = std::get_if<CheckpointWritten>(message.get()))
    checkpointer_.on_written(from, *written);
}

void Manager::on_timer(TimerId timer) {
  if (council_.on_timer(timer)) return;
  if (timer == watch_) return watch();
  if (checkpointer_.on_timer(timer)) return;
  PSGRID_CHECK(time_limit_ == timer, "the time limit: a manager sets no other timer");
  if (!finished_) finish(StopReason::kTime);
}

// --- office -----------------------------------------------------------------------------------

void Manager::on_elected(const ViewPtr& last) {
  if (const auto& limit = job_->spec.job.stop.time)
    time_limit_ = context_.set_timer({std::max(0.0, limit->seconds - context_.now().seconds)});
  clocks_.assign(job_->spec.cluster.workers, {});
  iterations_ = 0;
  if (const CheckpointPtr from = context_.checkpoint()) {
    clocks_ = from->clocks;
    examples_ = from->examples;
    if (!last) context_.record(Event{"resumed", "from " + describe(from)});
  }
  if (last)
    for (const ViewDescription::Admitted& admitted : last->description().admitted)
      clocks_[admitted.worker] = std::max(clocks_[admitted.worker], admitted.from);
  for (Clock clock : clocks_) iterations_ += clock.value;
  if (!last && council_.has_forgotten()) {
    context_.record(Event{"view_lost", "the only manager has forgotten who holds what"});
    return finish(StopReason::kLost);
  }
  if (!last) return begin_if_all_joined();
  view_ = last;
  context_.record(Event{"leader", to_string(self_) + " leads from epoch " +
                                      std::to_string(view_->epoch().value) + " on"});
  checkpointer_.on_view(view_);
  const DetectionSpec& detection = job_->spec.detection;
  membership_.assume(*view_, job_->spec.cluster.servers, context_.now(),
                     {detection.lease.seconds - kBeatsToAnswer * detection.heartbeat.seconds});
  welcome_all();
  watch();
}

void Manager::on_deposed() {
  for (std::optional<TimerId>* timer : {&time_limit_, &watch_}) {
    if (*timer) context_.cancel_timer(**timer);
    timer->reset();
  }
  checkpointer_.stop();
  closing_.clear();
  returning_.clear();
  membership_ = Membership(job_->spec.replication, job_->spec.worker_loss);
  iterations_ = examples_ = 0;
  next_evaluation_ = 0;
  snapshots_missing_.clear();
  evaluating_.reset();
  finished_ = false;
  settling_ = 0;
}

// --- membership -------------------------------------------------------------------------------

void Manager::on_join(NodeId from, const Join& join) {
  if (council_.leads() && view_ && is_expelled(from) && !may_be_admitted(from))
    return context_.send(from, make_message(Stop{}));
  membership_.hear(from, join.incarnation, join.memory_since, context_.now());
  if (!council_.leads()) return;
  if (!view_) return begin_if_all_joined();
  revise_view();
  if (is_expelled(from)) return let_in(from.rank);
  context_.send(from, make_message(welcome_for(from)));
}

void Manager::begin_if_all_joined() {
  if (!council_.is_idle() || membership_.count() < awaited_) return;
  const ClusterSpec& cluster = job_->spec.cluster;
  std::vector<TableShape> tables;
  for (const Table& table : job_->tables) tables.push_back({table.keys, table.width});
  ViewDescription first =
      membership_.first(cluster.workers, job_->spec.partition, std::move(tables));
  if (const CheckpointPtr from = context_.checkpoint())
    for (std::uint32_t worker : from->expelled)
      if (!std::binary_search(first.expelled.begin(), first.expelled.end(), worker))
        first.expelled.insert(
            std::upper_bound(first.expelled.begin(), first.expelled.end(), worker), worker);
  propose(std::move(first));
}

// One that has left stays away; where nobody is taken for gone, no other was expelled.
bool Manager::may_be_admitted(NodeId worker) const {
  if (job_->spec.worker_loss == WorkerLoss::kGoOn && !planted(Mistake::kStaysOut))
    return !membership_.is_leaving(worker) &&
           !has_left(job_->spec.faults, worker, context_.now().seconds);
  const auto& admitted = view_->description().admitted;
  return joins_later(job_->spec.faults, worker) &&
         std::none_of(admitted.begin(), admitted.end(),
                      [&](const auto& each) { return each.worker == worker.rank; });
}

// Servers may know pushes of it that it does not, and it may have made some that they do not know.
void Manager::let_in(std::uint32_t worker) {
  // It would look for another leader if it heard nothing.
  if (council_.has_lease())
    context_.send(worker_id(worker), make_message(HeartbeatAck{context_.now()}));
  const Returning& returning =
      returning_.try_emplace(worker, Returning{.asked = view_->epoch(), .shards = {}})
          .first->second;
  for (std::uint32_t shard = 0; shard < view_->shards(); ++shard)
    if (!returning.shards.contains(shard))
      context_.send(view_->head_of(shard),
                    make_message(PushCountRequest{view_->chain(shard).since, shard, worker,
                                                  returning.asked}));
}

void Manager::on_push_count(NodeId from, const PushCount& count) {
  constexpr std::uint64_t kPushesMost = std::numeric_limits<std::uint32_t>::max() / 2;
  if (from.role != Role::kServer || count.pushes > kPushesMost) return;
  const auto place = returning_.find(count.worker);
  if (place == returning_.end() || place->second.asked != count.asked) return;
  Returning& returning = place->second;
  if (count.shard >= view_->shards() || !returning.shards.insert(count.shard).second) return;
  returning.pushes = std::max(returning.pushes, count.pushes);
  if (returning.shards.size() == view_->shards()) admit(count.worker, returning.pushes);
}

// Nobody has come as far as where it begins: all shards will know it by then. Nor has it made so
// many pushes before.
void Manager::admit(std::uint32_t worker, std::uint64_t pushes) {
  Clock furthest = *std::max_element(clocks_.begin(), clocks_.end());
  furthest.value = std::max(furthest.value, static_cast<std::uint32_t>(pushes));
  Clock from{furthest.value + job_->spec.client.outstanding_pushes + 2};
  const auto& limit = job_->spec.job.stop.iterations;
  if (limit && !job_->consistency->quorum()) from.value = std::min(from.value, *limit);
  if (planted(Mistake::kReturnsTooEarly)) from = std::max(clocks_[worker], Clock{1});
  iterations_ += from.value - clocks_[worker].value;
  clocks_[worker] = from;
  membership_.admit(worker, from);
  revise_view();
}

void Manager::on_heartbeat(NodeId from, const Heartbeat& heartbeat) {
  if (!view_) return;
  if (is_expelled(from)) {
    if (heartbeat.leaving || !may_be_admitted(from))
      return context_.send(from, make_message(Stop{}));
    membership_.hear(from, heartbeat.incarnation, heartbeat.memory_since, context_.now());
    return let_in(from.rank);
  }
  bool news = membership_.hear(from, heartbeat.incarnation, heartbeat.memory_since, context_.now());
  if (heartbeat.leaving && !membership_.is_leaving(from)) {
    membership_.set_leaving(from);
    news = true;
  }
  if (news) revise_view();
  if (heartbeat.leaving && from.role == Role::kServer && view_->shards_of(from.rank).empty()) {
    context_.record(Event{"left", to_string(from)});
    return context_.send(from, make_message(Stop{}));
  }
  // Who does not know the view must not be told that all is well: its own may be over.
  if (heartbeat.epoch != view_->epoch() && !planted(Mistake::kLeaseForOldView))
    context_.send(from, make_message(welcome_for(from)));
  else if (council_.has_lease())
    context_.send(from, make_message(HeartbeatAck{lease_begin(heartbeat)}));
}

// A node's lease does not outlast the leader's own: who is elected next knows that all are over.
Time Manager::lease_begin(const Heartbeat& heartbeat) const {
  const Duration left = council_.lease_end() - context_.now();
  const Duration missing{job_->spec.detection.lease.seconds - left.seconds};
  return {heartbeat.sent.seconds - std::max(0.0, missing.seconds)};
}

void Manager::on_joined(NodeId from, const Joined& joined) {
  if (!view_ || joined.shard >= view_->shards()) return;
  const Chain& chain = view_->chain(joined.shard);
  if (chain.joining_since != joined.joining_since || chain.tail() != from.rank) return;
  membership_.set_joined(joined.shard, joined.joining_since);
  revise_view();
}

void Manager::on_linked(NodeId from, const Linked& linked) {
  if (!view_ || linked.shard >= view_->shards()) return;
  const Chain& chain = view_->chain(linked.shard);
  if (chain.since != linked.chain_since || chain.tail() != from.rank) return;
  membership_.set_linked(linked.shard, linked.chain_since);
  revise_view();
}

void Manager::on_chain_closed(NodeId from, const ChainClosed& closed) {
  if (!view_ || closed.shard >= view_->shards()) return;
  const Chain& chain = view_->chain(closed.shard);
  if (chain.since != closed.since || chain.head() != from.rank) return;
  membership_.set_closed(closed.shard, closed.since);
  revise_view();
}

// Looks, when somebody has not been heard for too long, who that is.
void Manager::watch() {
  watch_.reset();
  const DetectionSpec& detection = job_->spec.detection;
  const Duration silence = detection.lease * (planted(Mistake::kImpatient) ? 0.3 : 1);
  const Time now = context_.now();
  const bool leads_for_sure = council_.has_lease();  // else it is for its successor to judge
  if (leads_for_sure)
    for (NodeId node : membership_.lose(now, silence))
      context_.record(Event{"lost", to_string(node)});
  closing_.clear();  // whoever was asked in vain is asked again
  revise_view();
  if (settling_ > 0) settle();
  if (finished_ && settling_ == 0) return;
  if (!snapshots_missing_.empty()) request_snapshots();  // some tail did not know that it is one
  Time next = membership_.next_loss(silence);
  if (settling_ > 0 || !snapshots_missing_.empty() || next == Time::never())
    next = std::min(next, now + detection.heartbeat);
  if (!leads_for_sure) next = std::max(next, now + detection.heartbeat * 0.5);
  watch_in(std::max(next - now, detection.heartbeat * 0.1));
}

// Silence alone says nothing: whoever stands still comes back with what it had.
std::vector<std::uint32_t> Manager::gone_for_good() const {
  const double now = context_.now().seconds;
  const Time hope{now - kLeasesOfHope * job_->spec.detection.lease.seconds};
  std::vector<std::uint32_t> gone = membership_.silent_servers(hope);
  std::erase_if(gone, [&](std::uint32_t rank) {
    return !is_gone_for_good(job_->spec.faults, server_id(rank), job_->spec.cluster.managers, now);
  });
  return gone;
}

void Manager::revise_view() {
  if (const auto shard = membership_.lost_shard(*view_, gone_for_good())) {
    // Nor afterwards: in a later view, whoever forgot the shard would seem to have it.
    if (finished_) return;
    context_.record(
        Event{"shard_lost", "shard " + std::to_string(*shard) + ": none of its replicas is left"});
    finish(StopReason::kLost);
    return;
  }
  if (!job_->spec.detection.enabled) return;
  while (council_.is_idle()) {
    auto next = membership_.next(*view_);
    if (!next) return restore_order();
    propose(std::move(*next));
  }
}

// Who returns becomes the tail of its chains, so that heads and tails gather at the others. All
// chains at once: under most models, the workers wait for the slowest shard anyway.
void Manager::restore_order() {
  for (std::uint32_t shard : membership_.out_of_order(*view_)) {
    const Epoch since = view_->chain(shard).since;
    if (closing_.emplace(shard, since).second)
      context_.send(view_->head_of(shard), make_message(CloseChain{since, shard}));
  }
}

void Manager::propose(ViewDescription description) {
  council_.propose(std::make_shared<const View>(std::move(description), view_.get()));
}

void Manager::on_decided(const ViewPtr& view) {
  const ViewPtr before = std::exchange(view_, view);
  std::erase_if(returning_, [&](const auto& each) { return !is_expelled(worker_id(each.first)); });
  context_.record(Event{"view", describe(*view_, before.get())});
  if (!finished_) checkpointer_.on_view(view_);
  welcome_all();
  if (!before && job_->spec.detection.enabled) watch();
  if (!before) return evaluate();
  if (!snapshots_missing_.empty()) request_snapshots();
  if (all_workers_done()) evaluate();
  revise_view();  // something may have changed during the vote
}

// Servers first: a worker's first request should find them ready.
void Manager::welcome_all() {
  for (NodeId node : membership_.all())
    if (!is_expelled(node)) context_.send(node, make_message(welcome_for(node)));
}

Welcome Manager::welcome_for(NodeId node) const {
  Welcome welcome{.view = view_};
  if (node.role != Role::kWorker) return welcome;
  welcome.clock = clocks_[node.rank];
  if (job_->train.rows == 0) return welcome;
  const DataRange range = job_->rows_of(node, view_->workers(), view_->description().expelled);
  welcome.first_row = range.begin;
  welcome.rows = range.size();
  return welcome;
}

bool Manager::is_expelled(NodeId node) const {
  const std::vector<std::uint32_t>& expelled = view_->description().expelled;
  return node.role == Role::kWorker &&
         std::binary_search(expelled.begin(), expelled.end(), node.rank);
}

// --- progress and the end ---------------------------------------------------------------------

void Manager::on_progress(NodeId from, const Progress& progress) {
  if (!view_) return;  // this manager has forgotten all
  PSGRID_CHECK(from.role == Role::kWorker && from.rank < clocks_.size(),
               "progress of a worker of the view");
  if (progress.clock <= clocks_[from.rank]) return;
  const std::uint32_t done = progress.clock.value - clocks_[from.rank].value;
  clocks_[from.rank] = progress.clock;
  iterations_ += done;
  examples_ += std::uint64_t{done} * progress.examples;
  checkpointer_.on_progress(iterations_, examples_);
  if (mean_iterations() >= next_evaluation_ || all_workers_done()) return evaluate();
}

double Manager::mean_iterations() const {
  // Iterations of all workers together: whoever has read one has read it complete.
  if (job_->code) return std::max_element(clocks_.begin(), clocks_.end())->value;
  return static_cast<double>(iterations_) / static_cast<double>(clocks_.size());
}

bool Manager::all_workers_done() const {
  const auto& limit = job_->spec.job.stop.iterations;
  if (!limit) return false;
  if (job_->code) return mean_iterations() >= *limit;
  const bool all_took_part = view_->description().expelled.empty();
  const bool enough = iterations_ >= std::uint64_t{*limit} * clocks_.size();
  if (job_->consistency->quorum()) return enough;
  if (all_took_part && !enough) return false;
  for (std::uint32_t worker = 0; worker < clocks_.size(); ++worker)
    if (clocks_[worker].value < *limit && !is_expelled(worker_id(worker))) return false;
  return true;
}

void Manager::finish(StopReason reason) {
  if (finished_) return;
  finished_ = true;
  reason_ = reason;
  if (time_limit_) context_.cancel_timer(*time_limit_);
  checkpointer_.stop();
  const bool settles = job_->spec.audited && job_->spec.detection.enabled;
  for (NodeId node : membership_.all())
    if (node.role == Role::kWorker || !settles) context_.send(node, make_message(Stop{}));
  if (settles) {
    settling_ = kHeartbeatsToSettle;
    return watch_soon();
  }
  if (watch_) context_.cancel_timer(*watch_);
  context_.record(JobFinished{reason});
}

// Somebody waits for what is done while watching.
void Manager::watch_soon() {
  const Duration soon = job_->spec.detection.heartbeat;
  if (!watch_ || watch_at_ <= context_.now() + soon) return;
  context_.cancel_timer(*watch_);
  watch_in(soon);
}

void Manager::watch_in(Duration time) {
  watch_ = context_.set_timer(time);
  watch_at_ = context_.now() + time;
}

// An audited run goes on until nothing is under way any more; then servers tell what they have.
void Manager::settle() {
  if (--settling_ == 1)
    for (NodeId node : membership_.all()) context_.send(node, make_message(Stop{}));
  if (settling_ > 0) return;
  if (watch_) context_.cancel_timer(*watch_);
  context_.record(JobFinished{reason_});
}

// --- evaluation -------------------------------------------------------------------------------

void Manager::evaluate() {
  if (job_->timing_only) {
    if (all_workers_done()) finish(StopReason::kIterations);
    return;
  }
  if (!snapshots_missing_.empty() || evaluating_) return;
  const double mean = mean_iterations();
  while (next_evaluation_ <= mean) next_evaluation_ += job_->spec.job.evaluate_every;
  evaluation_ = {
      .iteration = mean, .examples = examples_, .loss = 0, .metric = 0, .fingerprint = 0};
  request_snapshots();
}

// Once more where the view has changed meanwhile.
void Manager::request_snapshots() {
  model_.clear();
  for (const Table& table : job_->tables) model_.emplace_back(table.keys * table.width);
  ++snapshots_;
  watch_soon();
  const std::vector<NodeId> holders = model_holders(job_->spec, *view_);
  for (std::uint32_t part = 0; part < holders.size(); ++part) {
    snapshots_missing_.insert(part);
    context_.send(holders[part], make_message(SnapshotRequest{snapshots_, part}),
                  Channel::kOutOfBand);
  }
}

void Manager::on_snapshot(const Snapshot& snapshot) {
  if (snapshot.id != snapshots_ || !snapshots_missing_.contains(snapshot.shard)) return;
  for (const Section& section : snapshot.sections) {
    const std::uint32_t width = job_->tables[section.table.value].width;
    float* to = model_[section.table.value].data();
    const float* from = section.values.data().data();
    section.keys.for_each_run([&](Key begin, std::uint64_t count) {
      std::copy_n(from, count * width, to + begin * width);
      from += count * width;
    });
  }
  snapshots_missing_.erase(snapshot.shard);
  if (!snapshots_missing_.empty()) return;
  evaluation_.fingerprint = fingerprint(model_);
  evaluating_ = context_.compute(
      {.kind = WorkKind::kEvaluate, .flops = 0, .index = snapshots_, .mathematics = [this] {
         std::vector<Section> weights;
         for (const Table& table : job_->tables)
           weights.push_back(
               {table.id, KeySet::range(0, table.keys), Values(std::move(model_[table.id.value]))});
         const Evaluation result = learner_->evaluate(job_->test, weights);
         evaluation_.loss = result.loss;
         evaluation_.metric = result.metric;
       }});
}

void Manager::on_compute_done(ComputeId work) {
  if (evaluating_ != work) return;  // begun while it led
  evaluating_.reset();
  if (!finished_) finish_evaluation();
}

void Manager::finish_evaluation() {
  context_.record(evaluation_);
  const auto& target = job_->spec.job.stop.target_loss;
  if (target && evaluation_.loss <= *target) return finish(StopReason::kTargetLoss);
  if (!all_workers_done()) return;
  // The last workers may have finished while an earlier model was evaluated.
  const bool is_last = job_->code ? evaluation_.iteration >= *job_->spec.job.stop.iterations
                                  : evaluation_.examples == examples_;
  is_last ? finish(StopReason::kIterations) : evaluate();
}

}  // namespace psgrid
