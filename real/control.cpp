#include "real/control.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "model/message.hpp"
#include "model/wire.hpp"

namespace psgrid::real {

namespace {

// --- primitives -------------------------------------------------------------------------------

void put(WireWriter& out, std::uint64_t value) { out.varint(value); }
void put(WireWriter& out, double value) { out.fixed64(std::bit_cast<std::uint64_t>(value)); }
void put(WireWriter& out, Time value) { put(out, value.seconds); }
void put(WireWriter& out, Duration value) { put(out, value.seconds); }
void put(WireWriter& out, Clock value) { out.varint(value.value); }
void put(WireWriter& out, NodeId node) {
  out.byte(static_cast<std::uint8_t>(node.role));
  out.varint(node.rank);
}
void put(WireWriter& out, std::string_view text) {
  out.varint(text.size());
  for (char c : text) out.byte(static_cast<std::uint8_t>(c));
}

template <class T>
T get(WireReader& in);

template <>
double get(WireReader& in) {
  return std::bit_cast<double>(in.fixed64());
}
template <>
Time get(WireReader& in) {
  return {get<double>(in)};
}
template <>
Duration get(WireReader& in) {
  return {get<double>(in)};
}
template <>
Clock get(WireReader& in) {
  return {in.u32()};
}
template <class Enum>
Enum get_enum(WireReader& in, Enum last) {
  const std::uint8_t value = in.byte();
  if (value > static_cast<std::uint8_t>(last)) in.fail("a known kind");
  return static_cast<Enum>(value);
}
template <>
NodeId get(WireReader& in) {
  const Role role = get_enum(in, Role::kWorker);
  return {role, in.u32()};
}
template <>
std::string get(WireReader& in) {
  const std::uint64_t size = in.count(1);
  std::string text;
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) text += static_cast<char>(in.byte());
  return text;
}

template <class T, class Put>
void put_list(WireWriter& out, const std::vector<T>& list, Put&& put_one) {
  out.varint(list.size());
  for (const T& item : list) put_one(item);
}
template <class T, class Get>
std::vector<T> get_list(WireReader& in, Get&& get_one) {
  std::vector<T> list;
  const std::uint64_t size = in.count(1);
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) list.push_back(get_one());
  return list;
}

// --- records ----------------------------------------------------------------------------------

