#include "model/codec.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <memory>

#include <xxhash.h>

#include "model/check.hpp"
#include "model/wire.hpp"
#include "model/wire_sections.hpp"

namespace psgrid {

namespace {

constexpr std::uint16_t kMagic = 0x5047;  // "GP" in little-endian order
constexpr std::uint32_t kRankMax = (1u << 24) - 1;
constexpr std::uint64_t kTablesMax = 1u << 16;
constexpr std::uint64_t kRingPointsMax = 1u << 20;

// --- payloads: one put() and one get() a struct, in the order of message.hpp -----------------

// Strictly rising numbers, each as its distance from the one before it, less one.
template <class Sink>
void put_rising(Sink& sink, const std::vector<std::uint32_t>& numbers) {
  sink.varint(numbers.size());
  std::uint32_t next = 0;
  for (std::uint32_t number : numbers) {
    sink.varint(number - next);
    next = number + 1;
  }
}

template <class Sink>
void put_start(Sink& sink, Incarnation incarnation, Incarnation memory_since) {
  const bool kept = memory_since != incarnation;
  sink.varint(std::uint64_t{incarnation.value} << 1 | kept);
  if (kept) sink.varint(memory_since.value);
}
template <class Sink>
void put(Sink& sink, const Join& join) {
  put_start(sink, join.incarnation, join.memory_since);
}
template <class Sink>
void put(Sink& sink, const ViewDescription& view) {
  sink.varint(view.epoch.value);
  sink.varint(view.workers);
  put_rising(sink, view.expelled);
  sink.varint(view.admitted.size());
  for (const ViewDescription::Admitted& admitted : view.admitted) {
    sink.varint(admitted.worker);
    sink.varint(admitted.from.value);
  }
  sink.varint(view.homes.size());
  for (std::uint32_t home : view.homes) sink.varint(home);
  sink.varint(view.incarnations.size());
  for (std::uint32_t incarnation : view.incarnations) sink.varint(incarnation);
  for (const Chain& chain : view.chains) {
    sink.varint(chain.since.value);
    sink.varint(chain.servers.size());
    for (std::uint32_t server : chain.servers) sink.varint(server);
    sink.varint(chain.joiner ? std::uint64_t{*chain.joiner} + 1 : 0);
    if (chain.joiner) sink.varint(chain.joining_since.value);
  }
  sink.byte(static_cast<std::uint8_t>(view.partition.type));
  sink.varint(view.partition.virtual_nodes);
  sink.varint(view.partition.shards_per_server);
  sink.varint(view.tables.size());
  for (const TableShape& table : view.tables) {
    sink.varint(table.keys);
    sink.varint(table.width);
  }
}
template <class Sink>
void put(Sink& sink, const Welcome& welcome) {
  put(sink, welcome.view->description());
  sink.varint(welcome.first_row);
  sink.varint(welcome.rows);
  sink.varint(welcome.clock.value);
}
template <class Sink>
void put(Sink& sink, Time time) {
  sink.fixed64(std::bit_cast<std::uint64_t>(time.seconds));
}
template <class Sink>
void put(Sink& sink, const Push& push) {
  sink.varint(push.since.value);
  sink.varint(push.shard);
  sink.varint(push.request.value);
  sink.varint(push.iteration.value);
  sink.varint(push.read_version);
  sink.varint(push.read_clock.value);
  put(sink, push.sections);
  sink.varint(push.ticks.size());
  for (const Tick& tick : push.ticks) {
    sink.varint(tick.table.value);
    sink.varint(tick.keys.begin);
    sink.varint(tick.keys.end + 1);  // "all keys" ends at 2^64 - 1: one byte
    sink.varint(tick.clock.value);
  }
}
template <class Sink>
void put(Sink& sink, const PushAck& ack) {
  sink.varint(ack.shard);
  sink.varint(ack.request.value);
}
template <class Sink>
void put(Sink& sink, const Pull& pull) {
  sink.varint(pull.since.value);
  sink.varint(std::uint32_t{pull.shard + 1});  // kOnlyShard: one byte
  sink.varint(pull.request.value);
  sink.varint(pull.iteration.value);
  sink.varint(pull.own_clock.value);
  sink.varint(pull.version);
  put(sink, pull.sections);
}
template <class Sink>
void put(Sink& sink, const PullReply& reply) {
  sink.varint(reply.since.value);
  sink.varint(reply.shard);
  sink.varint(reply.request.value);
  sink.varint(reply.version);
  sink.varint(reply.slowest.value);
  sink.fixed64(std::bit_cast<std::uint64_t>(reply.held.seconds));
  put(sink, reply.sections);
}
template <class Sink>
void put(Sink& sink, const Incomplete& incomplete) {
  sink.varint(incomplete.shard);
  sink.varint(incomplete.request.value);
  sink.byte(incomplete.push);
}
template <class Sink>
void put(Sink& sink, const Progress& progress) {
  sink.varint(progress.clock.value);
  sink.varint(progress.examples);
}
template <class Sink>
void put(Sink&, const Stop&) {}
template <class Sink>
void put(Sink& sink, const SnapshotRequest& request) {
  sink.varint(request.id);
  sink.varint(request.shard);
}
template <class Sink>
void put(Sink& sink, const Snapshot& snapshot) {
  sink.varint(snapshot.id);
  sink.varint(snapshot.shard);
  put(sink, snapshot.sections);
}
template <class Sink>
void put(Sink& sink, const Heartbeat& heartbeat) {
  put_start(sink, heartbeat.incarnation, heartbeat.memory_since);
  sink.varint(heartbeat.epoch.value);
  put(sink, heartbeat.sent);
  sink.byte(heartbeat.leaving);
}
template <class Sink>
void put(Sink& sink, const HeartbeatAck& ack) {
  put(sink, ack.sent);
}
template <class Sink>
void put(Sink& sink, const std::shared_ptr<const Push>& push) {
  put(sink, *push);
}
template <class Sink>
void put(Sink& sink, const Aggregate& aggregate) {
  sink.varint(aggregate.iteration.value);
  sink.varint(aggregate.parts.size());
  for (const Aggregate::Part& part : aggregate.parts) {
    sink.varint(part.worker);
    sink.varint(part.push.value);
  }
  put(sink, aggregate.mean);
}
template <class Sink>
void put(Sink& sink, const Expulsion& expulsion) {
  sink.varint(expulsion.workers.size());
  for (std::uint32_t worker : expulsion.workers) sink.varint(worker);
}
template <class Sink>
void put(Sink& sink, const Admission& admission) {
  sink.varint(admission.worker);
  sink.varint(admission.from.value);
}
template <class Sink>
void put(Sink& sink, const Forward& forward) {
  sink.varint(forward.since.value);
  sink.varint(forward.shard);
  sink.varint(forward.entry.sequence);
  sink.varint(forward.entry.worker);
  sink.byte(static_cast<std::uint8_t>(forward.entry.what.index()));
  std::visit([&](const auto& what) { put(sink, what); }, forward.entry.what);
}
template <class Sink, class Place>
requires std::same_as<Place, ChainSync> || std::same_as<Place, ChainSynced>
void put(Sink& sink, const Place& place) {
  sink.varint(place.since.value);
  sink.varint(place.shard);
  sink.varint(place.sequence);
}
template <class Sink>
void put(Sink& sink, const ForwardAck& ack) {
  sink.varint(ack.since.value);
  sink.varint(ack.shard);
  sink.varint(ack.sequence);
  sink.varint(ack.joining_since.value);
}
template <class Sink>
void put(Sink& sink, const StateRequest& request) {
  sink.varint(request.since.value);
  sink.varint(request.joining_since.value);
  sink.varint(request.shard);
  sink.varint(request.state);
  sink.varint(request.piece);
}
template <class Sink>
void put(Sink& sink, const Rejoin& rejoin) {
  sink.varint(rejoin.since.value);
  sink.varint(rejoin.joining_since.value);
  sink.varint(rejoin.shard);
  sink.varint(rejoin.sequence);
  sink.fixed64(rejoin.digest);
}
template <class Sink>
void put(Sink& sink, const StatePiece& piece) {
  sink.varint(piece.since.value);
  sink.varint(piece.joining_since.value);
  sink.varint(piece.shard);
  sink.varint(piece.state);
  sink.varint(piece.piece);
  sink.varint(piece.pieces);
  sink.varint(piece.image.size());
  sink.floats(piece.image);
}
template <class Sink>
void put(Sink& sink, const Joined& joined) {
  sink.varint(joined.joining_since.value);
  sink.varint(joined.shard);
}
template <class Sink>
void put(Sink& sink, const Linked& linked) {
  sink.varint(linked.chain_since.value);
  sink.varint(linked.shard);
}
template <class Sink>
void put(Sink& sink, const CloseChain& close) {
  sink.varint(close.since.value);
  sink.varint(close.shard);
}
template <class Sink>
void put(Sink& sink, const ChainClosed& closed) {
  sink.varint(closed.since.value);
  sink.varint(closed.shard);
}
template <class Sink>
void put(Sink& sink, const PushCountRequest& request) {
  sink.varint(request.since.value);
  sink.varint(request.shard);
  sink.varint(request.worker);
  sink.varint(request.asked.value);
}
template <class Sink>
void put(Sink& sink, const PushCount& count) {
  sink.varint(count.shard);
  sink.varint(count.worker);
  sink.varint(count.asked.value);
  sink.varint(count.pushes);
}
template <class Sink>
void put(Sink& sink, const Rows& rows) {
  sink.varint(rows.since.value);
  sink.varint(rows.shard);
  sink.varint(rows.slowest.value);
  sink.varint(rows.own_clock.value);
  sink.varint(rows.version);
  put(sink, rows.sections);
}
template <class Sink>
void put(Sink& sink, const Turn& turn) {
  sink.varint(turn.number);
  sink.byte(turn.is_heard);
}
template <class Sink>
void put(Sink& sink, const Idle& idle) {
  sink.varint(idle.iteration.value);
}
template <class Sink>
void put(Sink& sink, const Assist& assist) {
  sink.varint(assist.iteration.value);
  sink.varint(assist.piece);
  sink.varint(assist.examples);
  sink.varint(assist.of);
  sink.varint(assist.rows.size());
  for (std::uint32_t row : assist.rows) sink.varint(row);
}
template <class Sink>
void put(Sink& sink, const Assisted& assisted) {
  sink.varint(assisted.iteration.value);
  sink.varint(assisted.piece);
  put(sink, assisted.sections);
}
template <class Sink>
void put(Sink& sink, const Gradients& gradients) {
  sink.varint(gradients.iteration.value);
  sink.varint(gradients.step);
  put(sink, gradients.computed);
  put(sink, gradients.sections);
}

template <class Sink>
void put(Sink& sink, const CheckpointRequest& request) {
  sink.varint(request.since.value);
  sink.varint(request.shard);
  sink.varint(request.checkpoint);
  sink.byte(request.at_iteration);
  sink.varint(request.iteration.value);
}
template <class Sink>
void put(Sink& sink, const CheckpointWritten& written) {
  sink.varint(written.checkpoint);
  sink.varint(written.shard);
  sink.byte(written.missed);
  sink.fixed64(std::bit_cast<std::uint64_t>(written.took.seconds));
}

template <class Sink>
void put_if_any(Sink& sink, const ViewPtr& view) {
  sink.byte(view != nullptr);
  if (view) put(sink, view->description());
}
template <class Sink>
void put(Sink& sink, const Campaign& campaign) {
  sink.varint(campaign.term.value);
}
template <class Sink>
void put(Sink& sink, const Vote& vote) {
  sink.varint(vote.term.value);
  sink.varint(vote.accepted.value);
  put_if_any(sink, vote.view);
}
template <class Sink>
void put(Sink& sink, const Propose& propose) {
  sink.varint(propose.term.value);
  put(sink, propose.view->description());
}
template <class Sink>
void put(Sink& sink, const Accepted& accepted) {
  sink.varint(accepted.term.value);
  sink.varint(accepted.epoch.value);
}
template <class Sink, class Sign>
requires std::same_as<Sign, Beat> || std::same_as<Sign, BeatAck>
void put(Sink& sink, const Sign& sign) {
  sink.varint(sign.term.value);
  put(sink, sign.sent);
}
template <class Sink>
void put(Sink& sink, const Recall& recall) {
  sink.varint(recall.incarnation.value);
}
template <class Sink>
void put(Sink& sink, const Recalled& recalled) {
  sink.varint(recalled.incarnation.value);
  sink.varint(recalled.promised.value);
  sink.varint(recalled.accepted.value);
  put_if_any(sink, recalled.view);
}

std::vector<std::uint32_t> get_rising(WireReader& in) {
  const std::uint64_t count = in.count(1);
  std::vector<std::uint32_t> ranks;
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t rank = next + in.u32();
    if (rank > kRankMax) in.fail("ranks below 2^24");
    ranks.push_back(static_cast<std::uint32_t>(rank));
    next = rank + 1;
  }
  return ranks;
}

Chain get_chain(WireReader& in) {
  Chain chain;
  chain.since = {in.u32()};
  chain.servers.resize(in.count(1));
  if (chain.servers.empty()) in.fail("a chain with a server");
  const auto rank = [&](std::uint64_t value) {
    if (value > kRankMax) in.fail("ranks below 2^24");
    return static_cast<std::uint32_t>(value);
  };
  for (std::uint32_t& server : chain.servers) server = rank(in.varint());
  if (const std::uint64_t joiner = in.varint()) {
    chain.joiner = rank(joiner - 1);
    chain.joining_since = {in.u32()};
  }
  return chain;
}

ViewDescription get_view(WireReader& in) {
  ViewDescription view;
  view.epoch = {in.u32()};
  view.workers = in.u32();
  view.expelled = get_rising(in);
  view.admitted.resize(in.count(2));
  for (ViewDescription::Admitted& admitted : view.admitted) {
    admitted.worker = in.u32();
    admitted.from = {in.u32()};
  }
  view.homes.resize(in.count(1));
  for (std::uint32_t& home : view.homes)
    if ((home = in.u32()) > kRankMax) in.fail("ranks below 2^24");
  if (view.homes.empty()) in.fail("at least one server");
  view.incarnations.resize(in.count(1));
  for (std::uint32_t& incarnation : view.incarnations) incarnation = in.u32();
  for (std::size_t shard = 0; shard < view.homes.size() && in.ok(); ++shard)
    view.chains.push_back(get_chain(in));
  const std::uint8_t type = in.byte();
  if (type > static_cast<std::uint8_t>(PartitionType::kRange)) in.fail("partition 0 or 1");
  view.partition.type = static_cast<PartitionType>(type);
  view.partition.virtual_nodes = in.u32();
  view.partition.shards_per_server = in.u32();
  const std::uint64_t tables = in.count(2);
  if (tables > kTablesMax) in.fail("at most 65,536 tables");
  const std::uint64_t points = view.partition.virtual_nodes * std::uint64_t{view.homes.size()};
  if (points == 0 || points > kRingPointsMax || points * tables > kRingPointsMax)
    in.fail("1 to 2^20 points on all rings");
  for (std::uint64_t i = 0; i < tables && in.ok(); ++i) {
    view.tables.push_back({in.varint(), in.u32()});
    if (view.tables.back().keys == 0 || view.tables.back().width == 0)
      in.fail("tables with keys and values");
  }
  return view;
}

// A node's incarnation, and since when it has its memory.
template <class Message>
void get_start(WireReader& in, Message& message) {
  const std::uint64_t start = in.varint();
  if (start >> 33 != 0) in.fail("an incarnation below 2^32");
  message.incarnation = {static_cast<std::uint32_t>(start >> 1)};
  message.memory_since = message.incarnation;
  if ((start & 1) == 0) return;
  message.memory_since = {in.u32()};
  if (message.memory_since >= message.incarnation) in.fail("memory of an earlier incarnation");
}
Message get_join(WireReader& in) {
  Join join;
  get_start(in, join);
  return join;
}
Message get_welcome(WireReader& in) {
  Welcome welcome;
  ViewDescription view = get_view(in);
  welcome.first_row = in.u32();
  welcome.rows = in.u32();
  welcome.clock = {in.u32()};
  if (in.ok()) welcome.view = std::make_shared<const View>(std::move(view));
  return welcome;
}
Time get_time(WireReader& in) {
  const Time time{std::bit_cast<double>(in.fixed64())};
  if (!(time >= Time{0})) in.fail("a time of at least 0 s");
  return time;
}
Push get_push_body(WireReader& in) {
  Push push;
  push.since = {in.u32()};
  push.shard = in.u32();
  push.request = {in.varint()};
  push.iteration = {in.u32()};
  push.read_version = in.varint();
  push.read_clock = {in.u32()};
  push.sections = get_sections(in);
  const std::uint64_t ticks = in.count(4);
  for (std::uint64_t i = 0; i < ticks && in.ok(); ++i) {
    Tick tick;
    tick.table = get_table(in);
    tick.keys.begin = in.varint();
    tick.keys.end = in.varint() - 1;
    tick.clock = {in.u32()};
    if (tick.keys.begin >= tick.keys.end) in.fail("a tick of a non-empty key range");
    push.ticks.push_back(tick);
  }
  return push;
}
Message get_push(WireReader& in) { return get_push_body(in); }
Message get_push_ack(WireReader& in) {
  const std::uint32_t shard = in.u32();
  return PushAck{shard, {in.varint()}};
}
Message get_pull(WireReader& in) {
  Pull pull;
  pull.since = {in.u32()};
  pull.shard = in.u32() - 1;
  pull.request = {in.varint()};
  pull.iteration = {in.u32()};
  pull.own_clock = {in.u32()};
  pull.version = in.varint();
  pull.sections = get_sections(in);
  return pull;
}
Message get_pull_reply(WireReader& in) {
  PullReply reply;
  reply.since = {in.u32()};
  reply.shard = in.u32();
  reply.request = {in.varint()};
  reply.version = in.varint();
  reply.slowest = {in.u32()};
  reply.held = {std::bit_cast<double>(in.fixed64())};
  if (!(reply.held.seconds >= 0)) in.fail("a time held of at least 0 s");
  reply.sections = get_sections(in);
  return reply;
}
Message get_progress(WireReader& in) {
  const Clock clock{in.u32()};
  return Progress{clock, in.u32()};
}
Message get_stop(WireReader&) { return Stop{}; }
Message get_snapshot_request(WireReader& in) {
  const std::uint64_t id = in.varint();
  return SnapshotRequest{id, in.u32()};
}
Message get_snapshot(WireReader& in) {
  Snapshot snapshot;
  snapshot.id = in.varint();
  snapshot.shard = in.u32();
  snapshot.sections = get_sections(in);
  return snapshot;
}
Message get_heartbeat(WireReader& in) {
  Heartbeat heartbeat;
  get_start(in, heartbeat);
  heartbeat.epoch = {in.u32()};
  heartbeat.sent = get_time(in);
  const std::uint8_t leaving = in.byte();
  if (leaving > 1) in.fail("0 (staying) or 1 (leaving)");
  heartbeat.leaving = leaving == 1;
  return heartbeat;
}
Message get_heartbeat_ack(WireReader& in) { return HeartbeatAck{get_time(in)}; }

decltype(Entry::what) get_entry(WireReader& in) {
  switch (in.byte()) {
    case 0:
      return std::make_shared<const Push>(get_push_body(in));
    case 1: {
      Aggregate aggregate;
      aggregate.iteration = {in.u32()};
      std::vector<Aggregate::Part> parts(in.count(2));
      for (Aggregate::Part& part : parts) {
        part.worker = in.u32();
        part.push = {in.varint()};
      }
      aggregate.parts = std::move(parts);
      aggregate.mean = get_sections(in);
      return aggregate;
    }
    case 2: {
      std::vector<std::uint32_t> workers(in.count(1));
      for (std::uint32_t& worker : workers) worker = in.u32();
      return Expulsion{std::move(workers)};
    }
    case 3: {
      const std::uint32_t worker = in.u32();
      return Admission{worker, {in.u32()}};
    }
    default:
      in.fail("entry 0 (push), 1 (aggregate), 2 (expulsion) or 3 (admission)");
      return Expulsion{};
  }
}
Message get_forward(WireReader& in) {
  Forward forward;
  forward.since = {in.u32()};
  forward.shard = in.u32();
  forward.entry.sequence = in.varint();
  forward.entry.worker = in.u32();
  forward.entry.what = get_entry(in);
  return forward;
}
template <class Place>
Message get_place(WireReader& in) {
  Place place;
  place.since = {in.u32()};
  place.shard = in.u32();
  place.sequence = in.varint();
  return place;
}
Message get_forward_ack(WireReader& in) {
  ForwardAck ack;
  ack.since = {in.u32()};
  ack.shard = in.u32();
  ack.sequence = in.varint();
  ack.joining_since = {in.u32()};
  return ack;
}
Message get_state_request(WireReader& in) {
  StateRequest request;
  request.since = {in.u32()};
  request.joining_since = {in.u32()};
  request.shard = in.u32();
  request.state = in.varint();
  request.piece = in.u32();
  return request;
}
Message get_rejoin(WireReader& in) {
  Rejoin rejoin;
  rejoin.since = {in.u32()};
  rejoin.joining_since = {in.u32()};
  rejoin.shard = in.u32();
  rejoin.sequence = in.varint();
  rejoin.digest = in.fixed64();
  return rejoin;
}
Message get_state_piece(WireReader& in) {
  StatePiece piece;
  piece.since = {in.u32()};
  piece.joining_since = {in.u32()};
  piece.shard = in.u32();
  piece.state = in.varint();
  piece.piece = in.u32();
  piece.pieces = in.u32();
  piece.image = in.floats(in.count(sizeof(float)));
  return piece;
}
Message get_incomplete(WireReader& in) {
  Incomplete incomplete;
  incomplete.shard = in.u32();
  incomplete.request = {in.varint()};
  const std::uint8_t push = in.byte();
  if (push > 1) in.fail("0 (pull) or 1 (push)");
  incomplete.push = push == 1;
  return incomplete;
}
bool get_flag(WireReader& in, const char* expected) {
  const std::uint8_t flag = in.byte();
  if (flag > 1) in.fail(expected);
  return flag == 1;
}
Message get_checkpoint_request(WireReader& in) {
  CheckpointRequest request;
  request.since = {in.u32()};
  request.shard = in.u32();
  request.checkpoint = in.varint();
  request.at_iteration = get_flag(in, "0 (as it is) or 1 (at an iteration)");
  request.iteration = {in.u32()};
  return request;
}
Message get_checkpoint_written(WireReader& in) {
  CheckpointWritten written;
  written.checkpoint = in.varint();
  written.shard = in.u32();
  written.missed = get_flag(in, "0 (written) or 1 (missed)");
  written.took = {std::bit_cast<double>(in.fixed64())};
  if (!(written.took.seconds >= 0)) in.fail("a time taken of at least 0 s");
  return written;
}
Message get_linked(WireReader& in) {
  const Epoch since{in.u32()};
  return Linked{since, in.u32()};
}
Message get_close_chain(WireReader& in) {
  const Epoch since{in.u32()};
  return CloseChain{since, in.u32()};
}
Message get_chain_closed(WireReader& in) {
  const Epoch since{in.u32()};
  return ChainClosed{since, in.u32()};
}
Message get_push_count_request(WireReader& in) {
  PushCountRequest request;
  request.since = {in.u32()};
  request.shard = in.u32();
  request.worker = in.u32();
  request.asked = {in.u32()};
  return request;
}
Message get_push_count(WireReader& in) {
  PushCount count;
  count.shard = in.u32();
  count.worker = in.u32();
  count.asked = {in.u32()};
  count.pushes = in.varint();
  return count;
}
Message get_rows(WireReader& in) {
  Rows rows;
  rows.since = {in.u32()};
  rows.shard = in.u32();
  rows.slowest = {in.u32()};
  rows.own_clock = {in.u32()};
  rows.version = in.varint();
  rows.sections = get_sections(in);
  return rows;
}
Message get_turn(WireReader& in) {
  const std::uint64_t number = in.varint();
  return Turn{number, in.byte() != 0};
}
Message get_idle(WireReader& in) { return Idle{{in.u32()}}; }
Message get_assist(WireReader& in) {
  Assist assist;
  assist.iteration = {in.u32()};
  assist.piece = in.u32();
  assist.examples = in.u32();
  assist.of = in.u32();
  std::vector<std::uint32_t> rows(in.count(1));
  for (std::uint32_t& row : rows) row = in.u32();
  assist.rows = std::move(rows);
  return assist;
}
Message get_assisted(WireReader& in) {
  Assisted assisted;
  assisted.iteration = {in.u32()};
  assisted.piece = in.u32();
  assisted.sections = get_sections(in);
  return assisted;
}
Message get_gradients(WireReader& in) {
  Gradients gradients;
  gradients.iteration = {in.u32()};
  gradients.step = in.u32();
  gradients.computed = get_time(in);
  gradients.sections = get_sections(in);
  return gradients;
}
Message get_joined(WireReader& in) {
  const Epoch since{in.u32()};
  return Joined{since, in.u32()};
}

ViewPtr get_view_ptr(WireReader& in) {
  ViewDescription view = get_view(in);
  return in.ok() ? std::make_shared<const View>(std::move(view)) : nullptr;
}
ViewPtr get_view_if_any(WireReader& in) {
  const std::uint8_t any = in.byte();
  if (any > 1) in.fail("0 (no view) or 1");
  return any == 1 ? get_view_ptr(in) : nullptr;
}
Message get_campaign(WireReader& in) { return Campaign{{in.u32()}}; }
Message get_vote(WireReader& in) {
  Vote vote;
  vote.term = {in.u32()};
  vote.accepted = {in.u32()};
  vote.view = get_view_if_any(in);
  return vote;
}
Message get_propose(WireReader& in) {
  const Term term{in.u32()};
  return Propose{term, get_view_ptr(in)};
}
Message get_accepted(WireReader& in) {
  const Term term{in.u32()};
  return Accepted{term, {in.u32()}};
}
template <class Sign>
Message get_sign(WireReader& in) {
  const Term term{in.u32()};
  return Sign{term, get_time(in)};
}
Message get_recall(WireReader& in) { return Recall{{in.u32()}}; }
Message get_recalled(WireReader& in) {
  Recalled recalled;
  recalled.incarnation = {in.u32()};
  recalled.promised = {in.u32()};
  recalled.accepted = {in.u32()};
  recalled.view = get_view_if_any(in);
  return recalled;
}

// By the message's place in the variant, which is its type on the wire.
constexpr std::array<Message (*)(WireReader&), std::variant_size_v<Message>> kGetters = {
    get_join,
    get_welcome,
    get_push,
    get_push_ack,
    get_pull,
    get_pull_reply,
    get_progress,
    get_stop,
    get_snapshot_request,
    get_snapshot,
    get_heartbeat,
    get_heartbeat_ack,
    get_forward,
    get_forward_ack,
    get_place<ChainSync>,
    get_place<ChainSynced>,
    get_state_request,
    get_state_piece,
    get_joined,
    get_campaign,
    get_vote,
    get_propose,
    get_accepted,
    get_sign<Beat>,
    get_sign<BeatAck>,
    get_recall,
    get_recalled,
    get_linked,
    get_rows,
    get_turn,
    get_incomplete,
    get_rejoin,
    get_checkpoint_request,
    get_checkpoint_written,
    get_close_chain,
    get_chain_closed,
    get_push_count_request,
    get_push_count,
    get_idle,
    get_assist,
    get_assisted,
    get_gradients};

// --- frames -----------------------------------------------------------------------------------

std::uint32_t wire_id(NodeId node) {
  PSGRID_CHECK(node.rank <= kRankMax, "ranks below 2^24");
  return (static_cast<std::uint32_t>(node.role) << 24) | node.rank;
}

bool from_wire_id(std::uint32_t id, NodeId& node) {
  node = {static_cast<Role>(id >> 24), id & kRankMax};
  return (id >> 24) <= static_cast<std::uint32_t>(Role::kWorker);
}

// The checksum covers the header before it and the payload.
std::uint64_t checksum_of(std::span<const std::byte> head, std::span<const std::byte> payload) {
  return XXH3_64bits_withSeed(payload.data(), payload.size(),
                              XXH3_64bits(head.data(), head.size()));
}

// The same for a payload in pieces: `written` is that of it which starts at `offset` of the output.
std::uint64_t checksum_of(std::span<const std::byte> head, std::span<const std::byte> written,
                          std::size_t offset, std::span<const LeftOut> pieces) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                       &XXH3_freeState);
  PSGRID_CHECK(state, "memory for a checksum");
  XXH3_64bits_reset_withSeed(state.get(), XXH3_64bits(head.data(), head.size()));
  std::size_t done = 0;
  for (const LeftOut& piece : pieces) {
    const std::size_t until = piece.offset - offset;
    XXH3_64bits_update(state.get(), written.data() + done, until - done);
    XXH3_64bits_update(state.get(), piece.bytes.data(), piece.bytes.size());
    done = until;
  }
  XXH3_64bits_update(state.get(), written.data() + done, written.size() - done);
  return XXH3_64bits_digest(state.get());
}

