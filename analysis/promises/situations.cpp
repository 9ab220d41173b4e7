#include "analysis/promises/situations.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace psgrid::analysis {

namespace {

constexpr const char* kHeadCrashed = "head crashed with a forward in flight";
constexpr const char* kMiddleCrashed = "middle crashed with a forward in flight";
constexpr const char* kTailCrashed = "tail crashed with a forward in flight";
constexpr const char* kDuplicate = "duplicate suppressed after a failover";
constexpr const char* kRetried = "acknowledgement lost, push retried at the new head";
constexpr const char* kOldEpoch = "message of an old epoch refused";
constexpr const char* kWokeLate = "paused server woke past its lease";
constexpr const char* kLeaderLost = "leading manager lost in a view change";
constexpr const char* kOverlap = "two view changes overlapped";
constexpr const char* kJoin = "join during a failover";
constexpr const char* kLeave = "leave during a resync";
constexpr const char* kSourceLost = "source of a resync crashed";
constexpr const char* kReleased = "pull held by the gate, released by an expulsion";
constexpr const char* kWorkerRestarted = "worker restarted with pushes in flight";
constexpr const char* kOneLeft = "all replicas but one lost";
constexpr const char* kChainLost = "whole chain lost";

// What nodes note themselves.
constexpr std::pair<const char*, const char*> kNoted[] = {
    {"duplicate push after a failover", kDuplicate},
    {"message refused: old epoch", kOldEpoch},
};

const char* rare_name(const std::string& note) {
  for (const auto& [noted, name] : kNoted)
    if (note == noted) return name;
  return nullptr;
}

// Goes through a trail with what holds at each moment.
class Watch {
 public:
  explicit Watch(const History& history) : history_(history) {
    const ClusterSpec& cluster = history.run().cluster;
    for (std::uint32_t index = 0; index < cluster.nodes(); ++index)
      if (const NodeId node = node_at(cluster, index); !joins_later(history.run().faults, node))
        up_.insert(node);
  }

  SituationCounts count() && {
    const std::vector<TrailRecord>& records = history_.trail().records;
    for (place_ = 0; place_ < records.size(); ++place_)
      std::visit([&](const auto& body) { see(records[place_], body); }, records[place_].what);
    see_released_pulls();
    return std::move(counts_);
  }

 private:
  template <class Body>
  void see(const TrailRecord&, const Body&) {}

  void see(const TrailRecord&, const Situation& situation) {
    if (const char* name = rare_name(situation.what)) ++counts_[name];
  }

  void see(const TrailRecord& record, const EntryApplied& applied) {
    applied_[{record.node.rank, applied.shard}] = applied.sequence;
    const Chain* chain = history_.chain(applied.shard, applied.since);
    if (chain && chain->tail() == record.node.rank && applied.push != RequestId{})
      at_tail_.try_emplace({applied.worker, applied.push, applied.shard}, place_);
  }

  // Some tail had the push before its worker heard of a new head, and the worker heard only after
  // that that all have it.
  void see(const TrailRecord& record, const PushAcknowledged& push) {
    for (const auto& [shard, head] : heads_[record.node]) {
      const auto applied = at_tail_.find({record.node, push.push, shard});
      if (applied == at_tail_.end() || applied->second >= head.since) continue;
      ++counts_[kRetried];
      return;
    }
  }

  void see(const TrailRecord& record, const ViewInstalled& view) {
    installed_[record.node] = view.epoch;
    if (record.node.role == Role::kWorker)
      for (std::uint32_t shard = 0; shard < view.chains.size(); ++shard) {
        Head& head = heads_[record.node].try_emplace(shard).first->second;
        if (head.server != view.chains[shard].head()) head = {view.chains[shard].head(), place_};
      }
    if (view.epoch <= newest_) return;
    newest_ = view.epoch;
    const std::vector<Chain> before = std::exchange(chains_, view.chains);
    for (std::size_t shard = 0; shard < std::min(before.size(), chains_.size()); ++shard)
      if (chains_[shard].servers.size() == 1 && before[shard].servers.size() > 1)
        ++counts_[kOneLeft];
  }

  void see(const TrailRecord& record, const Event& event) {
    const NodeId node = record.node;
    if (event.name == "crash") on_crash(node);
    if (event.name == "pause") on_pause(node, record.at);
    if (event.name == "restart" || event.name == "join") on_start(node, event.name == "join");
    if (event.name == "leave" && node.role == Role::kServer && resyncs()) ++counts_[kLeave];
    if (event.name == "shard_lost") ++counts_[kChainLost];
    if (event.name == "view") on_view(node, epoch_in(event).value_or(Epoch{}));
    if (event.name == "leader") on_leader(node, epoch_in(event).value_or(Epoch{}));
  }

  void on_view(NodeId manager, Epoch epoch) {
    leader_ = manager;
    if (epoch.value > 1 && !is_known_to_all({epoch.value - 1})) ++counts_[kOverlap];
    decided_ = std::max(decided_, epoch);
  }

  // It decides what the one before it had only begun.
  void on_leader(NodeId manager, Epoch epoch) {
    leader_ = manager;
    if (epoch <= decided_) return;
    ++counts_[kLeaderLost];
    decided_ = epoch;
  }

