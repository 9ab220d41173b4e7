#include "tests/support/any_message.hpp"

#include <bit>
#include <limits>
#include <set>

#include "model/filters/snappy_block.hpp"
#include "model/wire_sections.hpp"

namespace psgrid::testing {

namespace {

// Small numbers and all lengths of varints.
std::uint64_t any_u64() {
  const auto bits = *rc::gen::inRange(0, 65);
  const auto value = *rc::gen::arbitrary<std::uint64_t>();
  return bits == 0 ? 0 : value >> (64 - bits);
}

std::uint32_t any_u32() { return static_cast<std::uint32_t>(any_u64()); }

Namespace any_table() { return {*rc::gen::arbitrary<std::uint16_t>()}; }

Values any_values(std::size_t size) {
  if (*rc::gen::inRange(0, 4) == 0) return Values::phantom(size);
  const auto bits =
      *rc::gen::container<std::vector<std::uint32_t>>(size, rc::gen::arbitrary<std::uint32_t>());
  std::vector<float> values;
  for (std::uint32_t each : bits) values.push_back(std::bit_cast<float>(each));
  return Values(std::move(values));
}

// In any of the forms that filters make.
Section any_formed_section() {
  Section section{any_table(), *any_keys(~Key{0} - 1), {}, {}};
  const std::size_t size = section.keys.size() > 1000 ? 0 : section.keys.size() * 2;
  SectionForm form{
      .keys = *rc::gen::element(KeyForm::kPlain, KeyForm::kFixed, KeyForm::kSignature,
                                KeyForm::kAsAsked),
      .values = *rc::gen::element(ValueForm::kFloat32, ValueForm::kFloat64, ValueForm::kFixed1,
                                  ValueForm::kFixed2, ValueForm::kFixed3, ValueForm::kOneBit)};
  if (form.keys == KeyForm::kFixed && section.keys.is_ranges()) form.keys = KeyForm::kPlain;
  if (form.keys != KeyForm::kPlain && form.keys != KeyForm::kFixed) section.keys = {};
  if (form.keys == KeyForm::kSignature) form.signature = any_u64();
  if (has_bounds(form.values)) {
    form.low = -static_cast<float>(*rc::gen::inRange(0, 1000)) / 7;
    form.high = static_cast<float>(*rc::gen::inRange(0, 1000)) / 3;
  }
  std::vector<float> values;
  for (std::size_t i = 0; i < size; ++i) {
    const auto bits = *rc::gen::arbitrary<std::uint32_t>();
    if (!has_bounds(form.values))
      values.push_back(static_cast<float>(bits) - 1e9f);
    else if (form.values == ValueForm::kOneBit)
      values.push_back(bits % 2 ? form.high : form.low);
    else
      values.push_back(value_of(form, code_of(form, value_of(form, bits % code_max(form.values)))));
  }
  section.values = Values(std::move(values));
  if (!form.is_plain()) section.form = std::make_shared<const SectionForm>(form);
  if (*rc::gen::arbitrary<bool>()) return section;
  std::vector<std::byte> body;
  WireWriter out(body);
  put_body(out, section);
  form.block = std::make_shared<const std::vector<std::byte>>(snappy_compressed(body));
  section.form = std::make_shared<const SectionForm>(form);
  return section;
}

Sections any_sections() {
  Sections sections;
  for (auto left = *rc::gen::inRange(0, 4); left > 0; --left) {
    Section section;
    section.table = any_table();
    section.keys = *any_keys(*rc::gen::element(Key{8}, Key{100}, ~Key{0} - 1));
    if (*rc::gen::inRange(0, 3) == 0) {
      sections.push_back(any_formed_section());
      continue;
    }
    const bool rows = section.keys.size() < 100 && *rc::gen::arbitrary<bool>();
    if (rows)
      section.values = any_values(section.keys.size() * *rc::gen::inRange<std::size_t>(1, 4));
    sections.push_back(std::move(section));
  }
  return sections;
}

SharedList<Tick> any_ticks() {
  SharedList<Tick> ticks;
  for (auto left = *rc::gen::inRange(0, 3); left > 0; --left) {
    const Key begin = std::min(any_u64(), ~Key{0} - 1);
    const Key end = std::max(any_u64(), begin + 1);
    ticks.push_back({any_table(), {begin, end}, {any_u32()}});
  }
  return ticks;
}

std::uint32_t any_rank() { return *rc::gen::inRange<std::uint32_t>(0, 1u << 24); }

Chain any_chain() {
  Chain chain{.since = {any_u32()}, .servers = {any_rank()}, .joiner = {}};
  if (*rc::gen::arbitrary<bool>()) chain.servers.push_back(any_rank());
  if (*rc::gen::arbitrary<bool>()) {
    chain.joiner = any_rank();
    chain.joining_since = {any_u32()};
  }
  return chain;
}

Push any_push() {
  return {{any_u32()}, any_u32(), {any_u32()},    {any_u32()},
          {any_u64()}, any_u64(), any_sections(), any_ticks()};
}

decltype(Entry::what) any_entry() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return std::make_shared<const Push>(any_push());
    case 1:
      return Aggregate{{any_u32()}, {{any_u32(), {any_u64()}}}, any_sections()};
    case 2:
      return Expulsion{{any_u32(), any_u32()}};
    default:
      return Admission{any_u32(), {any_u32()}};
  }
}

