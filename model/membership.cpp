#include "model/membership.hpp"

#include <algorithm>
#include <utility>

#include "model/planted.hpp"

namespace psgrid {

namespace {

bool contains(const std::vector<std::uint32_t>& ranks, std::uint32_t rank) {
  return std::find(ranks.begin(), ranks.end(), rank) != ranks.end();
}

bool are_the_same(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  return std::is_permutation(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

bool Membership::hear(NodeId node, Incarnation incarnation, Incarnation memory_since, Time now) {
  const auto [place, is_new] = known_.try_emplace(node, Known{incarnation, memory_since, now});
  Known& known = place->second;
  if (incarnation < known.incarnation) return false;  // it is no more
  const bool news = is_new || !known.there || incarnation > known.incarnation;
  known = {.incarnation = incarnation,
           .memory_since = memory_since,
           .heard = std::max(known.heard, now),
           .there = true,
           .leaving = known.leaving && incarnation == known.incarnation,
           .silent = false};
  return news;
}

void Membership::assume(const View& view, std::uint32_t servers, Time now, Duration silence) {
  for (std::uint32_t rank = 0; rank < servers; ++rank)
    known_.try_emplace(server_id(rank),
                       Known{view.incarnation_of(rank), view.incarnation_of(rank), now});
  for (std::uint32_t rank = 0; rank < view.workers(); ++rank)
    known_.try_emplace(worker_id(rank), Known{{}, {}, now});
  for (auto& [node, known] : known_) {
    known.heard = node.role == Role::kServer ? Time{now.seconds - silence.seconds} : now;
    known.silent = false;
    known.there = node.role != Role::kWorker || !contains(view.description().expelled, node.rank);
  }
}

namespace {

// Sums of times differ in their last bits from what was meant.
constexpr double kRounding = 1e-9;

}  // namespace

bool Membership::is_watched(NodeId node) const {
  return node.role == Role::kServer || worker_loss_ == WorkerLoss::kGoOn;
}

std::vector<NodeId> Membership::lose(Time now, Duration silence) {
  std::vector<NodeId> lost;
  for (auto& [node, known] : known_) {
    const bool is_silent = known.heard + silence <= now + Duration{kRounding};
    if (!known.there || !is_watched(node) || !is_silent) continue;
    if (!std::exchange(known.silent, true)) continue;
    known.there = false;
    lost.push_back(node);
  }
  return lost;
}

Time Membership::next_loss(Duration silence) const {
  Time next = Time::never();
  for (const auto& [node, known] : known_)
    if (known.there && is_watched(node)) next = std::min(next, known.heard + silence);
  return next;
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
  return known && known->memory_since > view.incarnation_of(server) &&
         !planted(Mistake::kRestartNotNoticed);
}

bool Membership::has_returned(const View& view, std::uint32_t server) const {
  const Known* known = find(server_id(server));
  return known && known->there && known->incarnation > view.incarnation_of(server) &&
         !has_forgotten(view, server) && !planted(Mistake::kRestartNotNoticed);
}

void Membership::set_leaving(NodeId node) {
  if (const auto known = known_.find(node); known != known_.end()) known->second.leaving = true;
}

bool Membership::is_leaving(NodeId node) const {
  const Known* known = find(node);
  return known && known->leaving;
}

// Servers that should hold shards, whether or not they are there just now.
std::vector<std::uint32_t> Membership::members() const {
  std::vector<std::uint32_t> members;
  for (const auto& [node, known] : known_)
    if (node.role == Role::kServer && !known.leaving) members.push_back(node.rank);
  return members;
}

ViewDescription Membership::first(std::uint32_t workers, const PartitionSpec& partition,
                                  std::vector<TableShape> tables) const {
  ViewDescription view;
  view.epoch = {1};
  view.workers = workers;
  view.partition = partition;
  view.tables = std::move(tables);
  const std::vector<std::uint32_t> servers = members();
  for (std::uint32_t i = 0; i < partition.shards_per_server; ++i)
    view.homes.insert(view.homes.end(), servers.begin(), servers.end());
  for (std::uint32_t server : servers) {
    view.incarnations.resize(server + 1);
    view.incarnations[server] = find(server_id(server))->incarnation.value;
  }
  for (std::uint32_t worker = 0; worker < workers; ++worker)
    if (!find(worker_id(worker))) view.expelled.push_back(worker);
  view.chains = first_chains(view.homes, servers, factor_);
  return view;
}

std::vector<std::uint32_t> Membership::next_homes(const View& view) const {
  std::vector<std::uint32_t> homes = view.description().homes;
  std::map<std::uint32_t, std::vector<std::uint32_t>> shards_of;  // members, and who had shards
  const std::vector<std::uint32_t> members = this->members();
  if (members.empty()) return homes;
  for (std::uint32_t member : members) shards_of[member];
  for (std::uint32_t shard = 0; shard < homes.size(); ++shard)
    shards_of[homes[shard]].push_back(shard);
  const auto least = [&] {
    return *std::min_element(members.begin(), members.end(), [&](auto a, auto b) {
      return shards_of[a].size() < shards_of[b].size();
    });
  };
  const auto move_one = [&](std::uint32_t from, std::uint32_t to) {
    const std::uint32_t shard = shards_of[from].back();
    shards_of[from].pop_back();
    shards_of[to].push_back(shard);
    homes[shard] = to;
  };
  for (auto& [server, shards] : shards_of)
    while (!contains(members, server) && !shards.empty()) move_one(server, least());
  while (true) {
    const std::uint32_t most = *std::max_element(
        members.begin(), members.end(),
        [&](auto a, auto b) { return shards_of[a].size() < shards_of[b].size(); });
    if (shards_of[most].size() <= shards_of[least()].size() + 1) return homes;
    move_one(most, least());
  }
}

// The servers that should hold a shard: its home and those that follow it on the ring, as far as
// they are there.
std::vector<std::uint32_t> Membership::targets(std::uint32_t home) const {
  const std::vector<std::uint32_t> members = this->members();
  const auto first = std::lower_bound(members.begin(), members.end(), home) - members.begin();
  std::vector<std::uint32_t> targets;
  for (std::size_t i = 0; i < members.size() && targets.size() < factor_; ++i) {
    const std::uint32_t server = members[(static_cast<std::size_t>(first) + i) % members.size()];
    if (is_there(server_id(server))) targets.push_back(server);
  }
  return targets;
}

bool Membership::is_closed(const View& view, std::uint32_t shard) const {
  const auto closed = closed_.find(shard);
  return closed != closed_.end() && closed->second == view.chain(shard).since;
}

std::vector<std::uint32_t> Membership::out_of_order(const View& view) const {
  std::vector<std::uint32_t> shards;
  if (planted(Mistake::kOrderNotRestored)) return shards;
  for (std::uint32_t shard = 0; shard < view.shards(); ++shard) {
    const Chain& chain = view.chain(shard);
    const std::vector<std::uint32_t> wanted = targets(view.description().homes[shard]);
    if (chain.joiner || !are_the_same(chain.servers, wanted)) return {};
    if (chain.servers != wanted) shards.push_back(shard);
  }
  return shards;
}

Chain Membership::next_chain(const View& view, std::uint32_t shard, std::uint32_t home) const {
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

  const std::vector<std::uint32_t> wanted = targets(home);
  if (chain.joiner && (!is_there(server_id(*chain.joiner)) || has_forgotten(view, *chain.joiner)))
    chain.joiner.reset();
  const auto joined = joined_.find(shard);
  const bool has_joined = joined != joined_.end() && joined->second == before.joining_since;
  if (chain.joiner && has_joined && chain.servers.back() == before.tail()) {
    chain.servers.push_back(*chain.joiner);
    chain.joiner.reset();
  }
  // One that was the tail may still act as such until it knows better: it stays for so long.
  const auto linked = linked_.find(shard);
  if (linked != linked_.end() && linked->second == before.since)
    while (chain.servers.size() > factor_ && chain.servers == before.servers) {
      const auto surplus = std::find_if(chain.servers.begin(), chain.servers.end(),
                                        [&](auto server) { return !contains(wanted, server); });
      if (surplus == chain.servers.end()) break;
      chain.servers.erase(surplus);
    }
  if (!chain.joiner && is_there(server_id(chain.tail())) && !planted(Mistake::kNoReplacement))
    for (std::uint32_t server : wanted)
      if (!contains(chain.servers, server)) {
        chain.joiner = server;
        chain.joining_since = {view.epoch().value + 1};
        break;
      }
  if (!chain.joiner) chain.joining_since = {};
  if (is_closed(view, shard) && are_the_same(chain.servers, wanted)) chain.servers = wanted;
  return chain;
}

std::optional<ViewDescription> Membership::next(const View& view) const {
  const ViewDescription& before = view.description();
  ViewDescription next = before;
  next.epoch = {before.epoch.value + (planted(Mistake::kEpochReused) ? 0 : 1)};
  next.homes = next_homes(view);
  bool changed = next.homes != before.homes;
  for (std::uint32_t shard = 0; shard < view.shards(); ++shard) {
    Chain chain = next_chain(view, shard, next.homes[shard]);
    std::vector<std::uint32_t> returned;
    for (std::uint32_t server : chain.servers)
      if (has_returned(view, server)) returned.push_back(server);
    if (chain.joiner && has_returned(view, *chain.joiner)) chain.joining_since = next.epoch;
    // One that is closed takes no more pushes, whatever became of its order.
    if (chain.servers != view.chain(shard).servers || !returned.empty() || is_closed(view, shard)) {
      chain.since = next.epoch;
      if (chain.joiner) chain.joining_since = next.epoch;  // it has to begin again
    }
    if (chain.joiner && chain.joining_since == next.epoch) returned.push_back(*chain.joiner);
    for (std::uint32_t server : returned) {
      if (next.incarnations.size() <= server) next.incarnations.resize(server + 1);
      next.incarnations[server] = find(server_id(server))->incarnation.value;
    }
    changed |= chain != view.chain(shard);
    next.chains[shard] = std::move(chain);
  }
  for (const auto& [node, known] : known_) {
    const bool goes = known.leaving || (worker_loss_ == WorkerLoss::kGoOn && !known.there);
    if (node.role != Role::kWorker || !goes || contains(before.expelled, node.rank)) continue;
    if (next.expelled.size() + 1 == next.workers) break;  // somebody has to do the work
    next.expelled.push_back(node.rank);
    changed = true;
  }
  for (const auto& [worker, from] : admitted_) {
    const auto place =
        std::find_if(next.admitted.begin(), next.admitted.end(),
                     [&, rank = worker](const auto& each) { return each.worker >= rank; });
    const bool is_known = place != next.admitted.end() && place->worker == worker;
    if (is_known && place->from >= from) continue;
    if (is_known)
      place->from = from;
    else
      next.admitted.insert(place, {worker, from});
    std::erase(next.expelled, worker);
    changed = true;
  }
  std::sort(next.expelled.begin(), next.expelled.end());
  return changed ? std::optional(std::move(next)) : std::nullopt;
}

std::vector<std::uint32_t> Membership::silent_servers(Time since) const {
  std::vector<std::uint32_t> silent;
  for (const auto& [node, known] : known_)
    if (node.role == Role::kServer && !known.there && known.heard < since)
      silent.push_back(node.rank);
  return silent;
}

std::optional<std::uint32_t> Membership::lost_shard(const View& view,
                                                    const std::vector<std::uint32_t>& gone) const {
  const auto is_lost = [&](std::uint32_t server) {
    return has_forgotten(view, server) || contains(gone, server);
  };
  for (std::uint32_t shard = 0; shard < view.shards(); ++shard) {
    const std::vector<std::uint32_t>& servers = view.chain(shard).servers;
    if (std::all_of(servers.begin(), servers.end(), is_lost)) return shard;
  }
  return {};
}

}  // namespace psgrid
