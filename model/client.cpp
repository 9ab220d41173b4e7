#include "model/client.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid {

namespace {

template <class Requests>
auto find_number(Requests& requests, RequestId number) {
  return std::find_if(requests.begin(), requests.end(),
                      [&](const auto& entry) { return entry.requests.number == number; });
}

const Slice* find_slice(const Slices& slices, std::uint32_t server) {
  const auto slice =
      std::lower_bound(slices.begin(), slices.end(), server,
                       [](const Slice& s, std::uint32_t position) { return s.server < position; });
  return slice != slices.end() && slice->server == server ? &*slice : nullptr;
}

// The rows of a slice, cut out of the rows of the whole.
Values cut(const Values& whole, std::uint32_t width, const Slice& slice) {
  if (whole.is_phantom()) return Values::phantom(slice.keys.size() * width);
  if (slice.rows.size() == 1)
    return whole.part(slice.rows[0].first * width, slice.rows[0].count * width);
  std::vector<float> values;
  values.reserve(slice.keys.size() * width);
  for (const Slice::Rows& rows : slice.rows) {
    const float* from = whole.data().data() + rows.first * width;
    values.insert(values.end(), from, from + rows.count * width);
  }
  return Values(std::move(values));
}

}  // namespace

bool Client::Unanswered::answered_by(std::uint32_t server) {
  if (!servers[server]) return false;
  servers[server] = false;
  --remaining;
  return true;
}