Time any_time() { return {*rc::gen::element(0.0, 1e-9, 0.25, 1e9)}; }

ViewPtr any_view() {
  ViewDescription view;
  view.epoch = {any_u32()};
  view.workers = any_u32();
  const auto ranks = *rc::gen::nonEmpty(
      rc::gen::container<std::set<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 1000)));
  view.homes.assign(ranks.begin(), ranks.end());
  for (std::size_t shard = 0; shard < view.homes.size(); ++shard)
    view.chains.push_back(any_chain());
  view.expelled = {any_rank()};
  view.admitted = {{any_u32(), {any_u32()}}};
  view.incarnations = {any_u32(), any_u32()};
  view.partition = {*rc::gen::element(PartitionType::kRing, PartitionType::kRange),
                    *rc::gen::inRange(1u, 20u), any_u32()};
  for (auto left = *rc::gen::inRange(1, 4); left > 0; --left)
    view.tables.push_back({std::max<std::uint64_t>(any_u64(), 1), *rc::gen::inRange(1u, 1000u)});
  return std::make_shared<const View>(std::move(view));
}

ViewPtr any_view_or_none() { return *rc::gen::arbitrary<bool>() ? any_view() : nullptr; }

Message message_of(std::size_t type) {
  switch (type) {
    case 0: {
      const Incarnation incarnation{any_u32()};
      const bool kept = incarnation.value > 0 && *rc::gen::arbitrary<bool>();
      return Join{incarnation, {incarnation.value - kept}};
    }
    case 1:
      return Welcome{any_view(), any_u32(), any_u32(), {any_u32()}};
    case 2:
      return any_push();
    case 3:
      return PushAck{any_u32(), {any_u64()}};
    case 4:
      return Pull{{any_u32()}, any_u32(), {any_u64()},   {any_u32()},
                  {any_u32()}, any_u64(), any_sections()};
    case 5: {
      const Duration held{
          *rc::gen::element(0.0, 1e-9, 0.25, 1e9, std::numeric_limits<double>::infinity())};
      return PullReply{{any_u32()}, any_u32(), {any_u64()},   any_u64(),
                       {any_u32()}, held,      any_sections()};
    }
    case 6:
      return Progress{{any_u32()}, any_u32()};
    case 7:
      return Stop{};
    case 8:
      return SnapshotRequest{any_u64(), any_u32()};
    case 9:
      return Snapshot{any_u64(), any_u32(), any_sections()};
    case 10: {
      const Incarnation incarnation{any_u32()};
      const bool kept = incarnation.value > 0 && *rc::gen::arbitrary<bool>();
      return Heartbeat{incarnation,
                       {any_u32()},
                       any_time(),
                       *rc::gen::arbitrary<bool>(),
                       {incarnation.value - kept}};
    }
    case 11:
      return HeartbeatAck{any_time()};
    case 12:
      return Forward{{any_u32()}, any_u32(), {any_u64(), any_u32(), any_entry()}};
    case 13:
      return ForwardAck{{any_u32()}, any_u32(), any_u64(), {any_u32()}};
    case 14:
      return ChainSync{{any_u32()}, any_u32(), any_u64()};
    case 15:
      return ChainSynced{{any_u32()}, any_u32(), any_u64()};
    case 16:
      return StateRequest{{any_u32()}, {any_u32()}, any_u32(), any_u64(), any_u32()};
    case 17:
      return StatePiece{{any_u32()}, {any_u32()}, any_u32(),    any_u64(),
                        any_u32(),   any_u32(),   any_values(5)};
    case 18:
      return Joined{{any_u32()}, any_u32()};
    case 19:
      return Campaign{{any_u32()}};
    case 20:
      return Vote{{any_u32()}, {any_u32()}, any_view_or_none()};
    case 21:
      return Propose{{any_u32()}, any_view()};
    case 22:
      return Accepted{{any_u32()}, {any_u32()}};
    case 23:
      return Beat{{any_u32()}, any_time()};
    case 24:
      return BeatAck{{any_u32()}, any_time()};
    case 25:
      return Recall{{any_u32()}};
    case 26:
      return Recalled{{any_u32()}, {any_u32()}, {any_u32()}, any_view_or_none()};
    case 27:
      return Linked{{any_u32()}, any_u32()};
    case 28:
      return Rows{{any_u32()}, any_u32(), {any_u32()}, {any_u32()}, any_u64(), any_sections()};
    case 29:
      return Turn{any_u64(), *rc::gen::arbitrary<bool>()};
    case 30:
      return Incomplete{any_u32(), {any_u64()}, *rc::gen::arbitrary<bool>()};
    case 32:
      return CheckpointRequest{
          {any_u32()}, any_u32(), any_u64(), *rc::gen::arbitrary<bool>(), {any_u32()}};
    case 33:
      return CheckpointWritten{
          any_u64(), any_u32(), *rc::gen::arbitrary<bool>(), {any_time().seconds}};
    case 34:
      return CloseChain{{any_u32()}, any_u32()};
    case 35:
      return ChainClosed{{any_u32()}, any_u32()};
    case 36:
      return PushCountRequest{{any_u32()}, any_u32(), any_u32(), {any_u32()}};
    case 37:
      return PushCount{any_u32(), any_u32(), {any_u32()}, any_u64()};
    case 38:
      return Idle{{any_u32()}};
    case 39:
      return Assist{
          {any_u32()},
          any_u32(),
          any_u32(),
          any_u32(),
          *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>())};
    case 40:
      return Assisted{{any_u32()}, any_u32(), any_sections()};
    case 41:
      return Gradients{{any_u32()}, any_u32(), any_time(), any_sections()};
    default:
      return Rejoin{{any_u32()}, {any_u32()}, any_u32(), any_u64(), any_u64()};
  }
}

}  // namespace

rc::Gen<KeySet> any_keys(Key bound) {
  return rc::gen::exec([bound] {
    const auto keys =
        *rc::gen::scale(0.3, rc::gen::container<std::set<Key>>(rc::gen::inRange<Key>(0, bound)));
    if (*rc::gen::arbitrary<bool>()) return KeySet::list({keys.begin(), keys.end()});
    const std::vector<Key> ends(keys.begin(), keys.end());
    std::vector<KeyRange> ranges;
    for (std::size_t i = 0; i + 1 < ends.size(); i += 2) ranges.push_back({ends[i], ends[i + 1]});
    return KeySet::ranges(std::move(ranges));
  });
}

rc::Gen<Message> any_message(std::size_t type) {
  return rc::gen::exec([type] { return message_of(type); });
}

rc::Gen<Message> any_message() {
  return rc::gen::exec(
      [] { return message_of(*rc::gen::inRange<std::size_t>(0, std::variant_size_v<Message>)); });
}

}  // namespace psgrid::testing
