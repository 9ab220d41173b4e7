#include "analysis/promises/logs.hpp"

#include <algorithm>

namespace psgrid::analysis {

Logs::Logs(const History& history) : history_(history) {
  const std::vector<TrailRecord>& records = history.trail().records;
  for (Place place = 0; place < records.size(); ++place) {
    const TrailRecord& record = records[place];
    if (const auto* view = std::get_if<ViewInstalled>(&record.what)) install(record, *view);
    if (const auto* applied = std::get_if<EntryApplied>(&record.what))
      apply(place, record, *applied);
  }
}

// Who is not in a chain, and comes back, takes over a state.
void Logs::install(const TrailRecord& record, const ViewInstalled& view) {
  if (record.node.role != Role::kServer) return;
  for (std::uint32_t shard = 0; shard < view.chains.size(); ++shard) {
    const std::vector<std::uint32_t>& servers = view.chains[shard].servers;
    if (std::find(servers.begin(), servers.end(), record.node.rank) == servers.end())
      replicas_.erase({record.node, shard});
  }
}

void Logs::apply(Place place, const TrailRecord& record, const EntryApplied& applied) {
  Replica& replica = replicas_[{record.node, applied.shard}];
  if (replica.incarnation != record.incarnation) replica = {record.incarnation, {}};
  auto& digests = replica.digests;
  digests.erase(digests.lower_bound(applied.sequence), digests.end());

  Node& node = nodes_[{applied.shard, applied.digest}];
  if (node.entry.first == kNever)
    node.entry = {applied.sequence, applied.worker, applied.push, place};
  const auto before = digests.find(applied.sequence - 1);
  if (!node.before && before != digests.end()) node.before = before->second;
  digests[applied.sequence] = applied.digest;
  compare_with_predecessor(place, record.node, applied);
}

void Logs::compare_with_predecessor(Place place, NodeId server, const EntryApplied& applied) {
  const Chain* chain = history_.chain(applied.shard, applied.since);
  if (!chain) return;
  const auto& servers = chain->servers;
  const auto here = std::find(servers.begin(), servers.end(), server.rank);
  if (here == servers.begin() || here == servers.end()) return;
  const NodeId other = server_id(*(here - 1));
  const auto found = replicas_.find({other, applied.shard});
  if (found == replicas_.end() || found->second.digests.empty()) return;
  const auto& digests = found->second.digests;
  const auto same = digests.find(applied.sequence);
  const bool differs = same != digests.end() && same->second != applied.digest;
  const bool ahead = digests.rbegin()->first < applied.sequence;
  if (differs || ahead)
    disorders_.push_back({place, applied.shard, applied.sequence, server, other, differs});
}

std::vector<LogEntry> Logs::log(std::uint32_t shard, std::uint64_t digest) const {
  std::vector<LogEntry> log;
  for (std::optional<std::uint64_t> at = digest; at;) {
    const auto node = nodes_.find({shard, *at});
    if (node == nodes_.end()) break;
    log.push_back(node->second.entry);
    at = node->second.before;
  }
  std::reverse(log.begin(), log.end());
  return log;
}

std::optional<Logs::Last> Logs::last(NodeId server, std::uint32_t shard) const {
  const auto found = replicas_.find({server, shard});
  if (found == replicas_.end() || found->second.digests.empty()) return {};
  const auto& [sequence, digest] = *found->second.digests.rbegin();
  return Last{sequence, digest};
}

}  // namespace psgrid::analysis