Client::Client(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      retry_jitter_(context.random(Purpose::kRetry)) {
  if (!job_->consistency->caches()) return;
  std::vector<std::uint32_t> widths;
  for (const Table& table : job_->tables) widths.push_back(table.width);
  cache_.emplace(std::move(widths), static_cast<float>(job_->spec.job.optimizer.learning_rate) /
                                        static_cast<float>(job_->spec.cluster.workers));
}

void Client::start(ViewPtr view) {
  view_ = std::move(view);
  if (cache_) last_read_.resize(view_->servers());
}

std::uint32_t Client::position_of(NodeId server) const {
  const auto& servers = view_->description().servers;
  const auto place = std::lower_bound(servers.begin(), servers.end(), server.rank);
  PSGRID_CHECK(place != servers.end() && *place == server.rank, "a server of the view");
  return static_cast<std::uint32_t>(place - servers.begin());
}

// --- pull -------------------------------------------------------------------------------------

RequestId Client::pull(Clock iteration, std::vector<KeySet> keys) {
  PSGRID_CHECK(started(), "a view before the first pull");
  Pulling& pulling = pulling_.emplace_back();
  pulling.requests.number = {++pulls_};
  pulling.iteration = iteration;
  pulling.wanted = keys;
  pulling.weights.slowest = {~0u};
  pulling.weights.read.resize(view_->servers());
  if (cache_) pulling.weights.read = last_read_;
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
  const std::uint32_t servers = view_->servers();
  Unanswered& requests = pulling.requests;
  requests.servers.resize(servers);
  bool nothing = true;
  bool everything = true;
  for (std::size_t table = 0; table < keys.size(); ++table) {
    pulling.slices.push_back(view_->ring(job_->tables[table].id).slice(keys[table]));
    for (const Slice& slice : *pulling.slices.back()) requests.servers[slice.server] = true;
    nothing &= pulling.slices.back()->empty();
    everything &= keys[table].same_as(view_->ring(job_->tables[table].id).all());
  }
  pulling.values.resize(keys.size());
  pulling.whole.resize(keys.size());
  pulling.keys = std::move(keys);
  pulling.own_clock = ticked_;
  if (everything)
    pulling.to_all = make_message(Pull{.epoch = view_->epoch(),
                                       .request = requests.number,
                                       .iteration = pulling.iteration,
                                       .own_clock = pulling.own_clock,
                                       .sections = view_->everything()});
  if (nothing) requests.servers[self_.rank % servers] = true;  // somebody has to keep the gate
  send_all(pulling);
}

MessagePtr Client::Pulling::message_to(std::uint32_t server, const View& view) const {
  if (to_all) return to_all;
  Pull pull{.epoch = view.epoch(),
            .request = requests.number,
            .iteration = iteration,
            .own_clock = own_clock,
            .sections = {}};
  for (std::size_t table = 0; table < slices.size(); ++table) {
    const Slice* slice = find_slice(*slices[table], server);
    if (slice) pull.sections.push_back({{static_cast<std::uint16_t>(table)}, slice->keys, {}});
  }
  return make_message(std::move(pull));
}

void Client::on_pull_reply(NodeId from, const PullReply& reply) {
  const auto pulling = find_number(pulling_, reply.request);
  if (pulling == pulling_.end()) return;  // the answer to a retry
  const std::uint32_t server = position_of(from);
  if (!pulling->requests.answered_by(server)) return;
  for (const Section& section : reply.sections) place_rows(*pulling, server, section);
  Weights& weights = pulling->weights;
  weights.slowest = std::min(weights.slowest, reply.slowest);
  weights.held = std::max(weights.held, reply.held);
  weights.read[server] = {reply.version, reply.slowest};
  if (cache_) last_read_[server] = weights.read[server];
  if (pulling->requests.remaining == 0) complete(*pulling);
}

void Client::place_rows(Pulling& pulling, std::uint32_t server, const Section& section) const {
  if (job_->timing_only) return;
  const std::size_t table = section.table.value;
  PSGRID_CHECK(table < pulling.slices.size(), "rows of a table of this job");
  const Slice* slice = find_slice(*pulling.slices[table], server);
  PSGRID_CHECK(slice, "rows of keys that this server was asked for");
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

std::optional<Weights> Client::take(RequestId pull) {
  const auto pulling = find_number(pulling_, pull);
  PSGRID_CHECK(pulling != pulling_.end(), "a pull that was not taken yet");
  if (pulling->requests.remaining > 0) return std::nullopt;
  Weights weights = std::move(pulling->weights);
  pulling_.erase(pulling);
  return weights;
}

// --- push -------------------------------------------------------------------------------------

void Client::push(Clock iteration, std::vector<Section> gradient, const Weights& read, bool ticks) {
  Pushing& pushing = pushing_.emplace_back();
  pushing.requests.number = {++pushes_};
  pushing.requests.servers.assign(view_->servers(), true);
  pushing.messages.resize(view_->servers());
  if (ticks) ticked_ = iteration.next();
  pushing.clock = ticked_;

  if (cache_)
    for (const Section& section : gradient) cache_->apply_own(section);

  SharedList<Tick> tick_list;
  if (ticks)
    for (const Table& table : job_->tables)
      tick_list.push_back({table.id, RangeVectorClock::kAllKeys, ticked_});
  std::vector<Sections> parts = slice(gradient);
  for (std::uint32_t server = 0; server < view_->servers(); ++server) {
    Push push{.epoch = view_->epoch(),
              .iteration = iteration,
              .read_clock = read.read[server].clock,
              .request = pushing.requests.number,
              .read_version = read.read[server].version,
              .sections = std::move(parts[server]),
              .ticks = tick_list};
    pushing.messages[server] = make_message(std::move(push));
  }
  send_all(pushing);
}

bool Client::is_phantom_of_everything(const std::vector<Section>& gradient) const {
  return gradient.size() == job_->tables.size() &&
         std::all_of(gradient.begin(), gradient.end(), [this](const Section& section) {
           return section.values.is_phantom() &&
                  section.keys.same_as(view_->ring(section.table).all());
         });
}

std::vector<Sections> Client::slice(const std::vector<Section>& gradient) const {
  std::vector<Sections> parts(view_->servers());
  if (is_phantom_of_everything(gradient)) {
    for (std::uint32_t server = 0; server < parts.size(); ++server)
      parts[server] = view_->phantom_rows(server);
    return parts;
  }
  for (const Section& section : gradient) {
    const std::uint32_t width = job_->tables[section.table.value].width;
    const auto slices = view_->ring(section.table).slice(section.keys);
    for (const Slice& slice : *slices)
      parts[slice.server].push_back({section.table, slice.keys, cut(section.values, width, slice)});
  }
  return parts;
}

void Client::on_push_ack(NodeId from, const PushAck& ack) {
  const auto pushing = find_number(pushing_, ack.request);
  if (pushing == pushing_.end()) return;  // the answer to a retry
  const std::uint32_t server = position_of(from);
  if (pushing->requests.answered_by(server) && !pushing->messages.empty())
    pushing->messages[server] = nullptr;
  while (!pushing_.empty() && pushing_.front().requests.remaining == 0) {
    acknowledged_ = pushing_.front().clock;
    pushing_.pop_front();
  }
}

// --- sending and repeating --------------------------------------------------------------------

template <class Operation>
void Client::send_all(Operation& operation) {
  // Every worker begins with another server, or all would queue at the first.
  Unanswered& requests = operation.requests;
  const std::uint32_t servers = view_->servers();
  for (std::uint32_t i = 0; i < servers; ++i) {
    const std::uint32_t server = (self_.rank + i) % servers;
    if (!requests.servers[server]) continue;
    ++requests.remaining;
    context_.send(view_->server_at(server), operation.message_to(server, *view_));
  }
  const RetrySpec& retry = job_->spec.client.retry;
  if (retry.timeout.seconds == 0) return operation.forget_messages();
  requests.timeout = retry.timeout;
  requests.retry_at = context_.now() + requests.timeout;
  arm_retry_timer();
}

template <class Operation>
void Client::repeat_if_due(Operation& operation) {
  Unanswered& requests = operation.requests;
  if (requests.remaining == 0 || requests.retry_at > context_.now()) return;
  for (std::uint32_t server = 0; server < requests.servers.size(); ++server)
    if (requests.servers[server])
      context_.send(view_->server_at(server), operation.message_to(server, *view_));
  const RetrySpec& retry = job_->spec.client.retry;
  requests.timeout = std::min(requests.timeout * retry.backoff, retry.timeout_max);
  // Jitter keeps clients that lost their server at the same moment from returning as one.
  requests.retry_at = context_.now() + requests.timeout * (0.75 + 0.5 * retry_jitter_.uniform());
}

void Client::arm_retry_timer() {
  Time earliest = Time::never();
  for (const Pulling& pulling : pulling_)
    if (pulling.requests.remaining > 0) earliest = std::min(earliest, pulling.requests.retry_at);
  for (const Pushing& pushing : pushing_)
    if (pushing.requests.remaining > 0) earliest = std::min(earliest, pushing.requests.retry_at);
  if (earliest == Time::never() || (retry_timer_ && retry_timer_at_ <= earliest)) return;
  if (retry_timer_) context_.cancel_timer(*retry_timer_);
  retry_timer_ = context_.set_timer(earliest - context_.now());
  retry_timer_at_ = earliest;
}

bool Client::on_timer(TimerId timer) {
  if (timer != retry_timer_) return false;
  retry_timer_.reset();
  for (Pulling& pulling : pulling_) repeat_if_due(pulling);
  for (Pushing& pushing : pushing_) repeat_if_due(pushing);
  arm_retry_timer();
  return true;
}

}  // namespace psgrid