void put(WireWriter& out, const IterationDone& done) {
  put(out, done.iteration);
  put(out, std::uint64_t{done.examples});
  put(out, done.start);
  put(out, done.end);
  put(out, done.compute);
  put(out, done.wait);
  put(out, done.pull);
  put(out, done.push);
  put(out, std::uint64_t{done.staleness});
  put(out, done.keys_touched);
}
IterationDone get_iteration_done(WireReader& in) {
  IterationDone done;
  done.iteration = get<Clock>(in);
  done.examples = in.u32();
  done.start = get<Time>(in);
  done.end = get<Time>(in);
  done.compute = get<Duration>(in);
  done.wait = get<Duration>(in);
  done.pull = get<Duration>(in);
  done.push = get<Duration>(in);
  done.staleness = in.u32();
  done.keys_touched = in.varint();
  return done;
}
void put(WireWriter& out, const GradientApplied& applied) {
  put(out, applied.worker);
  put(out, applied.iteration);
  put(out, std::uint64_t{applied.staleness_updates});
  put(out, std::uint64_t{applied.staleness_clocks});
}
GradientApplied get_gradient_applied(WireReader& in) {
  GradientApplied applied;
  applied.worker = get<NodeId>(in);
  applied.iteration = get<Clock>(in);
  applied.staleness_updates = in.u32();
  applied.staleness_clocks = in.u32();
  return applied;
}
void put(WireWriter& out, const GradientDropped& dropped) {
  put(out, dropped.worker);
  put(out, dropped.iteration);
}
GradientDropped get_gradient_dropped(WireReader& in) {
  const NodeId worker = get<NodeId>(in);
  return {worker, get<Clock>(in)};
}
void put(WireWriter& out, const Evaluated& evaluated) {
  put(out, evaluated.iteration);
  put(out, evaluated.examples);
  put(out, evaluated.loss);
  put(out, evaluated.metric);
  out.fixed64(evaluated.fingerprint);
}
Evaluated get_evaluated(WireReader& in) {
  Evaluated evaluated;
  evaluated.iteration = get<double>(in);
  evaluated.examples = in.varint();
  evaluated.loss = get<double>(in);
  evaluated.metric = get<double>(in);
  evaluated.fingerprint = in.fixed64();
  return evaluated;
}
void put(WireWriter& out, const Event& event) {
  put(out, event.name);
  put(out, event.detail);
}
Event get_event(WireReader& in) {
  Event event;
  event.name = get<std::string>(in);
  event.detail = get<std::string>(in);
  return event;
}
void put(WireWriter& out, const JobFinished& finished) {
  out.byte(static_cast<std::uint8_t>(finished.reason));
}
JobFinished get_job_finished(WireReader& in) { return {get_enum(in, StopReason::kLost)}; }
void put(WireWriter& out, RequestId request) { out.varint(request.value); }
void put(WireWriter& out, Epoch epoch) { out.varint(epoch.value); }
void put(WireWriter& out, const PushBegun& begun) {
  put(out, begun.push);
  put(out, begun.iteration);
}
PushBegun get_push_begun(WireReader& in) {
  const RequestId push{in.varint()};
  return {push, get<Clock>(in)};
}
void put(WireWriter& out, const PushAcknowledged& acknowledged) { put(out, acknowledged.push); }
PushAcknowledged get_push_acknowledged(WireReader& in) { return {{in.varint()}}; }
void put(WireWriter& out, const PullBegun& begun) {
  put(out, begun.pull);
  put(out, begun.iteration);
  out.varint(begun.batch_of ? std::uint64_t{*begun.batch_of} + 1 : 0);
}
PullBegun get_pull_begun(WireReader& in) {
  PullBegun begun;
  begun.pull = {in.varint()};
  begun.iteration = get<Clock>(in);
  if (const std::uint64_t other = in.varint(); other > 0)
    begun.batch_of = static_cast<std::uint32_t>(other - 1);
  return begun;
}
void put(WireWriter& out, const PullEnded& ended) {
  put(out, ended.pull);
  put(out, ended.iteration);
  put(out, ended.slowest);
  out.varint(ended.values.size());
  out.floats(Values(ended.values));
}
PullEnded get_pull_ended(WireReader& in) {
  PullEnded ended;
  ended.pull = {in.varint()};
  ended.iteration = get<Clock>(in);
  ended.slowest = get<Clock>(in);
  const Values values = in.floats(in.count(sizeof(float)));
  ended.values.assign(values.data().begin(), values.data().end());
  return ended;
}
void put(WireWriter& out, const EntryApplied& applied) {
  put(out, std::uint64_t{applied.shard});
  put(out, applied.since);
  put(out, applied.sequence);
  put(out, applied.worker);
  put(out, applied.push);
  out.fixed64(applied.digest);
}
EntryApplied get_entry_applied(WireReader& in) {
  EntryApplied applied;
  applied.shard = in.u32();
  applied.since = {in.u32()};
  applied.sequence = in.varint();
  applied.worker = get<NodeId>(in);
  applied.push = {in.varint()};
  applied.digest = in.fixed64();
  return applied;
}
void put(WireWriter& out, const RoundClosed& round) {
  put(out, std::uint64_t{round.shard});
  put(out, round.since);
  out.varint(round.version);
  put_list(out, round.parts, [&](const RoundClosed::Part& part) {
    put(out, part.worker);
    put(out, part.iteration);
    out.varint(part.read_version);
  });
}
RoundClosed get_round_closed(WireReader& in) {
  RoundClosed round;
  round.shard = in.u32();
  round.since = {in.u32()};
  round.version = in.varint();
  round.parts = get_list<RoundClosed::Part>(in, [&] {
    RoundClosed::Part part;
    part.worker = get<NodeId>(in);
    part.iteration = get<Clock>(in);
    part.read_version = in.varint();
    return part;
  });
  return round;
}
void put(WireWriter& out, const PullServed& served) {
  put(out, std::uint64_t{served.shard});
  put(out, served.since);
  put(out, served.worker);
  put(out, served.pull);
}
PullServed get_pull_served(WireReader& in) {
  PullServed served;
  served.shard = in.u32();
  served.since = {in.u32()};
  served.worker = get<NodeId>(in);
  served.pull = {in.varint()};
  return served;
}
void put(WireWriter& out, const ViewInstalled& installed) {
  const auto put_ranks = [&](const std::vector<std::uint32_t>& ranks) {
    put_list(out, ranks, [&](std::uint32_t rank) { out.varint(rank); });
  };
  put(out, installed.epoch);
  out.fixed64(installed.digest);
  put_list(out, installed.chains, [&](const Chain& chain) {
    put(out, chain.since);
    put_ranks(chain.servers);
    out.varint(chain.joiner ? std::uint64_t{*chain.joiner} + 1 : 0);
    put(out, chain.joining_since);
  });
  put_ranks(installed.expelled);
  put_ranks(installed.admitted);
}
ViewInstalled get_view_installed(WireReader& in) {
  const auto get_ranks = [&] { return get_list<std::uint32_t>(in, [&] { return in.u32(); }); };
  ViewInstalled installed;
  installed.epoch = {in.u32()};
  installed.digest = in.fixed64();
  installed.chains = get_list<Chain>(in, [&] {
    Chain chain;
    chain.since = {in.u32()};
    chain.servers = get_ranks();
    if (const std::uint64_t joiner = in.varint(); joiner > 0)
      chain.joiner = static_cast<std::uint32_t>(joiner - 1);
    chain.joining_since = {in.u32()};
    return chain;
  });
  installed.expelled = get_ranks();
  installed.admitted = get_ranks();
  return installed;
}
void put(WireWriter& out, const ReplicaState& state) {
  put(out, std::uint64_t{state.shard});
  put(out, state.since);
  put(out, state.sequence);
  out.fixed64(state.digest);
  put(out, std::uint64_t{state.settled});
}
ReplicaState get_replica_state(WireReader& in) {
  ReplicaState state;
  state.shard = in.u32();
  state.since = {in.u32()};
  state.sequence = in.varint();
  state.digest = in.fixed64();
  state.settled = in.varint() != 0;
  return state;
}
void put(WireWriter& out, const HighWater& high) {
  put(out, high.what);
  put(out, high.reached);
  put(out, high.limit);
}
HighWater get_high_water(WireReader& in) {
  HighWater high;
  high.what = get<std::string>(in);
  high.reached = in.varint();
  high.limit = in.varint();
  return high;
}
void put(WireWriter& out, const Situation& situation) { put(out, situation.what); }
Situation get_situation(WireReader& in) { return {get<std::string>(in)}; }
void put(WireWriter& out, const FilterTotals& totals) {
  put(out, std::uint64_t{totals.filter});
  put(out, totals.before.count);
  put(out, totals.after.count);
}
FilterTotals get_filter_totals(WireReader& in) {
  const std::uint32_t filter = in.u32();
  const std::uint64_t before = in.varint();
  return {filter, {before}, {in.varint()}};
}