constexpr std::size_t kChecksummedHeaderBytes = kFrameHeaderBytes - sizeof(std::uint64_t);

template <class T>
void store(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}
template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

static_assert(std::endian::native == std::endian::little, "the wire is little-endian");

}  // namespace

Bytes encoded_size(const Message& message) {
  WireCounter counter;
  std::visit([&](const auto& body) { put(counter, body); }, message);
  return {kFrameHeaderBytes + counter.bytes()};
}

namespace {

// `left_out` may be null.
void encode_into(NodeId from, NodeId to, const Message& message, std::vector<std::byte>& out,
                 std::vector<LeftOut>* left_out) {
  const std::size_t start = out.size();
  const std::size_t first_piece = left_out ? left_out->size() : 0;
  out.resize(start + kFrameHeaderBytes);
  WireWriter writer(out, left_out);
  std::visit([&](const auto& body) { put(writer, body); }, message);

  std::span<const LeftOut> pieces;
  if (left_out) pieces = std::span<const LeftOut>(*left_out).subspan(first_piece);
  std::size_t payload_bytes = out.size() - start - kFrameHeaderBytes;
  for (const LeftOut& piece : pieces) payload_bytes += piece.bytes.size();
  PSGRID_CHECK(payload_bytes <= kPayloadBytesMax, "a payload of at most 1 GiB");
  std::byte* header = out.data() + start;
  store(header, kMagic);
  store(header + 2, kWireVersion);
  store(header + 3, static_cast<std::uint8_t>(message.index()));
  store(header + 4, wire_id(from));
  store(header + 8, wire_id(to));
  store(header + 12, static_cast<std::uint32_t>(payload_bytes));

  const std::span<const std::byte> head{header, kChecksummedHeaderBytes};
  const std::span<const std::byte> written{header + kFrameHeaderBytes, out.data() + out.size()};
  store(header + kChecksummedHeaderBytes,
        pieces.empty() ? checksum_of(head, written)
                       : checksum_of(head, written, start + kFrameHeaderBytes, pieces));
}

}  // namespace

