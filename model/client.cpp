#include "model/client.hpp"

#include <algorithm>

#include "model/check.hpp"
#include "model/planted.hpp"
#include "model/slice_rows.hpp"

namespace psgrid {

namespace {

template <class Requests>
auto find_number(Requests& requests, RequestId number) {
  return std::find_if(requests.begin(), requests.end(),
                      [&](const auto& entry) { return entry.requests.number == number; });
}

const Slice* find_slice(const Slices& slices, std::uint32_t shard) {
  const auto slice =
      std::lower_bound(slices.begin(), slices.end(), shard,
                       [](const Slice& s, std::uint32_t position) { return s.shard < position; });
  return slice != slices.end() && slice->shard == shard ? &*slice : nullptr;
}

}  // namespace

std::uint64_t Weights::least_version() const {
  std::uint64_t least = ~std::uint64_t{0};
  for (const ReadMark& mark : read) least = std::min(least, mark.version);
  return least;
}

std::uint64_t Weights::greatest_version() const {
  std::uint64_t greatest = 0;
  for (const ReadMark& mark : read) greatest = std::max(greatest, mark.version);
  return greatest;
}

bool Client::Unanswered::answered_by(std::uint32_t shard) {
  if (shard >= shards.size() || !shards[shard]) return false;
  shards[shard] = false;
  --remaining;
  return true;
}

Client::Client(std::shared_ptr<const Job> job, NodeId self, Context& context, RequestId after)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      retry_jitter_(context.random(Purpose::kRetry)),
      filters_(*job_, context, FilterChain::Direction::kPush),
      pulls_(after.value) {
  if (!job_->consistency->caches()) return;
  // What it reads may hold pushes of the same numbers as its own next ones: it cannot add these.
  if (!context.begins_with_cluster() || context.checkpoint()) return;
  std::vector<std::uint32_t> widths;
  for (const Table& table : job_->tables) widths.push_back(table.width);
  const std::optional<float> step = job_->rule->own_step(job_->spec.cluster.workers);
  PSGRID_CHECK(step, "an update rule whose effect a cache can foresee");
  cache_.emplace(std::move(widths), *step);
}

void Client::start(ViewPtr view, Clock done) {
  view_ = std::move(view);
  last_read_.resize(view_->shards());
  // With a code, others may have done these: servers have not heard of them from this worker.
  ticked_ = acknowledged_ = job_->code ? Clock{} : done;
  pushes_ = done.value;  // one an iteration
  // Answers to a worker of the same rank that was started before must not be taken for this one's.
  pulls_ = std::max(pulls_, std::uint64_t{context_.incarnation().value} << 32);
}

RequestId Client::stop() {
  if (timer_) context_.cancel_timer(*timer_);
  timer_.reset();
  return {pulls_};
}

void Client::install(ViewPtr view) {
  const ViewPtr before = std::exchange(view_, std::move(view));
  for (Pulling& pulling : pulling_) {
    if (!pulling.to_all) {
      send_to_new_chains(pulling, *before);
      continue;
    }
    pulling.to_all.reset();  // it named no shard, and the tails have changed
    for (std::uint32_t shard = 0; shard < pulling.requests.shards.size(); ++shard)
      if (pulling.requests.shards[shard]) send_again(pulling, shard);
  }
  for (Pushing& pushing : pushing_) send_to_new_chains(pushing, *before);
  arm_timer();
}

// --- pull -------------------------------------------------------------------------------------

Client::Pulling& Client::begin_pull(Clock iteration, std::optional<std::uint32_t> batch_of) {
  PSGRID_CHECK(started(), "a view before the first pull");
  Pulling& pulling = pulling_.emplace_back();
  pulling.requests.number = {++pulls_};
  pulling.iteration = iteration;
  if (job_->spec.audited) context_.record(PullBegun{pulling.requests.number, iteration, batch_of});
  pulling.weights.slowest = {~0u};
  pulling.weights.read = last_read_;  // of shards that it does not ask
  return pulling;
}

RequestId Client::pull_from(Clock iteration, std::vector<KeySet> keys) {
  Pulling& pulling = begin_pull(iteration);
  if (iteration > Clock{})
    pulling.newer_than.assign(view_->shards(), {.version = iteration.value - 1u, .clock = {}});
  request_rows(pulling, std::move(keys));
  return pulling.requests.number;
}

RequestId Client::pull_newer(Clock iteration, std::vector<KeySet> keys, const Weights& than) {
  Pulling& pulling = begin_pull(iteration);
  pulling.newer_than = than.read;
  if (pulling.newer_than == pushed_from_) pulling.pushed = ticked_;
  request_rows(pulling, std::move(keys));
  return pulling.requests.number;
}

RequestId Client::pull(Clock iteration, std::vector<KeySet> keys,
                       std::optional<std::uint32_t> batch_of) {
  Pulling& pulling = begin_pull(iteration, batch_of);
  pulling.wanted = keys;
  if (cache_) {
    const Clock required = job_->consistency->required(iteration);
    bool all_cached = true;
    for (std::size_t table = 0; table < keys.size(); ++table) {
      keys[table] = cache_->missing(job_->tables[table].id, keys[table], required);
      all_cached &= keys[table].empty() && !pulling.wanted[table].empty();
    }
    if (all_cached) {
      complete(pulling);
      return pulling.requests.number;
    }
  }
  request_rows(pulling, std::move(keys));
  return pulling.requests.number;
}

void Client::request_rows(Pulling& pulling, std::vector<KeySet> keys) {
  const std::uint32_t shards = view_->shards();
  Unanswered& requests = pulling.requests;
  requests.shards.resize(shards);
  bool nothing = true;
  bool everything = pulling.newer_than.empty();
  // Where some gradients are dropped, every shard has to know which of its updates one has seen.
  const bool asks_all = job_->consistency->quorum().has_value();
  if (asks_all) requests.shards.assign(shards, true);
  for (std::size_t table = 0; table < keys.size(); ++table) {
    pulling.slices.push_back(view_->ring(job_->tables[table].id).slice(keys[table]));
    for (const Slice& slice : *pulling.slices.back()) requests.shards[slice.shard] = true;
    nothing &= pulling.slices.back()->empty();
    everything &= keys[table].same_as(view_->ring(job_->tables[table].id).all());
  }
  pulling.values.resize(keys.size());
  pulling.whole.resize(keys.size());
  pulling.keys = std::move(keys);
  pulling.own_clock = ticked_;
  if (everything) ask_all_shards(pulling);
  if (nothing && !asks_all)
    requests.shards[self_.rank % shards] = true;  // somebody has to keep the gate
  send_all(pulling);
  const Duration hedge_after = job_->spec.client.hedge_after;
  if (hedge_after.seconds == 0) return;
  pulling.hedge_at = context_.now() + hedge_after;
  arm_timer();
}

// One message serves all shards as long as every server is the tail of one.
void Client::ask_all_shards(Pulling& pulling) const {
  const bool at_tails = job_->spec.replication.reads == Reads::kTail;
  const bool one_each = view_->description().partition.shards_per_server == 1;
  if (!at_tails || !one_each || view_->newest_chain() > Epoch{1}) return;
  pulling.to_all = make_message(Pull{.since = view_->newest_chain(),
                                     .shard = kOnlyShard,
                                     .request = pulling.requests.number,
                                     .iteration = pulling.iteration,
                                     .own_clock = pulling.own_clock,
                                     .sections = view_->everything()});
}

MessagePtr Client::Pulling::message_to(std::uint32_t shard, const Client& client) const {
  if (to_all) return to_all;
  const View& view = *client.view_;
  const bool at_tail = client.job_->spec.replication.reads == Reads::kTail;
  Pull pull{.since = view.chain(shard).since,
            .shard = shard,
            .request = requests.number,
            .iteration = pushed ? Clock{pushed->value - 1} : iteration,
            .own_clock = pushed.value_or(own_clock),
            .version = at_tail ? 0 : client.last_read_[shard].version,
            .sections = {}};
  if (!newer_than.empty()) pull.version = newer_than[shard].version + 1;
  for (std::size_t table = 0; table < slices.size(); ++table) {
    const Slice* slice = find_slice(*slices[table], shard);
    if (slice) pull.sections.push_back({{static_cast<std::uint16_t>(table)}, slice->keys, {}});
  }
  return make_message(std::move(pull));
}

// Replicas that may answer are shared out among the workers.
NodeId Client::Pulling::receiver(std::uint32_t shard, const Client& client) const {
  const View& view = *client.view_;
  if (planted(Mistake::kReadsFromHead)) return view.head_of(shard);
  if (client.job_->spec.replication.reads == Reads::kTail) return view.tail_of(shard);
  const std::vector<std::uint32_t>& servers = view.chain(shard).servers;
  return server_id(servers[client.self_.rank % servers.size()]);
}

NodeId Client::Pulling::other_receiver(std::uint32_t shard, const Client& client) const {
  const std::vector<std::uint32_t>& servers = client.view_->chain(shard).servers;
  return server_id(servers[(client.self_.rank + 1) % servers.size()]);
}

void Client::on_pull_reply(const PullReply& reply) {
  const auto pulling = find_number(pulling_, reply.request);
  if (pulling == pulling_.end()) return;  // the answer to a retry
  const std::uint32_t shard = reply.shard;
  if (shard >= view_->shards() || reply.since != view_->chain(shard).since) return;
  if (!pulling->requests.answered_by(shard)) return;
  for (const Section& section : reply.sections) place_rows(*pulling, shard, section);
  Weights& weights = pulling->weights;
  weights.slowest = std::min(weights.slowest, reply.slowest);
  weights.held = std::max(weights.held, reply.held);
  weights.read[shard] = {reply.version, reply.slowest};
  if (reply.version >= last_read_[shard].version) last_read_[shard] = weights.read[shard];
  if (pulling->requests.remaining == 0) complete(*pulling);
}

void Client::place_rows(Pulling& pulling, std::uint32_t shard, const Section& section) const {
  if (job_->timing_only) return;
  const std::size_t table = section.table.value;
  PSGRID_CHECK(table < pulling.slices.size(), "rows of a table of this job");
  const Slice* slice = find_slice(*pulling.slices[table], shard);
  PSGRID_CHECK(slice, "rows of keys that this shard was asked for");
  const std::uint32_t width = job_->tables[table].width;
  PSGRID_CHECK(section.values.data().size() == slice->keys.size() * width, "a row for each key");
  if (slice->keys.size() == pulling.keys[table].size()) {  // all of them, and in order
    pulling.whole[table] = section.values;
    return;
  }
  std::vector<float>& values = pulling.values[table];
  values.resize(pulling.keys[table].size() * width);
  const float* from = section.values.data().data();
  for (const Slice::Rows& rows : slice->rows) {
    std::copy_n(from, rows.count * width,
                values.begin() + static_cast<std::ptrdiff_t>(rows.first * width));
    from += rows.count * width;
  }
}

void Client::complete(Pulling& pulling) {
  Weights& weights = pulling.weights;
  for (std::size_t table = 0; table < pulling.keys.size(); ++table) {
    const Table& description = job_->tables[table];
    const KeySet& keys = pulling.keys[table];
    Values values = pulling.whole[table];
    if (job_->timing_only) {
      values = Values::phantom(keys.size() * description.width);
    } else if (values.size() == 0) {
      pulling.values[table].resize(keys.size() * description.width);
      values = Values(std::move(pulling.values[table]));
    }
    weights.sections.push_back({description.id, keys, std::move(values)});
  }
  pulling.keys.clear();
  pulling.values.clear();
  pulling.whole.clear();
  pulling.slices.clear();
  if (!cache_) return;
  for (const Section& section : weights.sections) cache_->store(section, weights.slowest);
  weights.sections.clear();
  for (std::size_t table = 0; table < pulling.wanted.size(); ++table)
    weights.sections.push_back(
        cache_->read(job_->tables[table].id, pulling.wanted[table], weights.slowest));
}

// A server's own idea of which rows a worker with a cache may want to have.
void Client::on_rows(const Rows& rows) {
  if (rows.shard >= view_->shards() || rows.since != view_->chain(rows.shard).since) return;
  // What it pushed meanwhile is in its rows, and not in these.
  if (!cache_ || rows.own_clock < ticked_) return;
  Weights::ReadMark& last = last_read_[rows.shard];
  if (rows.version < last.version) return;
  last = {rows.version, rows.slowest};
  for (const Section& section : rows.sections) cache_->store(section, rows.slowest);
}

bool Client::is_complete(RequestId pull) const {
  const auto pulling = find_number(pulling_, pull);
  PSGRID_CHECK(pulling != pulling_.end(), "a pull that was not taken yet");
  return pulling->requests.remaining == 0;
}

void Client::forget(RequestId pull) {
  const auto pulling = find_number(pulling_, pull);
  PSGRID_CHECK(pulling != pulling_.end(), "a pull that was not taken yet");
  pulling_.erase(pulling);
}

std::optional<Weights> Client::take(RequestId pull) {
  if (!is_complete(pull)) return std::nullopt;
  const auto pulling = find_number(pulling_, pull);
  Weights weights = std::move(pulling->weights);
  pushed_from_.clear();
  if (job_->spec.audited) {
    PullEnded ended{pull, pulling->iteration, weights.slowest, {}};
    for (const Section& section : weights.sections)
      ended.values.insert(ended.values.end(), section.values.data().begin(),
                          section.values.data().end());
    context_.record(ended);
  }
  pulling_.erase(pulling);
  return weights;
}

// --- push -------------------------------------------------------------------------------------

void Client::push(Clock iteration, std::vector<Section> gradient, const Weights& read, bool ticks) {
  Pushing& pushing = pushing_.emplace_back();
  // Iterations that this worker has left out have their numbers, too: started anew, it knows only
  // which one it begins with.
  if (const auto redundancy = job_->consistency->redundancy())
    pushes_ = std::max(pushes_, std::uint64_t{iteration.value} * redundancy->pushes);
  pushing.requests.number = {++pushes_};
  pushing.requests.shards.assign(view_->shards(), true);
  pushing.messages.resize(view_->shards());
  if (ticks) ticked_ = iteration.next();
  if (job_->consistency->quorum() && !job_->code) {
    pushed_from_ = read.read;
    for (Pulling& pulling : pulling_)  // servers will know of it if they are asked again
      if (pulling.newer_than == pushed_from_) pulling.pushed = ticked_;
  }
  pushing.clock = ticked_;
  if (job_->spec.audited) context_.record(PushBegun{pushing.requests.number, iteration});
  filters_.change(gradient, read.sections,
                  {.iteration = iteration, .number = pushing.requests.number.value});

  if (cache_)
    for (const Section& section : gradient) cache_->apply_own(section);

  SharedList<Tick> tick_list;
  if (ticks)
    for (const Table& table : job_->tables)
      tick_list.push_back({table.id, RangeVectorClock::kAllKeys, ticked_});
  std::vector<Sections> parts = slice(gradient);
  for (std::uint32_t shard = 0; shard < view_->shards(); ++shard) {
    Push push{.since = view_->chain(shard).since,
              .shard = shard,
              .iteration = iteration,
              .read_clock = std::max(read.read[shard].clock, read.slowest),
              .request = pushing.requests.number,
              .read_version = read.read[shard].version,
              .sections = std::move(parts[shard]),
              .ticks = tick_list};
    pushing.messages[shard] = make_message(std::move(push));
  }
  send_all(pushing);
  filters_.record(context_);
}

bool Client::is_phantom_of_everything(const std::vector<Section>& gradient) const {
  return gradient.size() == job_->tables.size() &&
         std::all_of(gradient.begin(), gradient.end(), [this](const Section& section) {
           return section.values.is_phantom() && !section.form &&
                  section.keys.same_as(view_->ring(section.table).all());
         });
}

std::vector<Sections> Client::slice(const std::vector<Section>& gradient) const {
  std::vector<Sections> parts(view_->shards());
  if (is_phantom_of_everything(gradient)) {
    for (std::uint32_t shard = 0; shard < parts.size(); ++shard)
      parts[shard] = view_->phantom_rows(shard);
    return parts;
  }
  for (const Section& section : gradient) {
    const std::uint32_t width = job_->pushed_width(job_->tables[section.table.value]);
    const auto slices = view_->ring(section.table).slice(section.keys);
    for (const Slice& slice : *slices)
      parts[slice.shard].push_back(
          {section.table, slice.keys, cut(section.values, width, slice), section.form});
  }
  return parts;
}

void Client::on_push_ack(const PushAck& ack) {
  const auto pushing = find_number(pushing_, ack.request);
  if (pushing == pushing_.end()) return;  // the answer to a retry
  if (pushing->requests.answered_by(ack.shard) && !pushing->messages.empty())
    pushing->messages[ack.shard] = nullptr;
  if (planted(Mistake::kAcknowledgedByOneShard)) pushing->requests.remaining = 0;
  while (!pushing_.empty() && pushing_.front().requests.remaining == 0) {
    acknowledged_ = pushing_.front().clock;
    if (job_->spec.audited) context_.record(PushAcknowledged{pushing_.front().requests.number});
    pushing_.pop_front();
  }
}

// --- sending and repeating --------------------------------------------------------------------

template <class Operation>
void Client::send(Operation& operation, std::uint32_t shard) {
  const NodeId to = operation.receiver(shard, *this);
  context_.send(to, filters_.pack(operation.message_to(shard, *this), {to, shard}));
}

// Whoever is sent it may know nothing of what was sent before.
template <class Operation>
void Client::send_again(Operation& operation, std::uint32_t shard) {
  filters_.forget({operation.receiver(shard, *this), shard});
  send(operation, shard);
}

void Client::on_incomplete(const Incomplete& incomplete) {
  const auto repeat = [&](auto& operations) {
    const auto found = find_number(operations, incomplete.request);
    if (found == operations.end() || incomplete.shard >= found->requests.shards.size()) return;
    if (found->requests.shards[incomplete.shard]) send_again(*found, incomplete.shard);
  };
  incomplete.push ? repeat(pushing_) : repeat(pulling_);
}

template <class Operation>
void Client::send_all(Operation& operation) {
  // Every worker begins with another shard, or all would queue at the first.
  Unanswered& requests = operation.requests;
  const std::uint32_t shards = view_->shards();
  for (std::uint32_t i = 0; i < shards; ++i) {
    const std::uint32_t shard = (self_.rank + i) % shards;
    if (!requests.shards[shard]) continue;
    ++requests.remaining;
    send(operation, shard);
  }
  const RetrySpec& retry = job_->spec.client.retry;
  if (retry.timeout.seconds == 0) {
    if (!job_->spec.detection.enabled && !filters_.may_be_asked_again())
      operation.forget_messages();
    return;
  }
  requests.timeout = retry.timeout;
  requests.retry_at = context_.now() + requests.timeout;
  arm_timer();
}

template <class Operation>
void Client::repeat_if_due(Operation& operation) {
  Unanswered& requests = operation.requests;
  if (requests.remaining == 0 || requests.retry_at > context_.now()) return;
  for (std::uint32_t shard = 0; shard < requests.shards.size(); ++shard)
    if (requests.shards[shard]) send_again(operation, shard);
  const RetrySpec& retry = job_->spec.client.retry;
  requests.timeout = std::min(requests.timeout * retry.backoff, retry.timeout_max);
  // Jitter keeps clients that lost their server at the same moment from returning as one.
  requests.retry_at = context_.now() + requests.timeout * (0.75 + 0.5 * retry_jitter_.uniform());
}

// Whichever replica is first: its answer is the answer (Dean, Barroso, CACM 2013).
void Client::hedge_if_due(Pulling& pulling) {
  if (pulling.requests.remaining == 0 || pulling.hedge_at > context_.now()) return;
  pulling.hedge_at = Time::never();
  for (std::uint32_t shard = 0; shard < pulling.requests.shards.size(); ++shard) {
    const NodeId other = pulling.other_receiver(shard, *this);
    if (pulling.requests.shards[shard] && other != pulling.receiver(shard, *this))
      context_.send(other, filters_.pack(pulling.message_to(shard, *this), {other, shard}));
  }
}

template <class Operation>
void Client::send_to_new_chains(Operation& operation, const View& before) {
  Unanswered& requests = operation.requests;
  for (std::uint32_t shard = 0; shard < requests.shards.size(); ++shard)
    if (requests.shards[shard] && view_->chain(shard).since != before.chain(shard).since)
      send_again(operation, shard);
}

NodeId Client::Pushing::receiver(std::uint32_t shard, const Client& client) const {
  return client.view_->head_of(shard);
}

// As it was first sent, but for the chain.
MessagePtr Client::Pushing::message_to(std::uint32_t shard, const Client& client) const {
  const Epoch since = client.view_->chain(shard).since;
  const auto& push = std::get<Push>(*messages[shard]);
  if (push.since == since) return messages[shard];
  Push renewed = push;
  renewed.since = since;
  return make_message(std::move(renewed));
}

void Client::arm_timer() {
  Time earliest = Time::never();
  for (const Pulling& pulling : pulling_)
    if (pulling.requests.remaining > 0)
      earliest = std::min({earliest, pulling.requests.retry_at, pulling.hedge_at});
  for (const Pushing& pushing : pushing_)
    if (pushing.requests.remaining > 0) earliest = std::min(earliest, pushing.requests.retry_at);
  if (earliest == Time::never() || (timer_ && timer_at_ <= earliest)) return;
  if (timer_) context_.cancel_timer(*timer_);
  timer_ = context_.set_timer(earliest - context_.now());
  timer_at_ = earliest;
}

bool Client::on_timer(TimerId timer) {
  if (timer != timer_) return false;
  timer_.reset();
  for (Pulling& pulling : pulling_) {
    repeat_if_due(pulling);
    hedge_if_due(pulling);
  }
  for (Pushing& pushing : pushing_) repeat_if_due(pushing);
  arm_timer();
  return true;
}

}  // namespace psgrid