  // Whether every server and worker that is up and takes part has a view at least as new.
  bool is_known_to_all(Epoch epoch) const {
    return std::all_of(installed_.begin(), installed_.end(), [&](const auto& each) {
      return !up_.contains(each.first) || each.second >= epoch;
    });
  }

  bool resyncs() const {
    return std::any_of(chains_.begin(), chains_.end(),
                       [](const Chain& chain) { return chain.joiner.has_value(); });
  }

  void on_leader_lost() {
    if (history_.run().cluster.managers > 1 && !is_known_to_all(decided_)) ++counts_[kLeaderLost];
  }

  void on_pause(NodeId node, Time at) {
    const auto& spans = history_.faults().spans();
    const bool is_long = std::any_of(spans.begin(), spans.end(), [&](const FaultSpan& span) {
      return span.fault->kind == FaultKind::kPause && span.begin == at &&
             selects(span.fault->nodes, node) &&
             span.end - span.begin > history_.run().detection.lease;
    });
    if (!is_long) return;
    if (node == leader_) on_leader_lost();
    if (node.role == Role::kServer) ++counts_[kWokeLate];
  }

  void on_crash(NodeId node) {
    up_.erase(node);
    installed_.erase(node);
    if (node == leader_) on_leader_lost();
    if (node.role != Role::kServer) return;
    for (std::uint32_t shard = 0; shard < chains_.size(); ++shard) {
      const Chain& chain = chains_[shard];
      if (chain.joiner && chain.tail() == node.rank) ++counts_[kSourceLost];
      const auto& servers = chain.servers;
      const auto at = std::find(servers.begin(), servers.end(), node.rank);
      if (at == servers.end() || servers.size() < 2 ||
          applied_[{chain.head(), shard}] <= applied_[{chain.tail(), shard}])
        continue;
      ++counts_[at == servers.begin()     ? kHeadCrashed
                : at + 1 == servers.end() ? kTailCrashed
                                          : kMiddleCrashed];
    }
    for (auto& [place, sequence] : applied_)
      if (place.first == node.rank) sequence = 0;
  }

  void on_start(NodeId node, bool joins) {
    if (joins && fails_over()) ++counts_[kJoin];
    if (!joins && node.role == Role::kWorker &&
        history_.begun_before(node.rank, place_) > history_.acknowledged_before(node.rank, place_))
      ++counts_[kWorkerRestarted];
    up_.insert(node);
  }

  // Some server of a chain is gone, or has not been replaced yet.
  bool fails_over() const {
    const RunSpec& run = history_.run();
    const std::size_t whole = std::min(run.replication.factor, run.cluster.servers);
    return std::any_of(chains_.begin(), chains_.end(), [&](const Chain& chain) {
      return chain.servers.size() < whole ||
             std::any_of(chain.servers.begin(), chain.servers.end(),
                         [&](std::uint32_t rank) { return !up_.contains(server_id(rank)); });
    });
  }

  void see_released_pulls() {
    for (const PullLife& pull : history_.pulls()) {
      if (pull.ended == kNever) continue;
      const std::uint64_t required = history_.consistency().required(pull.iteration).value;
      for (std::uint32_t worker = 0; worker < history_.pushes().size(); ++worker) {
        const Place expelled = history_.expelled(worker);
        if (pull.begun >= expelled || expelled >= pull.ended ||
            history_.begun_before(worker, pull.ended) >= required)
          continue;
        ++counts_[kReleased];
        break;
      }
    }
  }

  struct Head {
    std::uint32_t server = 0;
    Place since = 0;
  };

  const History& history_;
  SituationCounts counts_;
  Place place_ = 0;
  std::set<NodeId> up_;
  NodeId leader_ = manager_id(0);
  Epoch decided_, newest_;
  std::vector<Chain> chains_;  // of the newest view
  std::map<NodeId, Epoch> installed_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> applied_;  // by server, shard
  std::map<std::tuple<NodeId, RequestId, std::uint32_t>, Place> at_tail_;     // by push and shard
  std::map<NodeId, std::map<std::uint32_t, Head>> heads_;  // as workers know them, by shard
};

}  // namespace

const std::vector<std::string>& rare_situations() {
  static const std::vector<std::string> kAll = {
      kHeadCrashed, kMiddleCrashed, kTailCrashed, kDuplicate,       kRetried,
      kOldEpoch,    kWokeLate,      kLeaderLost,  kOverlap,         kJoin,
      kLeave,       kSourceLost,    kReleased,    kWorkerRestarted, kOneLeft};
  return kAll;
}

const std::vector<std::string>& situations_of_losses() {
  static const std::vector<std::string> kAll = {kChainLost};
  return kAll;
}

SituationCounts situations_of(const History& history) { return Watch(history).count(); }

SituationCounts notes_of(const History& history) {
  SituationCounts counts;
  for (const TrailRecord& record : history.trail().records) {
    if (const auto* situation = std::get_if<Situation>(&record.what);
        situation && !rare_name(situation->what))
      ++counts[situation->what];
    if (std::holds_alternative<MessageCorrupted>(record.what)) ++counts["damaged message dropped"];
  }
  return counts;
}

}  // namespace psgrid::analysis
