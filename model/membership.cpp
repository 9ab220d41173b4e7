#include "model/membership.hpp"

#include <algorithm>

#include "model/planted.hpp"

namespace psgrid {

namespace {

bool contains(const std::vector<std::uint32_t>& ranks, std::uint32_t rank) {
  return std::find(ranks.begin(), ranks.end(), rank) != ranks.end();
}

}  // namespace

bool Membership::hear(NodeId node, Incarnation incarnation, Time now) {
  const auto [place, is_new] = known_.try_emplace(node, Known{incarnation, now});
  Known& known = place->second;
  if (incarnation < known.incarnation) return false;  // it is no more
  const bool news = is_new || !known.there || incarnation > known.incarnation;
  known = {incarnation, std::max(known.heard, now)};
  return news;
}

void Membership::assume(const View& view, std::uint32_t servers, Time now) {
  for (std::uint32_t rank = 0; rank < servers; ++rank)
    known_.try_emplace(server_id(rank), Known{view.incarnation_of(rank), now});
  for (std::uint32_t rank = 0; rank < view.workers(); ++rank)
    known_.try_emplace(worker_id(rank), Known{{}, now});
  for (auto& [node, known] : known_) known.heard = now;
}

std::vector<NodeId> Membership::lose(Time heard_before) {
  std::vector<NodeId> lost;
  for (auto& [node, known] : known_) {
    if (!known.there || known.heard >= heard_before) continue;
    known.there = false;
    lost.push_back(node);
  }
  return lost;
}

std::vector<NodeId> Membership::all() const {
  std::vector<NodeId> all;
  for (const auto& [node, known] : known_) all.push_back(node);
  return all;
}

const Membership::Known* Membership::find(NodeId node) const {
  const auto place = known_.find(node);
  return place == known_.end() ? nullptr : &place->second;
}

bool Membership::is_there(NodeId node) const {
  const Known* known = find(node);
  return known && known->there;
}

bool Membership::has_forgotten(const View& view, std::uint32_t server) const {
  const Known* known = find(server_id(server));
  return known && known->incarnation > view.incarnation_of(server);
}

ViewDescription Membership::first(std::uint32_t workers, const PartitionSpec& partition,
                                  std::vector<TableShape> tables) const {
  ViewDescription view{.epoch = {1},
                       .workers = workers,
                       .expelled = {},
                       .homes = {},
                       .incarnations = {},
                       .chains = {},
                       .partition = partition,
                       .tables = std::move(tables)};
  for (const auto& [node, known] : known_) {
    if (node.role != Role::kServer) continue;
    view.homes.push_back(node.rank);
    view.incarnations.resize(node.rank + 1);
    view.incarnations[node.rank] = known.incarnation.value;
  }
  view.chains = first_chains(view.homes, factor_);
  return view;
}

// The servers that should hold a shard: its home and those that follow it on the ring, as far as
// they are there.
std::vector<std::uint32_t> Membership::targets(const View& view, std::uint32_t shard) const {
  const std::vector<std::uint32_t>& homes = view.description().homes;
  std::vector<std::uint32_t> targets;
  for (std::size_t i = 0; i < homes.size() && targets.size() < factor_; ++i) {
    const std::uint32_t server = homes[(shard + i) % homes.size()];
    if (is_there(server_id(server))) targets.push_back(server);
  }
  return targets;
}

Chain Membership::next_chain(const View& view, std::uint32_t shard) const {
  const Chain& before = view.chain(shard);
  Chain chain{before.since, {}, before.joiner, before.joining_since};
  std::vector<std::uint32_t> remembering;  // there or not
  for (std::uint32_t server : before.servers) {
    if (has_forgotten(view, server)) continue;
    remembering.push_back(server);
    if (is_there(server_id(server))) chain.servers.push_back(server);
  }
  // Nobody who is there has the shard: whoever of these returns first will bring it back.
  if (chain.servers.empty()) chain.servers = remembering.empty() ? before.servers : remembering;

  const std::vector<std::uint32_t> wanted = targets(view, shard);
  if (chain.joiner && (!is_there(server_id(*chain.joiner)) || has_forgotten(view, *chain.joiner)))
    chain.joiner.reset();
  const auto joined = joined_.find(shard);
  const bool has_joined = joined != joined_.end() && joined->second == before.joining_since;
  if (chain.joiner && has_joined && chain.servers.back() == before.tail()) {
    chain.servers.push_back(*chain.joiner);
    chain.joiner.reset();
    while (chain.servers.size() > factor_) {
      const auto surplus = std::find_if(chain.servers.begin(), chain.servers.end(),
                                        [&](auto server) { return !contains(wanted, server); });
      if (surplus == chain.servers.end()) break;
      chain.servers.erase(surplus);
    }
  }
  if (!chain.joiner && is_there(server_id(chain.tail())) && !planted(Mistake::kNoReplacement))
    for (std::uint32_t server : wanted)
      if (!contains(chain.servers, server)) {
        chain.joiner = server;
        chain.joining_since = {view.epoch().value + 1};
        break;
      }
  if (!chain.joiner) chain.joining_since = {};
  return chain;
}

std::optional<ViewDescription> Membership::next(const View& view) const {
  const ViewDescription& before = view.description();
  ViewDescription next = before;
  next.epoch = {before.epoch.value + 1};
  bool changed = false;
  for (std::uint32_t shard = 0; shard < view.shards(); ++shard) {
    Chain chain = next_chain(view, shard);
    if (chain.servers != view.chain(shard).servers) chain.since = next.epoch;
    if (chain.joiner && chain.joining_since == next.epoch) {
      if (next.incarnations.size() <= *chain.joiner) next.incarnations.resize(*chain.joiner + 1);
      next.incarnations[*chain.joiner] = find(server_id(*chain.joiner))->incarnation.value;
    }
    changed |= chain != view.chain(shard);
    next.chains[shard] = std::move(chain);
  }
  if (worker_loss_ == WorkerLoss::kGoOn)
    for (const auto& [node, known] : known_) {
      if (node.role != Role::kWorker || known.there || contains(before.expelled, node.rank))
        continue;
      if (next.expelled.size() + 1 == next.workers) break;  // somebody has to do the work
      next.expelled.push_back(node.rank);
      changed = true;
    }
  std::sort(next.expelled.begin(), next.expelled.end());
  return changed ? std::optional(std::move(next)) : std::nullopt;
}

std::optional<std::uint32_t> Membership::lost_shard(const View& view) const {
  for (std::uint32_t shard = 0; shard < view.shards(); ++shard) {
    const std::vector<std::uint32_t>& servers = view.chain(shard).servers;
    if (std::all_of(servers.begin(), servers.end(),
                    [&](std::uint32_t server) { return has_forgotten(view, server); }))
      return shard;
  }
  return {};
}

}  // namespace psgrid
