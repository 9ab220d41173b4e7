#include "model/codec.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include <xxhash.h>

#include "model/check.hpp"
#include "model/wire.hpp"

namespace psgrid {

namespace {

constexpr std::uint16_t kMagic = 0x5047;  // "GP" in little-endian order
constexpr std::uint32_t kRankMax = (1u << 24) - 1;
constexpr std::uint64_t kTablesMax = 1u << 16;
constexpr std::uint64_t kRingPointsMax = 1u << 20;

// --- payloads: one put() and one get() a struct, in the order of message.hpp -----------------

enum class KeyForm : std::uint8_t { kRanges = 0, kList = 1 };

template <class Sink>
void put(Sink& sink, const KeySet& keys) {
  if (keys.is_ranges()) {
    sink.byte(static_cast<std::uint8_t>(KeyForm::kRanges));
    sink.varint(keys.as_ranges().size());
    Key at = 0;
    for (const KeyRange& range : keys.as_ranges()) {
      sink.varint(range.begin - at);
      sink.varint(range.size());
      at = range.end;
    }
    return;
  }
  sink.byte(static_cast<std::uint8_t>(KeyForm::kList));
  sink.varint(keys.size());
  sink.gaps(keys);
}

KeySet get_ranges(WireReader& in) {
  const std::uint64_t count = in.count(2);
  std::vector<KeyRange> ranges;
  ranges.reserve(count);
  Key at = 0;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t gap = in.varint();
    const std::uint64_t size = in.varint();
    if (size == 0 || (i > 0 && gap == 0)) in.fail("key ranges that are disjoint and not empty");
    if (gap > ~Key{0} - at || size > ~Key{0} - at - gap) in.fail("key ranges below 2^64");
    ranges.push_back({at + gap, at + gap + size});
    at = ranges.back().end;
  }
  return in.ok() && count > 0 ? KeySet::ranges(std::move(ranges)) : KeySet();
}

KeySet get_list(WireReader& in) {
  const std::uint64_t count = in.count(1);
  if (count == 0) in.fail("a key list that is not empty");
  return in.gaps(count);
}

KeySet get_keys(WireReader& in) {
  const std::uint8_t form = in.byte();
  if (form == static_cast<std::uint8_t>(KeyForm::kRanges)) return get_ranges(in);
  if (form == static_cast<std::uint8_t>(KeyForm::kList)) return get_list(in);
  in.fail("key form 0 (ranges) or 1 (list)");
  return {};
}

template <class Sink>
void put(Sink& sink, const Sections& sections) {
  sink.varint(sections.size());
  for (const Section& section : sections) {
    sink.varint(section.table.value);
    put(sink, section.keys);
    sink.varint(section.values.size());
    sink.floats(section.values);
  }
}

Namespace get_table(WireReader& in) {
  const std::uint64_t value = in.varint();
  if (value > 0xFFFF) in.fail("a namespace below 65,536");
  return {static_cast<std::uint16_t>(value)};
}

std::vector<Section> get_sections(WireReader& in) {
  const std::uint64_t count = in.count(4);
  std::vector<Section> sections;
  sections.reserve(count);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    Section section;
    section.table = get_table(in);
    section.keys = get_keys(in);
    const std::uint64_t values = in.count(sizeof(float));
    const std::uint64_t keys = section.keys.size();
    if (in.ok() && (keys == 0 ? values != 0 : values % keys != 0))
      in.fail("as many values for each key");
    section.values = in.floats(values);
    sections.push_back(std::move(section));
  }
  return sections;
}

