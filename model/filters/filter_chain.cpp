#include "model/filters/filter_chain.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "model/filters/wide_numbers.hpp"
#include "model/wire_sections.hpp"

namespace psgrid {

namespace {

bool is_for(const FilterSpec& spec, const Table& table, bool push) {
  if (push ? !spec.push : !spec.pull) return false;
  return spec.tables.empty() ||
         std::find(spec.tables.begin(), spec.tables.end(), table.name) != spec.tables.end();
}

const Sections& sections_of(const Message& message) {
  const auto* push = std::get_if<Push>(&message);
  return push ? push->sections : std::get<Pull>(message).sections;
}

// The message with other sections, if they are others.
MessagePtr with(const MessagePtr& message, Sections sections) {
  if (sections.same_as(sections_of(*message))) return message;
  Message changed = *message;
  if (auto* push = std::get_if<Push>(&changed))
    push->sections = std::move(sections);
  else
    std::get<Pull>(changed).sections = std::move(sections);
  return std::make_shared<const Message>(std::move(changed));
}

}  // namespace

FilterChain::FilterChain(const Job& job, Context& context, Direction direction,
                         std::uint32_t shard) {
  const bool push = direction == Direction::kPush;
  const std::vector<FilterSpec>& specs = job.spec.filters;
  const auto size = static_cast<std::uint32_t>(specs.size());
  const bool wide = job.spec.wire.fixed_keys || job.spec.wire.doubles;
  if (!wide && std::ranges::none_of(specs, push ? &FilterSpec::push : &FilterSpec::pull)) return;
  tables_.resize(job.tables.size());
  totals_.resize(size);
  for (std::uint32_t index = 0; index < size; ++index) totals_[index].filter = index;
  for (const Table& table : job.tables) {
    std::vector<Member>& members = tables_[table.id.value];
    if (wide) members.push_back({size, std::make_unique<WideNumbers>(job.spec.wire)});
    for (std::uint32_t index = 0; index < size; ++index) {
      if (!is_for(specs[index], table, push)) continue;
      // Each filter of each life of a node draws numbers of its own.
      const auto tables = static_cast<std::uint32_t>(job.tables.size());
      const std::uint32_t shards = job.spec.cluster.servers * job.spec.partition.shards_per_server;
      const std::uint32_t stream =
          ((context.incarnation().value * size + index) * tables + table.id.value) * shards + shard;
      members.push_back({index, job.filter_factory(specs[index], {.job = job,
                                                                  .table = table,
                                                                  .push = push,
                                                                  .random = context.random(
                                                                      Purpose::kFilter, stream)})});
      asked_again_ |= members.back().filter->may_be_asked_again();
    }
  }
}

void FilterChain::count(const Member& member, const Section& before, const Section& after) {
  if (member.index >= totals_.size()) return;  // WideNumbers
  FilterTotals& totals = totals_[member.index];
  totals.before = totals.before + Bytes{encoded_bytes(before)};
  if (!after.keys.empty() || after.form) totals.after = totals.after + Bytes{encoded_bytes(after)};
}

void FilterChain::change(std::vector<Section>& sections, const std::vector<Section>& weights,
                         Occasion occasion) {
  if (empty()) return;
  for (Section& section : sections) {
    const auto at = std::ranges::find(weights, section.table, &Section::table);
    occasion.weights = at == weights.end() ? nullptr : &*at;
    for (const Member& member : tables_[section.table.value]) {
      if (section.keys.empty()) break;
      const Section before = section;
      section = member.filter->change(std::move(section), occasion);
      if (!section.values.same_as(before.values) || section.form != before.form)
        count(member, before, section);
    }
  }
  std::erase_if(sections, [](const Section& section) { return section.keys.empty(); });
}

Sections FilterChain::pack(const Sections& sections, const Peer& to) {
  if (empty()) return sections;
  bool same = true;
  std::vector<Section> packed(sections.begin(), sections.end());
  for (Section& section : packed) {
    for (const Member& member : tables_[section.table.value]) {
      const Section before = section;
      section = member.filter->pack(std::move(section), to);
      if (section.form == before.form) continue;
      same = false;
      count(member, before, section);
    }
  }
  return same ? sections : Sections(std::move(packed));
}

std::optional<Sections> FilterChain::unpack(const Sections& sections, const Peer& from) {
  if (empty()) return sections;
  bool same = true;
  std::vector<Section> unpacked(sections.begin(), sections.end());
  for (Section& section : unpacked) {
    for (const Member& member : std::views::reverse(tables_[section.table.value])) {
      const auto before = section.form;
      std::optional<Section> without = member.filter->unpack(std::move(section), from);
      if (!without) return {};
      section = std::move(*without);
      same &= section.form == before;
    }
  }
  return same ? sections : Sections(std::move(unpacked));
}

void FilterChain::forget(const Peer& peer) {
  for (const std::vector<Member>& members : tables_)
    for (const Member& member : members) member.filter->forget(peer);
}

MessagePtr FilterChain::pack(const MessagePtr& message, const Peer& to) {
  return empty() ? message : with(message, pack(sections_of(*message), to));
}

MessagePtr FilterChain::unpack(const MessagePtr& message, const Peer& from) {
  if (empty()) return message;
  std::optional<Sections> sections = unpack(sections_of(*message), from);
  return sections ? with(message, std::move(*sections)) : nullptr;
}

void FilterChain::record(Context& context) {
  for (FilterTotals& totals : totals_) {
    if (totals.before.count == 0) continue;
    context.record(totals);
    totals.before = totals.after = {};
  }
}

}  // namespace psgrid
