// Checks of views, of who acted in them, and of what must only grow.
#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/findings.hpp"

namespace psgrid::analysis {

namespace {

// Calls visit(place, record, body) for every record of a kind.
template <class Body, class Visit>
void for_each(const History& history, Visit&& visit) {
  const std::vector<TrailRecord>& records = history.trail().records;
  for (Place place = 0; place < records.size(); ++place)
    if (const auto* body = std::get_if<Body>(&records[place].what))
      visit(place, records[place], *body);
}

// Numbers that must rise by 1 from record to record of one incarnation of a worker; by more when it
// is admitted again.
class Rising {
 public:
  Rising(const History& history, Findings& findings, const char* what)
      : history_(history), findings_(findings), what_(what) {}

  void see(Place at, const TrailRecord& record, std::uint64_t number) {
    const auto [place, is_first] = last_.try_emplace({record.node, record.incarnation}, number);
    const bool may_skip = history_.is_expelled_before(record.node.rank, at);
    if (!is_first && number != place->second + 1 && !(may_skip && number > place->second))
      findings_.add(record.at, fmt::format("{} {} came after {}", what_, number, place->second),
                    {record.node});
    place->second = number;
  }

 private:
  const History& history_;
  Findings& findings_;
  const char* what_;
  std::map<std::pair<NodeId, std::uint32_t>, std::uint64_t> last_;
};

}  // namespace

BrokenList check_monotone(const History& history) {
  Findings findings(Promise::kMonotone);
  Rising pushes(history, findings, "push"),
      acknowledged(history, findings, "the acknowledgement of push"),
      iterations(history, findings, "iteration");
  for_each<PushBegun>(history, [&](Place at, const TrailRecord& record, const PushBegun& begun) {
    pushes.see(at, record, begun.push.value);
  });
  for_each<PushAcknowledged>(
      history, [&](Place at, const TrailRecord& record, const PushAcknowledged& push) {
        acknowledged.see(at, record, push.push.value);
      });
  for_each<IterationDone>(history,
                          [&](Place at, const TrailRecord& record, const IterationDone& done) {
                            iterations.see(at, record, done.iteration.value);
                          });
  std::map<std::pair<NodeId, std::uint32_t>, Epoch> epochs;
  for_each<ViewInstalled>(
      history, [&](Place, const TrailRecord& record, const ViewInstalled& view) {
        Epoch& before = epochs[{record.node, record.incarnation}];
        if (view.epoch <= before)
          findings.add(record.at,
                       fmt::format("the view of epoch {} was installed after that of epoch {}",
                                   view.epoch.value, before.value),
                       {record.node});
        before = view.epoch;
      });
  struct Applied {
    Epoch since;
    std::uint64_t sequence = 0;
  };
  std::map<std::tuple<NodeId, std::uint32_t, std::uint32_t>, Applied> entries;
  for_each<EntryApplied>(
      history, [&](Place, const TrailRecord& record, const EntryApplied& applied) {
        Applied& before = entries[{record.node, record.incarnation, applied.shard}];
        const Chain* chain = history.chain(applied.shard, applied.since);
        const bool is_in_chain =
            chain && std::count(chain->servers.begin(), chain->servers.end(), record.node.rank) > 0;
        if (applied.since < before.since)
          findings.add(record.at,
                       fmt::format("an entry of shard {} was applied for the chain of epoch {} "
                                   "after one for that of epoch {}",
                                   applied.shard, applied.since.value, before.since.value),
                       {record.node});
        else if (is_in_chain && applied.since == before.since &&
                 applied.sequence != before.sequence + 1)
          findings.add(record.at,
                       fmt::format("entry {} of shard {} was applied after entry {}",
                                   applied.sequence, applied.shard, before.sequence),
                       {record.node});
        before = {applied.since, applied.sequence};
      });
  return std::move(findings).take();
}

namespace {

// A view that a manager decided is known to all that lead after it, and none is decided twice.
void check_decisions(const History& history, Findings& findings) {
  std::map<Epoch, NodeId> decided;
  for_each<Event>(history, [&](Place, const TrailRecord& record, const Event& event) {
    const auto epoch = epoch_in(event);
    if (!epoch || record.node.role != Role::kManager) return;
    if (event.name == "view") {
      const auto [other, is_first] = decided.try_emplace(*epoch, record.node);
      if (!is_first)
        findings.add(record.at,
                     fmt::format("a view of epoch {} was decided, as one had been at {}",
                                 epoch->value, psgrid::to_string(other->second)),
                     {record.node, other->second});
    } else if (event.name == "leader" && !decided.empty() && decided.rbegin()->first > *epoch) {
      findings.add(record.at,
                   fmt::format("leads from epoch {} on, though {} had decided a view of epoch {}",
                               epoch->value, psgrid::to_string(decided.rbegin()->second),
                               decided.rbegin()->first.value),
                   {record.node, decided.rbegin()->second});
    }
  });
}

}  // namespace

BrokenList check_one_view(const History& history) {
  Findings findings(Promise::kOneView);
  check_decisions(history, findings);
  std::map<Epoch, std::pair<std::uint64_t, NodeId>> views;
  for_each<ViewInstalled>(
      history, [&](Place, const TrailRecord& record, const ViewInstalled& view) {
        const auto [place, is_first] =
            views.try_emplace(view.epoch, std::pair{view.digest, record.node});
        if (place->second.first != view.digest)
          findings.add(record.at,
                       fmt::format("the view of epoch {} is another than at {}", view.epoch.value,
                                   psgrid::to_string(place->second.second)),
                       {record.node, place->second.second});
      });
  return std::move(findings).take();
}

BrokenList check_one_owner(const History& history) {
  Findings findings(Promise::kOneOwner);
  std::size_t shards = 0;
  for_each<ViewInstalled>(
      history, [&](Place, const TrailRecord& record, const ViewInstalled& view) {
        for (std::uint32_t shard = 0; shard < view.chains.size(); ++shard) {
          const Chain& chain = view.chains[shard];
          const std::set<std::uint32_t> distinct(chain.servers.begin(), chain.servers.end());
          const Chain* known = history.chain(shard, chain.since);
          if (chain.servers.empty() || distinct.size() != chain.servers.size() ||
              known->servers != chain.servers)
            findings.add(record.at,
                         fmt::format("in epoch {} shard {} has two chains of epoch {}, or one "
                                     "without servers or with one twice",
                                     view.epoch.value, shard, chain.since.value),
                         {record.node});
        }
        if (shards == 0) shards = view.chains.size();
        if (view.chains.size() != shards)
          findings.add(record.at,
                       fmt::format("in epoch {} there are {} chains, before there were {}",
                                   view.epoch.value, view.chains.size(), shards),
                       {record.node});
      });

  struct Act {
    Epoch since;
    NodeId server;
  };
  std::map<std::uint32_t, Act> newest;  // by shard
  const auto see = [&](const TrailRecord& record, std::uint32_t shard, Epoch since,
                       const char* deed) {
    const Chain* chain = history.chain(shard, since);
    if (!chain || chain->servers.empty() || chain->tail() != record.node.rank) return;
    const auto [place, is_first] = newest.try_emplace(shard, Act{since, record.node});
    if (since < place->second.since)
      findings.add(record.at,
                   fmt::format("the tail of shard {} in the chain of epoch {} {} after {} had "
                               "acted in that of epoch {}",
                               shard, since.value, deed, psgrid::to_string(place->second.server),
                               place->second.since.value),
                   {record.node, place->second.server});
    else
      place->second = {since, record.node};
  };
  for (const TrailRecord& record : history.trail().records) {
    if (const auto* served = std::get_if<PullServed>(&record.what))
      see(record, served->shard, served->since, "answered a pull");
    if (const auto* applied = std::get_if<EntryApplied>(&record.what))
      see(record, applied->shard, applied->since, "applied an entry");
  }
  return std::move(findings).take();
}

BrokenList check_member(const History& history) {
  Findings findings(Promise::kMember);
  std::map<std::pair<NodeId, std::uint32_t>, std::set<NodeId>> expelled;  // as a node knows it
  for (const TrailRecord& record : history.trail().records) {
    if (const auto* view = std::get_if<ViewInstalled>(&record.what)) {
      std::set<NodeId>& known = expelled[{record.node, record.incarnation}];
      known.clear();
      for (std::uint32_t worker : view->expelled) known.insert(worker_id(worker));
    }
    const auto* applied = std::get_if<EntryApplied>(&record.what);
    if (!applied || applied->push == RequestId{}) continue;
    const Chain* chain = history.chain(applied->shard, applied->since);
    if (!chain || chain->servers.empty() || chain->head() != record.node.rank) continue;
    if (expelled[{record.node, record.incarnation}].contains(applied->worker))
      findings.add(
          record.at,
          fmt::format("the head of shard {} took push {} of {}, which it knew to be "
                      "expelled",
                      applied->shard, applied->push.value, psgrid::to_string(applied->worker)),
          {record.node, applied->worker});
  }
  return std::move(findings).take();
}

BrokenList check_bounded(const History& history) {
  Findings findings(Promise::kBounded);
  for_each<HighWater>(history, [&](Place, const TrailRecord& record, const HighWater& high) {
    if (high.reached > high.limit)
      findings.add(record.at,
                   fmt::format("{}: {}, expected at most {}", high.what, high.reached, high.limit),
                   {record.node});
  });
  return std::move(findings).take();
}

BrokenList check_conserved(const History& history) {
  Findings findings(Promise::kConserved);
  const auto& fates = history.trail().fates;
  if (!fates) return {};
  const std::uint64_t came_of = fates->delivered + fates->dropped + fates->in_flight;
  if (fates->sent + fates->duplicated != came_of)
    findings.add(history.trail().end,
                 fmt::format("{} messages sent and {} duplicated, but {} delivered, {} dropped and "
                             "{} in flight",
                             fates->sent, fates->duplicated, fates->delivered, fates->dropped,
                             fates->in_flight));
  return std::move(findings).take();
}

}  // namespace psgrid::analysis