void put_clocks(WireWriter& out, const std::vector<Clock>& clocks) {
  put_list(out, clocks, [&](Clock clock) { put(out, clock); });
}
std::vector<Clock> get_clocks(WireReader& in) {
  return get_list<Clock>(in, [&] { return get<Clock>(in); });
}
void put(WireWriter& out, const CheckpointPart& part) {
  put(out, part.checkpoint);
  put(out, std::uint64_t{part.shard});
  put_clocks(out, part.clocks);
  put_list(out, part.image, [&](const Values& values) {
    out.byte(values.is_phantom());
    out.varint(values.size());
    if (!values.is_phantom()) out.floats(values);
  });
}
CheckpointPart get_checkpoint_part(WireReader& in) {
  CheckpointPart part;
  part.checkpoint = in.varint();
  part.shard = in.u32();
  part.clocks = get_clocks(in);
  part.image = get_list<Values>(in, [&] {
    if (in.byte() != 0) return Values::phantom(in.varint());
    return in.floats(in.count(sizeof(float)));
  });
  return part;
}
void put(WireWriter& out, const CheckpointDone& done) {
  put(out, done.checkpoint);
  put(out, std::uint64_t{done.shards});
  put_list(out, done.expelled, [&](std::uint32_t worker) { out.varint(worker); });
  put(out, done.iterations);
  put(out, done.examples);
  put(out, done.writing);
}
CheckpointDone get_checkpoint_done(WireReader& in) {
  CheckpointDone done;
  done.checkpoint = in.varint();
  done.shards = in.u32();
  done.expelled = get_list<std::uint32_t>(in, [&] { return in.u32(); });
  done.iterations = in.varint();
  done.examples = in.varint();
  done.writing = get<Duration>(in);
  return done;
}
void put(WireWriter& out, const ClusterRestarted& restarted) { put_clocks(out, restarted.clocks); }
ClusterRestarted get_cluster_restarted(WireReader& in) { return {get_clocks(in)}; }
void put(WireWriter& out, const MessageCorrupted& corrupted) { put(out, corrupted.from); }
MessageCorrupted get_message_corrupted(WireReader& in) { return {get<NodeId>(in)}; }
void put(WireWriter& out, const Stalled& stalled) { put(out, stalled.late); }
Stalled get_stalled(WireReader& in) { return {get<Duration>(in)}; }

