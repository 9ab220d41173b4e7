#include "model/server.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid {

namespace {

std::uint64_t value_count(const Sections& sections) {
  std::uint64_t values = 0;
  for (const Section& section : sections) values += section.values.size();
  return values;
}

// The smallest range around a set of keys.
KeyRange bounds(const KeySet& keys) {
  PSGRID_CHECK(!keys.empty(), "no section without keys");
  if (keys.is_ranges()) return {keys.as_ranges().front().begin, keys.as_ranges().back().end};
  return {keys.as_list().front(), keys.as_list().back() + 1};
}

}  // namespace

Server::Server(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : job_(std::move(job)), self_(self), context_(context) {}

void Server::on_start() { join(); }

void Server::on_message(NodeId from, const MessagePtr& message) {
  if (const auto* welcome = std::get_if<Welcome>(message.get())) return on_welcome(*welcome);
  if (const auto* request = std::get_if<SnapshotRequest>(message.get()))
    return on_snapshot_request(from, *request);
  if (std::holds_alternative<Stop>(*message)) return stop_joining();
  if (std::holds_alternative<Push>(*message) || std::holds_alternative<Pull>(*message))
    on_request(from, message);
}

void Server::on_timer(TimerId timer) {
  PSGRID_CHECK(join_timer_ == timer, "the join timer: a server sets no other");
  join();
}

// --- membership -------------------------------------------------------------------------------

// Repeated until the manager answers.
void Server::join() {
  context_.send(manager_id(0), make_message(Join{}));
  const Duration timeout = job_->spec.client.retry.timeout;
  if (timeout.seconds > 0) join_timer_ = context_.set_timer(timeout);
}

void Server::stop_joining() {
  if (join_timer_) context_.cancel_timer(*join_timer_);
  join_timer_.reset();
}

void Server::on_welcome(const Welcome& welcome) {
  if (view_) return;
  stop_joining();
  view_ = welcome.view;
  PSGRID_CHECK(view_->description().tables.size() == job_->tables.size(), "the tables of this job");
  const auto& servers = view_->description().servers;
  const auto place = std::find(servers.begin(), servers.end(), self_.rank);
  PSGRID_CHECK(place != servers.end(), "a view with this server in it");
  const auto position = static_cast<std::uint32_t>(place - servers.begin());
  shards_.reserve(job_->tables.size());
  for (const Table& table : job_->tables) {
    shards_.emplace_back(table, view_->ring(table.id).owned(position), *job_->rule, job_->spec.seed,
                         job_->timing_only);
    clocks_.emplace_back(view_->workers());
  }
  pushes_admitted_.resize(view_->workers());
  pushes_done_.resize(view_->workers());
  gate_.emplace(view_->workers());
  early_numbers_.clear();
  for (const auto& [from, message] : std::exchange(early_, {})) on_request(from, message);
}

void Server::on_request(NodeId from, const MessagePtr& message) {
  const auto* pull = std::get_if<Pull>(message.get());
  if (!view_) {
    if (early_numbers_.emplace(from, !pull, request_of(*message)).second)
      early_.emplace_back(from, message);
    return;
  }
  if (from.role != Role::kWorker || from.rank >= view_->workers()) return;  // not a member
  for (const Section& section : pull ? pull->sections : std::get<Push>(*message).sections)
    PSGRID_CHECK(section.table.value < shards_.size(), "a table of this job");
  pull ? on_pull({from, *pull, context_.now()}) : on_push({from, message});
}

// --- pushes -----------------------------------------------------------------------------------

void Server::on_push(PendingPush request) {
  const NodeId from = request.from;
  const RequestId number = std::get<Push>(*request.message).request;
  if (number.value <= pushes_done_[from.rank]) return acknowledge(from, number);
  if (number.value <= pushes_admitted_[from.rank]) return;  // acknowledged when its work is done
  if (number.value > pushes_admitted_[from.rank] + 1) {
    out_of_order_.try_emplace({from.rank, number}, std::move(request));
    return;
  }
  admit(std::move(request));
  while (!out_of_order_.empty()) {
    auto next = out_of_order_.find({from.rank, {pushes_admitted_[from.rank] + 1}});
    if (next == out_of_order_.end()) break;
    admit(std::move(next->second));
    out_of_order_.erase(next);
  }
}

void Server::admit(PendingPush request) {
  ++pushes_admitted_[request.from.rank];
  const CostSpec& costs = job_->spec.costs;
  const auto values = value_count(std::get<Push>(*request.message).sections);
  const double flops =
      costs.message_flops + costs.apply_flops_per_value * static_cast<double>(values);
  work_on(WorkKind::kApply, flops, std::move(request));
}

// The cores of a processor may finish a worker's pushes in another order than they began them.
void Server::finish(const PendingPush& request) {
  const std::uint32_t worker = request.from.rank;
  const RequestId number = std::get<Push>(*request.message).request;
  if (number.value > pushes_done_[worker] + 1) {
    worked_.emplace(std::pair{worker, number}, request);
    return;
  }
  take_effect(request);
  while (!worked_.empty()) {
    const auto next = worked_.extract({worker, {pushes_done_[worker] + 1}});
    if (next.empty()) break;
    take_effect(next.mapped());
  }
}

void Server::take_effect(const PendingPush& request) {
  ++pushes_done_[request.from.rank];
  const auto& push = std::get<Push>(*request.message);
  const bool sums = job_->consistency->sums_iterations();
  sums ? add_to_sum(request.from, push) : apply(request.from, push);
  const bool slowest_rose = advance_clocks(request.from, push);
  if (sums) apply_finished_iterations();
  acknowledge(request.from, push.request);
  open_gate(slowest_rose ? std::nullopt : std::optional(request.from.rank));
}

void Server::acknowledge(NodeId worker, RequestId push) {
  // Workers in step have the same numbers: one message serves them all.
  if (!last_ack_ || std::get<PushAck>(*last_ack_).request != push)
    last_ack_ = make_message(PushAck{push});
  context_.send(worker, last_ack_);
}

void Server::apply(NodeId worker, const Push& push) {
  if (push.sections.empty()) return;
  record_staleness({worker.rank, push.read_clock, push.read_version}, push.iteration, slowest());
  ++version_;
  const float share = 1.0f / static_cast<float>(view_->workers());
  for (const Section& section : push.sections)
    shards_[section.table.value].apply(section, share, version_);
}

void Server::add_to_sum(NodeId worker, const Push& push) {
  PSGRID_CHECK(push.iteration >= summed_, "no push for an iteration that is already applied");
  if (!push.sections.empty()) {
    std::vector<ReadMark>& reads = summed_reads_[push.iteration];
    reads.reserve(view_->workers());
    reads.push_back({worker.rank, push.read_clock, push.read_version});
  }
  if (job_->timing_only) return;
  auto& sum = sums_.try_emplace(push.iteration, std::span<const Shard>(shards_)).first->second;
  sum.add(worker.rank, push.sections);
  if (!push.ticks.empty()) sum.close(worker.rank);
}

bool Server::advance_clocks(NodeId worker, const Push& push) {
  bool slowest_rose = false;
  for (const Tick& tick : push.ticks) {
    PSGRID_CHECK(tick.table.value < clocks_.size(), "a tick of a table of this job");
    slowest_rose |= clocks_[tick.table.value].advance(tick.keys, worker.rank, tick.clock);
  }
  return slowest_rose;
}

void Server::apply_finished_iterations() {
  for (; summed_ < slowest(); summed_ = summed_.next()) {
    for (const ReadMark& read : summed_reads_[summed_]) record_staleness(read, summed_, summed_);
    summed_reads_.erase(summed_);
    ++version_;
    auto finished = sums_.extract(summed_);
    if (finished.empty()) continue;  // nothing to add up in a timing-only run
    const std::uint32_t workers = view_->workers();
    const auto mean =
        std::move(finished.mapped()).take_scaled(workers, 1.0f / static_cast<float>(workers));
    for (const Section& section : mean) shards_[section.table.value].apply(section, 1, version_);
  }
}

void Server::record_staleness(const ReadMark& read, Clock iteration, Clock applied) {
  PSGRID_CHECK(version_ >= read.version, "a version that this server has had");
  context_.record(GradientApplied{
      .worker = worker_id(read.worker),
      .iteration = iteration,
      .staleness_updates = static_cast<std::uint32_t>(version_ - read.version),
      .staleness_clocks = applied > read.clock ? applied.value - read.clock.value : 0});
}

// --- pulls ------------------------------------------------------------------------------------

void Server::on_pull(PendingPull pull) {
  if (may_answer(pull)) return serve(std::move(pull));
  gate_->hold(std::move(pull));
}

bool Server::may_answer(const PendingPull& pending) const {
  const Pull& pull = pending.pull;
  const Clock required = job_->consistency->required(pull.iteration);
  const std::uint32_t worker = pending.from.rank;
  const auto opens = [&](const RangeVectorClock& clocks, KeyRange keys) {
    return clocks.slowest(keys) >= required && clocks.slowest(keys, worker) >= pull.own_clock;
  };
  if (pull.sections.empty())
    return std::all_of(clocks_.begin(), clocks_.end(), [&](const RangeVectorClock& clocks) {
      return opens(clocks, RangeVectorClock::kAllKeys);
    });
  return std::all_of(pull.sections.begin(), pull.sections.end(), [&](const Section& section) {
    return opens(clocks_[section.table.value], bounds(section.keys));
  });
}

void Server::serve(PendingPull pending) {
  std::uint64_t values = 0;
  for (const Section& section : pending.pull.sections)
    values += keys_held(section).size() * job_->tables[section.table.value].width;
  const CostSpec& costs = job_->spec.costs;
  const double flops =
      costs.message_flops + costs.serve_flops_per_value * static_cast<double>(values);
  const Duration held = context_.now() - pending.arrived;
  work_on(WorkKind::kServe, flops, AdmittedPull{pending.from, std::move(pending.pull), held});
}

void Server::finish(const AdmittedPull& admitted) {
  context_.send(admitted.from, make_message(PullReply{.request = admitted.pull.request,
                                                      .version = version_,
                                                      .slowest = slowest(),
                                                      .held = admitted.held,
                                                      .sections = read(admitted.pull.sections)}));
}

// Asked for a whole table, a server answers with what it holds of it.
const KeySet& Server::keys_held(const Section& asked) const {
  const std::uint64_t whole = view_->ring(asked.table).all().size();
  return asked.keys.is_ranges() && asked.keys.size() == whole
             ? shards_[asked.table.value].layout().owned()
             : asked.keys;
}

Sections Server::read(const Sections& asked) {
  // Workers in step ask for the same rows of the same version: one copy serves them all.
  if (last_read_.version == version_ && last_read_.asked.same_as(asked)) return last_read_.answer;
  Sections answer;
  for (const Section& section : asked) {
    const KeySet& keys = keys_held(section);
    if (!keys.empty())
      answer.push_back({section.table, keys, shards_[section.table.value].read(keys)});
  }
  last_read_ = {version_, asked, answer};
  return answer;
}

void Server::open_gate(std::optional<std::uint32_t> worker) {
  const auto may_pass = [this](const PendingPull& pull) { return may_answer(pull); };
  for (PendingPull& pull :
       worker ? gate_->release(*worker, may_pass) : gate_->release_all(may_pass))
    serve(std::move(pull));
}

// --- work -------------------------------------------------------------------------------------

template <class Pending>
void Server::work_on(WorkKind kind, double flops, Pending pending) {
  if (flops == 0) return finish(pending);
  const ComputeId work =
      context_.compute({.kind = kind, .flops = flops, .index = works_++, .mathematics = {}});
  working_.emplace(work, std::move(pending));
}

void Server::on_compute_done(ComputeId work) {
  auto done = working_.extract(work);
  PSGRID_CHECK(!done.empty(), "work that this server has begun");
  std::visit([this](const auto& pending) { finish(pending); }, done.mapped());
}

Clock Server::slowest() const {
  Clock slowest = clocks_.front().slowest(RangeVectorClock::kAllKeys);
  for (const RangeVectorClock& clocks : clocks_)
    slowest = std::min(slowest, clocks.slowest(RangeVectorClock::kAllKeys));
  return slowest;
}

// --- instrumentation --------------------------------------------------------------------------

void Server::on_snapshot_request(NodeId from, const SnapshotRequest& request) {
  Snapshot snapshot{request.id, {}};
  for (std::size_t table = 0; table < shards_.size(); ++table)
    snapshot.sections.push_back({job_->tables[table].id, shards_[table].layout().owned(),
                                 shards_[table].read(shards_[table].layout().owned())});
  context_.send(from, make_message(std::move(snapshot)), Channel::kOutOfBand);
}

}  // namespace psgrid