void encode(NodeId from, NodeId to, const Message& message, std::vector<std::byte>& out) {
  encode_into(from, to, message, out, nullptr);
}

void encode(NodeId from, NodeId to, const Message& message, std::vector<std::byte>& out,
            std::vector<LeftOut>& left_out) {
  encode_into(from, to, message, out, &left_out);
}

std::variant<FrameHeader, DecodeError> decode_header(std::span<const std::byte> header) {
  if (header.size() != kFrameHeaderBytes)
    return DecodeError{header.size(), "expected a header of 24 bytes"};
  const std::byte* at = header.data();
  if (load<std::uint16_t>(at) != kMagic) return DecodeError{0, "expected the magic of psgrid"};
  if (load<std::uint8_t>(at + 2) != kWireVersion)
    return DecodeError{2, "expected wire version " + std::to_string(kWireVersion) + ", found " +
                              std::to_string(load<std::uint8_t>(at + 2))};
  FrameHeader result;
  result.type = load<std::uint8_t>(at + 3);
  if (result.type >= kGetters.size()) return DecodeError{3, "expected a known message type"};
  if (!from_wire_id(load<std::uint32_t>(at + 4), result.from))
    return DecodeError{4, "expected the role of the sender"};
  if (!from_wire_id(load<std::uint32_t>(at + 8), result.to))
    return DecodeError{8, "expected the role of the receiver"};
  result.payload_bytes = load<std::uint32_t>(at + 12);
  if (result.payload_bytes > kPayloadBytesMax)
    return DecodeError{12, "expected a payload of at most 1 GiB"};
  result.checksum = load<std::uint64_t>(at + kChecksummedHeaderBytes);
  return result;
}