void put(WireWriter& out, const Record& record) {
  out.byte(static_cast<std::uint8_t>(record.index()));
  std::visit([&](const auto& body) { put(out, body); }, record);
}
Record get_record(WireReader& in) {
  switch (in.byte()) {
    case 0:
      return get_iteration_done(in);
    case 1:
      return get_gradient_applied(in);
    case 2:
      return get_evaluated(in);
    case 3:
      return get_event(in);
    case 4:
      return get_job_finished(in);
    case 5:
      return get_push_begun(in);
    case 6:
      return get_push_acknowledged(in);
    case 7:
      return get_pull_begun(in);
    case 8:
      return get_pull_ended(in);
    case 9:
      return get_entry_applied(in);
    case 10:
      return get_pull_served(in);
    case 11:
      return get_view_installed(in);
    case 12:
      return get_replica_state(in);
    case 13:
      return get_high_water(in);
    case 14:
      return get_situation(in);
    case 15:
      return get_gradient_dropped(in);
    case 16:
      return get_filter_totals(in);
    case 17:
      return get_checkpoint_part(in);
    case 18:
      return get_checkpoint_done(in);
    case 19:
      return get_cluster_restarted(in);
    case 20:
      return get_message_corrupted(in);
    case 21:
      return get_stalled(in);
    case 22:
      return get_round_closed(in);
    default:
      in.fail("a known record");
      return Event{};
  }
}
static_assert(std::variant_size_v<Record> == 23);

void put(WireWriter& out, const MessageTrace& message) {
  put(out, message.from);
  put(out, message.to);
  put(out, message.sent);
  put(out, message.delivered);
  put(out, message.size.count);
  put(out, message.type);
  put(out, message.request);
}
// The name in the program that equals `name`: traces refer to it without owning it.
std::string_view known_type(WireReader& in, const std::string& name) {
  for (std::size_t type = 0; !type_name(type).empty(); ++type)
    if (type_name(type) == name) return type_name(type);
  in.fail("a known message type");
  return "";
}
MessageTrace get_message_trace(WireReader& in) {
  MessageTrace message;
  message.from = get<NodeId>(in);
  message.to = get<NodeId>(in);
  message.sent = get<Time>(in);
  message.delivered = get<Time>(in);
  message.size = {in.varint()};
  message.type = known_type(in, get<std::string>(in));
  message.request = in.varint();
  return message;
}
void put(WireWriter& out, const WorkTrace& work) {
  put(out, work.node);
  put(out, work.start);
  put(out, work.end);
  out.byte(static_cast<std::uint8_t>(work.kind));
}
WorkTrace get_work_trace(WireReader& in) {
  WorkTrace work;
  work.node = get<NodeId>(in);
  work.start = get<Time>(in);
  work.end = get<Time>(in);
  work.kind = get_enum(in, WorkKind::kStore);
  return work;
}

// --- messages ---------------------------------------------------------------------------------

