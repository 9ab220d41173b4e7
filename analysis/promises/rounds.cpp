#include "analysis/promises/rounds.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/findings.hpp"
#include "model/key_ring.hpp"

namespace psgrid::analysis {

namespace {

using PartOfShard = std::tuple<std::uint32_t, std::uint32_t, Clock>;  // shard, worker, iteration

// Calls visit(place, record, round) for every update that a replica made.
template <class Visit>
void for_each_round(const History& history, Visit&& visit) {
  const std::vector<TrailRecord>& records = history.trail().records;
  for (Place place = 0; place < records.size(); ++place)
    if (const auto* round = std::get_if<RoundClosed>(&records[place].what))
      visit(place, records[place], *round);
}

bool is_tail(const History& history, NodeId server, const RoundClosed& round) {
  const Chain* chain = history.chain(round.shard, round.since);
  return chain && !chain->servers.empty() && chain->tail() == server.rank;
}

// When all of an update's pushes had been acknowledged.
Place all_acknowledged(const History& history, const RoundClosed& round) {
  Place last = 0;
  for (const RoundClosed::Part& part : round.parts) {
    const auto& lives = history.pushes()[part.worker.rank];
    const bool is_known = part.iteration.value < lives.size();
    last = std::max(last, is_known ? lives[part.iteration.value].acknowledged : kNever);
  }
  return last;
}

std::vector<KeyRing> rings_of(const History& history) {
  std::uint32_t shards = 1;
  for (const TrailRecord& record : history.trail().records)
    if (const auto* view = std::get_if<ViewInstalled>(&record.what))
      shards = static_cast<std::uint32_t>(view->chains.size());
  std::vector<std::uint32_t> all(shards);
  std::iota(all.begin(), all.end(), 0);
  std::vector<KeyRing> rings;
  for (std::uint16_t table = 0; table < TallyLayout::kTables; ++table)
    rings.emplace_back(history.run().partition, all, Namespace{table}, history.layout().keys());
  return rings;
}

}  // namespace

CountedPushes::CountedPushes(const History& history) {
  const auto quorum = history.consistency().quorum();
  if (!quorum || !history.counts()) return;
  const std::vector<KeyRing> rings = rings_of(history);
  const auto count = [&](PerKey& counts, Place place, std::uint32_t shard,
                         const RoundClosed::Part& part, double weight) {
    const TallyBatch& batch = history.batch(part.worker.rank, part.iteration);
    for (std::uint16_t table = 0; table < TallyLayout::kTables; ++table)
      batch.added[table].for_each_run([&](Key begin, std::uint64_t keys) {
        for (Key key = begin; key < begin + keys; ++key)
          if (rings[table].owner(key) == shard)
            counts[{Namespace{table}, key}].emplace_back(place, weight);
      });
  };
  std::map<PartOfShard, double> most;
  std::set<PartOfShard> sure;
  for_each_round(history, [&](Place place, const TrailRecord& record, const RoundClosed& round) {
    const double weight = 1.0 * quorum->gradients / static_cast<double>(round.parts.size());
    const Place stable = std::max(place, all_acknowledged(history, round));
    const bool is_sure = stable != kNever && is_tail(history, record.node, round);
    for (const RoundClosed::Part& part : round.parts) {
      const PartOfShard which{round.shard, part.worker.rank, part.iteration};
      if (double& before = most[which]; weight > before)
        count(perhaps_, place, round.shard, part, weight - std::exchange(before, weight));
      if (is_sure && sure.insert(which).second) count(surely_, stable, round.shard, part, weight);
    }
  });
  for (PerKey* counts : {&surely_, &perhaps_})
    for (auto& [key, steps] : *counts) {
      std::stable_sort(steps.begin(), steps.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      double sum = 0;
      for (auto& [place, value] : steps) value = sum += value;
    }
}

CountedPushes::Count CountedPushes::count(Namespace table, Key key, Place begun,
                                          Place ended) const {
  const auto before = [&](const PerKey& counts, Place place) {
    const auto steps = counts.find({table, key});
    if (steps == counts.end()) return 0.0;
    const auto after = std::partition_point(steps->second.begin(), steps->second.end(),
                                            [&](const auto& step) { return step.first < place; });
    return after == steps->second.begin() ? 0.0 : std::prev(after)->second;
  };
  return {before(surely_, begun), before(perhaps_, ended)};
}

namespace {

// The updates that a replica has made, one after the other.
class RoundsOfReplica {
 public:
  // The update of which a part was already, if any.
  std::optional<std::uint64_t> add(const TrailRecord& record, const RoundClosed& round) {
    if (record.incarnation != incarnation_) by_version_.clear();
    incarnation_ = record.incarnation;
    by_version_.erase(by_version_.lower_bound(round.version), by_version_.end());
    std::optional<std::uint64_t> found;
    for (const auto& [version, parts] : by_version_)
      for (const RoundClosed::Part& part : round.parts)
        if (std::ranges::any_of(parts, [&](const RoundClosed::Part& other) {
              return other.worker == part.worker && other.iteration == part.iteration;
            }))
          found = version;
    by_version_[round.version] = round.parts;
    return found;
  }

 private:
  std::uint32_t incarnation_ = 0;
  std::map<std::uint64_t, std::vector<RoundClosed::Part>> by_version_;
};

std::string part_text(const RoundClosed::Part& part) {
  return fmt::format("that of iteration {} of {}", part.iteration.value,
                     psgrid::to_string(part.worker));
}

}  // namespace

BrokenList check_quorum(const History& history) {
  const auto quorum = history.consistency().quorum();
  if (!quorum) return {};
  Findings findings(Promise::kQuorum);
  const std::uint32_t workers = history.run().cluster.workers;
  std::map<std::pair<NodeId, std::uint32_t>, RoundsOfReplica> replicas;  // by server and shard
  const std::vector<TrailRecord>& records = history.trail().records;
  for (Place place = 0; place < records.size(); ++place) {
    const TrailRecord& record = records[place];
    // Who is not in a chain, and comes back, takes over a state.
    if (const auto* view = std::get_if<ViewInstalled>(&record.what))
      std::erase_if(replicas, [&](const auto& each) {
        const auto& [server, shard] = each.first;
        return server == record.node &&
               !std::ranges::count(view->chains[shard].servers, server.rank);
      });
    const auto* closed = std::get_if<RoundClosed>(&record.what);
    if (!closed) continue;
    const RoundClosed& round = *closed;
    const auto tell = [&](const std::string& what) {
      findings.add(record.at,
                   fmt::format("update {} of shard {} {}", round.version, round.shard, what),
                   {record.node});
    };
    const std::uint32_t gone = quorum->one_each ? history.expelled_before(place) : 0;
    const std::uint32_t left = std::max(1u, workers - std::min(gone, workers));
    const std::uint32_t least =
        quorum->one_each ? std::min(quorum->gradients, left) : quorum->gradients;
    if (round.parts.size() < least || round.parts.size() > quorum->gradients)
      tell(fmt::format("was made of {} gradients, expected {}{}", round.parts.size(), least,
                       least < quorum->gradients ? fmt::format(" to {}", quorum->gradients) : ""));
    std::set<NodeId> whose;
    for (const RoundClosed::Part& part : round.parts) {
      whose.insert(part.worker);
      if (quorum->fresh && part.read_version + 1 != round.version)
        tell(fmt::format("has a gradient of version {} in it, {}", part.read_version,
                         part_text(part)));
      if (history.begun_before(part.worker.rank, place) <= part.iteration.value)
        tell(fmt::format("has a gradient in it that was not pushed, {}", part_text(part)));
    }
    // Where none is dropped, only the first shard makes workers wait.
    const bool of_different = quorum->one_each && (quorum->fresh || round.shard == 0);
    if (of_different && whose.size() < round.parts.size())
      tell(fmt::format("was made of {} gradients of {} workers", round.parts.size(), whose.size()));
    if (const auto before = replicas[{record.node, round.shard}].add(record, round))
      tell(fmt::format("has a gradient in it that was in update {}", *before));
  }
  return std::move(findings).take();
}

}  // namespace psgrid::analysis