template <class Sink>
void put(Sink& sink, const Join& join) {
  sink.varint(join.incarnation.value);
}
template <class Sink>
void put(Sink& sink, const Welcome& welcome) {
  const ViewDescription& view = welcome.view->description();
  sink.varint(view.epoch.value);
  sink.varint(view.workers);
  sink.varint(view.servers.size());
  std::uint32_t next = 0;
  for (std::uint32_t server : view.servers) {
    sink.varint(server - next);
    next = server + 1;
  }
  sink.byte(static_cast<std::uint8_t>(view.partition.type));
  sink.varint(view.partition.virtual_nodes);
  sink.varint(view.tables.size());
  for (const TableShape& table : view.tables) {
    sink.varint(table.keys);
    sink.varint(table.width);
  }
  sink.varint(welcome.first_row);
  sink.varint(welcome.rows);
}
template <class Sink>
void put(Sink& sink, const Push& push) {
  sink.varint(push.epoch.value);
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
  sink.varint(ack.request.value);
}
template <class Sink>
void put(Sink& sink, const Pull& pull) {
  sink.varint(pull.epoch.value);
  sink.varint(pull.request.value);
  sink.varint(pull.iteration.value);
  sink.varint(pull.own_clock.value);
  put(sink, pull.sections);
}
template <class Sink>
void put(Sink& sink, const PullReply& reply) {
  sink.varint(reply.request.value);
  sink.varint(reply.version);
  sink.varint(reply.slowest.value);
  sink.fixed64(std::bit_cast<std::uint64_t>(reply.held.seconds));
  put(sink, reply.sections);
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
}
template <class Sink>
void put(Sink& sink, const Snapshot& snapshot) {
  sink.varint(snapshot.id);
  put(sink, snapshot.sections);
}

ViewDescription get_view(WireReader& in) {
  ViewDescription view;
  view.epoch = {in.u32()};
  view.workers = in.u32();
  const std::uint64_t servers = in.count(1);
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < servers && in.ok(); ++i) {
    const std::uint64_t rank = next + in.u32();
    if (rank > kRankMax) in.fail("server ranks below 2^24");
    view.servers.push_back(static_cast<std::uint32_t>(rank));
    next = rank + 1;
  }
  if (servers == 0) in.fail("at least one server");
  const std::uint8_t type = in.byte();
  if (type > static_cast<std::uint8_t>(PartitionType::kRange)) in.fail("partition 0 or 1");
  view.partition.type = static_cast<PartitionType>(type);
  view.partition.virtual_nodes = in.u32();
  const std::uint64_t tables = in.count(2);
  if (tables > kTablesMax) in.fail("at most 65,536 tables");
  const std::uint64_t points = view.partition.virtual_nodes * std::uint64_t{view.servers.size()};
  if (points == 0 || points > kRingPointsMax || points * tables > kRingPointsMax)
    in.fail("1 to 2^20 points on all rings");
  for (std::uint64_t i = 0; i < tables && in.ok(); ++i) {
    view.tables.push_back({in.varint(), in.u32()});
    if (view.tables.back().keys == 0 || view.tables.back().width == 0)
      in.fail("tables with keys and values");
  }
  return view;
}

Message get_join(WireReader& in) { return Join{{in.u32()}}; }
Message get_welcome(WireReader& in) {
  Welcome welcome;
  ViewDescription view = get_view(in);
  welcome.first_row = in.u32();
  welcome.rows = in.u32();
  if (in.ok()) welcome.view = std::make_shared<const View>(std::move(view));
  return welcome;
}
Message get_push(WireReader& in) {
  Push push;
  push.epoch = {in.u32()};
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
Message get_push_ack(WireReader& in) { return PushAck{{in.varint()}}; }
Message get_pull(WireReader& in) {
  Pull pull;
  pull.epoch = {in.u32()};
  pull.request = {in.varint()};
  pull.iteration = {in.u32()};
  pull.own_clock = {in.u32()};
  pull.sections = get_sections(in);
  return pull;
}
Message get_pull_reply(WireReader& in) {
  PullReply reply;
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
Message get_snapshot_request(WireReader& in) { return SnapshotRequest{in.varint()}; }
Message get_snapshot(WireReader& in) {
  const std::uint64_t id = in.varint();
  return Snapshot{id, get_sections(in)};
}

// By the message's place in the variant, which is its type on the wire.
constexpr std::array<Message (*)(WireReader&), std::variant_size_v<Message>> kGetters = {
    get_join,       get_welcome,  get_push, get_push_ack,         get_pull,
    get_pull_reply, get_progress, get_stop, get_snapshot_request, get_snapshot};

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