void put(WireWriter& out, const Hello& hello) {
  for (std::byte byte : hello.token.bytes) out.byte(std::to_integer<std::uint8_t>(byte));
  put(out, std::uint64_t{hello.process});
  put(out, std::uint64_t{hello.incarnation.value});
  out.fixed64(hello.scenario);
  put(out, hello.address);
  put(out, std::uint64_t{hello.port});
}
std::uint16_t get_port(WireReader& in) {
  const std::uint64_t port = in.varint();
  if (port > 0xFFFF) in.fail("a port below 65,536");
  return static_cast<std::uint16_t>(port);
}
Hello get_hello(WireReader& in) {
  Hello hello;
  for (std::byte& byte : hello.token.bytes) byte = std::byte{in.byte()};
  hello.process = in.u32();
  hello.incarnation = {in.u32()};
  hello.scenario = in.fixed64();
  hello.address = get<std::string>(in);
  hello.port = get_port(in);
  return hello;
}

void put(WireWriter& out, const PeerAddress& peer) {
  put(out, peer.address);
  put(out, std::uint64_t{peer.port});
  put(out, std::uint64_t{peer.incarnation.value});
}
PeerAddress get_peer(WireReader& in) {
  PeerAddress peer;
  peer.address = get<std::string>(in);
  peer.port = get_port(in);
  peer.incarnation = {in.u32()};
  return peer;
}

void put(WireWriter& out, const Refused& refused) { put(out, refused.expected); }
Refused get_refused(WireReader& in) { return {get<std::string>(in)}; }

void put(WireWriter& out, WallTime time) {
  out.fixed64(static_cast<std::uint64_t>(time.nanoseconds));
}
WallTime get_wall_time(WireReader& in) { return {static_cast<std::int64_t>(in.fixed64())}; }

void put(WireWriter& out, const Begin& begin) {
  put(out, begin.at);
  put(out, begin.sent);
  out.fixed64(static_cast<std::uint64_t>(begin.at_here.nanoseconds));
  out.byte(begin.traces);
  put_list(out, begin.peers, [&](const PeerAddress& peer) { put(out, peer); });
}
Begin get_begin(WireReader& in) {
  Begin begin;
  begin.at = get_wall_time(in);
  begin.sent = get_wall_time(in);
  begin.at_here = {static_cast<std::int64_t>(in.fixed64())};
  begin.traces = in.byte() != 0;
  begin.peers = get_list<PeerAddress>(in, [&] { return get_peer(in); });
  return begin;
}

void put(WireWriter& out, const Observed::Recorded& recorded) {
  put(out, recorded.at);
  put(out, recorded.node);
  put(out, recorded.record);
}
Observed::Recorded get_recorded(WireReader& in) {
  const Time at = get<Time>(in);
  const NodeId node = get<NodeId>(in);
  return {at, node, get_record(in)};
}
void put(WireWriter& out, const Observed& observed) {
  put(out, observed.until);
  put_list(out, observed.records, [&](const Observed::Recorded& recorded) { put(out, recorded); });
  put_list(out, observed.messages, [&](const MessageTrace& message) { put(out, message); });
  put_list(out, observed.works, [&](const WorkTrace& work) { put(out, work); });
  put(out, observed.events);
  out.byte(observed.idle);
}
Observed get_observed(WireReader& in) {
  Observed observed;
  observed.until = get<Time>(in);
  observed.records = get_list<Observed::Recorded>(in, [&] { return get_recorded(in); });
  observed.messages = get_list<MessageTrace>(in, [&] { return get_message_trace(in); });
  observed.works = get_list<WorkTrace>(in, [&] { return get_work_trace(in); });
  observed.events = in.varint();
  observed.idle = in.byte() != 0;
  return observed;
}

void put(WireWriter& out, const LogLine& line) { put(out, line.text); }
LogLine get_log_line(WireReader& in) { return {get<std::string>(in)}; }

void put(WireWriter& out, const Finish& finish) { put(out, finish.failure); }
Finish get_finish(WireReader& in) { return {get<std::string>(in)}; }