std::uint64_t claimed_frame_bytes(std::span<const std::byte> header) {
  PSGRID_CHECK(header.size() == kFrameHeaderBytes, "a whole header");
  return kFrameHeaderBytes + std::uint64_t{load<std::uint32_t>(header.data() + 12)};
}

bool is_intact(std::span<const std::byte> frame) {
  return frame.size() >= kFrameHeaderBytes &&
         checksum_of(frame.first(kChecksummedHeaderBytes), frame.subspan(kFrameHeaderBytes)) ==
             load<std::uint64_t>(frame.data() + kChecksummedHeaderBytes);
}

std::variant<Frame, DecodeError> decode(std::span<const std::byte> frame) {
  if (frame.size() < kFrameHeaderBytes)
    return DecodeError{frame.size(), "expected a header of 24 bytes"};
  const auto decoded = decode_header(frame.first(kFrameHeaderBytes));
  if (const auto* error = std::get_if<DecodeError>(&decoded)) return *error;
  const auto& header = std::get<FrameHeader>(decoded);
  const std::span<const std::byte> payload = frame.subspan(kFrameHeaderBytes);
  if (payload.size() != header.payload_bytes)
    return DecodeError{frame.size(), "expected a payload as long as the header says"};
  if (checksum_of(frame.first(kChecksummedHeaderBytes), payload) != header.checksum)
    return DecodeError{kChecksummedHeaderBytes, "expected a matching checksum"};

  WireReader in(payload);
  Message message = kGetters[header.type](in);
  if (in.ok() && !in.at_end()) in.fail("the end of the payload");
  if (!in.ok()) return DecodeError{kFrameHeaderBytes + in.offset(), "expected " + in.expected()};
  return Frame{header.from, header.to, std::make_shared<const Message>(std::move(message))};
}

}  // namespace psgrid