void put(WireWriter& out, const Totals& totals) {
  put_list(out, totals.nodes, [&](const NodeTotals& node) {
    put(out, node.node);
    put(out, node.host);
    put(out, node.busy);
    put(out, node.sent.count);
    put(out, node.received.count);
    put(out, node.messages_sent);
    put(out, node.messages_received);
    put(out, std::uint64_t{node.incarnations});
  });
  for (const auto& [messages, sent] : totals.messages.sums()) {
    put(out, messages);
    put(out, sent.count);
  }
  put(out, totals.overruns.works);
  put(out, totals.overruns.of_works);
  put(out, totals.overruns.longest);
}
Totals get_totals(WireReader& in) {
  Totals totals;
  totals.nodes = get_list<NodeTotals>(in, [&] {
    NodeTotals node;
    node.node = get<NodeId>(in);
    node.host = get<std::string>(in);
    node.busy = get<Duration>(in);
    node.sent = {in.varint()};
    node.received = {in.varint()};
    node.messages_sent = in.varint();
    node.messages_received = in.varint();
    node.incarnations = in.u32();
    return node;
  });
  for (std::size_t type = 0; type < totals.messages.sums().size(); ++type) {
    const std::uint64_t messages = in.varint();
    totals.messages.add(type, messages, {in.varint()});
  }
  totals.overruns.works = in.varint();
  totals.overruns.of_works = in.varint();
  totals.overruns.longest = get<Duration>(in);
  return totals;
}

void put(WireWriter& out, const PeerRestarted& restarted) {
  put(out, std::uint64_t{restarted.process});
  put(out, restarted.peer);
}
PeerRestarted get_peer_restarted(WireReader& in) {
  const std::uint32_t process = in.u32();
  return {process, get_peer(in)};
}

void put(WireWriter& out, const ResetLink& reset) {
  put(out, std::uint64_t{reset.from});
  put(out, std::uint64_t{reset.to});
}
ResetLink get_reset_link(WireReader& in) {
  const std::uint32_t from = in.u32();
  return {from, in.u32()};
}

void put(WireWriter&, const Surrender&) {}
void put(WireWriter&, const Surrendered&) {}
void put(WireWriter& out, const Kept& kept) {
  put(out, kept.node);
  out.varint(kept.since.value);
  put_list(out, kept.frame, [&](std::byte byte) { out.byte(std::to_integer<std::uint8_t>(byte)); });
}
Kept get_kept(WireReader& in) {
  Kept kept;
  kept.node = get<NodeId>(in);
  kept.since = {in.u32()};
  kept.frame = get_list<std::byte>(in, [&] { return std::byte{in.byte()}; });
  return kept;
}

ControlMessage get_message(WireReader& in) {
  switch (in.byte()) {
    case 0:
      return get_hello(in);
    case 1:
      return get_begin(in);
    case 2:
      return get_observed(in);
    case 3:
      return get_log_line(in);
    case 4:
      return get_finish(in);
    case 5:
      return get_totals(in);
    case 6:
      return get_peer_restarted(in);
    case 7:
      return get_reset_link(in);
    case 8:
      return get_refused(in);
    case 9:
      return Surrender{};
    case 10:
      return get_kept(in);
    case 11:
      return Surrendered{};
    default:
      in.fail("a known control message");
      return Finish{};
  }
}
static_assert(std::variant_size_v<ControlMessage> == 12);

}  // namespace

void encode(const ControlMessage& message, std::vector<std::byte>& out) {
  const std::size_t start = out.size();
  out.resize(start + sizeof(std::uint32_t));
  WireWriter writer(out);
  writer.byte(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& body) { put(writer, body); }, message);
  const auto length = static_cast<std::uint32_t>(out.size() - start - sizeof(std::uint32_t));
  std::memcpy(out.data() + start, &length, sizeof length);
}

void encode(const Observed::Recorded& recorded, std::vector<std::byte>& out) {
  WireWriter writer(out);
  put(writer, recorded);
}

std::optional<Observed::Recorded> decode_recorded(std::span<const std::byte> bytes) {
  WireReader in(bytes);
  Observed::Recorded recorded = get_recorded(in);
  if (!in.ok() || !in.at_end()) return {};
  return recorded;
}

std::optional<ControlMessage> decode_control(std::span<const std::byte> body) {
  WireReader in(body);
  ControlMessage message = get_message(in);
  if (!in.ok() || !in.at_end()) return {};
  return message;
}

}  // namespace psgrid::real
