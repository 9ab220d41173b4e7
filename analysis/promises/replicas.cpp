// Checks of what replicas applied and what they held in the end.
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/findings.hpp"
#include "analysis/promises/logs.hpp"

namespace psgrid::analysis {

namespace {

struct FinalState {
  NodeId server;
  Time at;
  ReplicaState state;
};

// Of each shard, those in its newest chain. Empty unless everything was well while the run settled.
std::map<std::uint32_t, std::vector<FinalState>> final_states(const History& history) {
  std::map<std::uint32_t, std::vector<FinalState>> states;
  const Time settling{history.trail().end.seconds - 20 * history.run().detection.heartbeat.seconds};
  if (history.faults().any(settling, history.trail().end)) return states;
  for (const TrailRecord& record : history.trail().records) {
    const auto* state = std::get_if<ReplicaState>(&record.what);
    if (!state) continue;
    std::vector<FinalState>& of_shard = states[state->shard];
    if (!of_shard.empty() && of_shard.front().state.since > state->since) continue;
    if (!of_shard.empty() && of_shard.front().state.since < state->since) of_shard.clear();
    of_shard.push_back({record.node, record.at, *state});
  }
  return states;
}

// The log of a shard when the run ended, as any of its last replicas has it.
struct FinalLog {
  NodeId server;
  Time at;
  std::vector<LogEntry> entries;
};
std::optional<FinalLog> final_log(const Logs& logs, const std::vector<FinalState>& states,
                                  std::uint32_t shard) {
  for (const FinalState& state : states) {
    const auto last = logs.last(state.server, shard);
    if (!last || last->sequence != state.state.sequence) continue;
    FinalLog log{state.server, state.at, logs.log(shard, last->digest)};
    if (!log.entries.empty() && log.entries.front().sequence == 1) return log;
  }
  return {};
}

std::string push_text(std::uint32_t worker, std::uint64_t number) {
  return fmt::format("push {} of {}", number, psgrid::to_string(worker_id(worker)));
}

// Whether logs say which pushes are in them.
bool lists_pushes(const History& history) {
  return !(history.run().replication.after_aggregation && history.consistency().sums_iterations());
}

// How far the sum of all counts is off in the end; 0 if that cannot be told.
struct FinalCount {
  Time at;
  double found = 0, expected = 0;
};
std::optional<FinalCount> final_count(const History& history) {
  if (!history.counts() || history.expelled_before(kNever) > 0) return {};
  FinalCount count;
  if (history.stop_reason() != StopReason::kIterations || history.consistency().quorum()) return {};
  for (const TrailRecord& record : history.trail().records)
    if (const auto* evaluated = std::get_if<Evaluated>(&record.what)) {
      count.found = evaluated->metric;
      count.at = record.at;
    }
  const std::uint64_t pushes = *history.run().job.stop.iterations;
  for (std::uint16_t table = 0; table < TallyLayout::kTables; ++table)
    for (Key key = 0; key < history.layout().keys(); ++key)
      for (std::uint32_t worker = 0; worker < history.layout().workers(); ++worker)
        count.expected += static_cast<double>(history.added(worker, {table}, key, pushes));
  return count;
}

// Whether all servers of the newest chains have a push when its worker hears that it is
// acknowledged: only then may all but one of them lose their memory.
class Holders {
 public:
  Holders(const History& history, Findings& findings) : history_(history), findings_(findings) {}

  void check() {
    for (const TrailRecord& record : history_.trail().records)
      std::visit([&](const auto& body) { see(record, body); }, record.what);
  }

 private:
  template <class Body>
  void see(const TrailRecord&, const Body&) {}

  void see(const TrailRecord& record, const Event& event) {
    if (event.name == "crash" && record.node.role == Role::kServer) forget(record.node.rank);
  }

  void see(const TrailRecord& record, const ViewInstalled& view) {
    if (record.node.role == Role::kServer)
      for (std::uint32_t shard = 0; shard < view.chains.size(); ++shard)
        if (const auto& servers = view.chains[shard].servers;
            std::find(servers.begin(), servers.end(), record.node.rank) == servers.end())
          last_.erase({record.node.rank, shard});
    if (newest_ && newest_->epoch >= view.epoch) return;
    newest_ = &view;
  }

  void see(const TrailRecord& record, const EntryApplied& applied) {
    if (applied.push != RequestId{})
      last_[{record.node.rank, applied.shard}][applied.worker] = applied.push;
  }

  void see(const TrailRecord& record, const PushAcknowledged& acknowledged) {
    if (!newest_) return;
    for (std::uint32_t shard = 0; shard < newest_->chains.size(); ++shard)
      for (std::uint32_t server : newest_->chains[shard].servers) {
        const auto& pushes = last_[{server, shard}];
        const auto last = pushes.find(record.node);
        if (last == pushes.end() || last->second >= acknowledged.push) continue;
        findings_.add(record.at,
                      fmt::format("{} was acknowledged while {}, which is in the chain of shard {} "
                                  "in epoch {}, had only those up to {}",
                                  push_text(record.node.rank, acknowledged.push.value),
                                  psgrid::to_string(server_id(server)), shard, newest_->epoch.value,
                                  last->second.value),
                      {record.node, server_id(server)});
      }
  }

  void forget(std::uint32_t server) {
    std::erase_if(last_, [&](const auto& each) { return each.first.first == server; });
  }

  const History& history_;
  Findings& findings_;
  const ViewInstalled* newest_ = nullptr;
  // By server and shard: each worker's last push that it has, as far as that is known.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::map<NodeId, RequestId>> last_;
};

// A shard may be given up only once no replica is left that has it, and if as many as there should
// be were lost one after the other, before others were made in their place. They are by a crash, or
// by a silence after which the chain went on without them.
class LostShard {
 public:
  LostShard(const History& history, std::uint32_t shard) : history_(history), shard_(shard) {
    for (const TrailRecord& record : history.trail().records)
      if (const auto* view = std::get_if<ViewInstalled>(&record.what))
        chains_.emplace(view->epoch, view->chains[shard].servers);
  }

  void check(Place place, Findings& findings) {
    const std::vector<TrailRecord>& records = history_.trail().records;
    for (Place before = 0; before < place; ++before)
      std::visit([&](const auto& body) { see(records[before], body); }, records[before].what);
    const TrailRecord& record = records[place];
    const std::string& detail = std::get<Event>(record.what).detail;
    for (std::uint32_t server : chain_)
      if (holders_.contains(server))
        return findings.add(
            record.at, fmt::format("{}; {} had it", detail, psgrid::to_string(server_id(server))),
            {record.node, server_id(server)});
    std::vector<Time> losses;
    for (const auto& [server, begun] : lost_) losses.push_back(begun);
    std::sort(losses.begin(), losses.end());
    const std::uint32_t factor = history_.run().replication.factor;
    if (losses.size() < factor)
      return findings.add(record.at,
                          fmt::format("{}; it had {} replicas, of which {} were lost", detail,
                                      factor, losses.size()),
                          {record.node});
    findings.add_late(losses[losses.size() - factor], record.at, detail, {record.node});
  }

 private:
  template <class Body>
  void see(const TrailRecord&, const Body&) {}

  void see(const TrailRecord&, const ViewInstalled& view) { go_on_to(view.epoch); }

  void see(const TrailRecord& record, const EntryApplied& applied) {
    if (applied.shard == shard_) holders_.insert(record.node.rank);
  }

  void see(const TrailRecord& record, const Event& event) {
    const DetectionSpec& detection = history_.run().detection;
    if (event.name == "view") go_on_to(epoch_in(event).value_or(Epoch{}));
    if (event.name == "crash" && record.node.role == Role::kServer) {
      if (keeps_memory(history_.run().faults, record.node, record.at.seconds)) return;
      holders_.erase(record.node.rank);
      lose(record.node, record.at);
    }
    if (event.name == "lost")
      for (std::uint32_t server : chain_)
        if (event.detail == psgrid::to_string(server_id(server)))
          lose(server_id(server), {record.at.seconds - 2 * detection.lease.seconds});
  }

  // Managers decide what others hear of later, if at all: then nobody is known to be part of it.
  void go_on_to(Epoch epoch) {
    if (epoch <= epoch_) return;
    epoch_ = epoch;
    const auto chain = chains_.find(epoch);
    chain_ = chain == chains_.end() ? std::vector<std::uint32_t>{} : chain->second;
  }

  void lose(NodeId server, Time begun) {
    if (std::count(chain_.begin(), chain_.end(), server.rank) > 0) lost_[server.rank] = begun;
  }

  const History& history_;
  const std::uint32_t shard_;
  std::map<Epoch, std::vector<std::uint32_t>> chains_;
  Epoch epoch_;
  std::vector<std::uint32_t> chain_;    // of the newest view
  std::set<std::uint32_t> holders_;     // that applied something to it
  std::map<std::uint32_t, Time> lost_;  // replicas, since when
};

// In what a manager says of one that it gives up: "shard 5: ...".
std::optional<std::uint32_t> shard_in(const Event& event) {
  constexpr std::string_view kWord = "shard ";
  if (!event.detail.starts_with(kWord)) return {};
  std::uint32_t shard = 0;
  const char* begin = event.detail.data() + kWord.size();
  const auto end = std::from_chars(begin, event.detail.data() + event.detail.size(), shard);
  return end.ec == std::errc() ? std::optional(shard) : std::nullopt;
}

}  // namespace

BrokenList check_durable(const History& history) {
  Findings findings(Promise::kDurable);
  const std::vector<TrailRecord>& records = history.trail().records;
  for (Place place = 0; place < records.size() && !history.run().beyond_tolerance; ++place)
    if (const auto* event = std::get_if<Event>(&records[place].what);
        event && event->name == "shard_lost")
      LostShard(history, shard_in(*event).value()).check(place, findings);
  if (const auto count = final_count(history); count && count->found < count->expected)
    findings.add(count->at, fmt::format("the counts of the final model add up to {}, expected {}",
                                        count->found, count->expected));
  if (!lists_pushes(history)) return std::move(findings).take();
  Holders(history, findings).check();
  const Logs logs(history);
  for (const auto& [shard, states] : final_states(history)) {
    const auto log = final_log(logs, states, shard);
    if (!log) continue;
    std::set<std::pair<NodeId, RequestId>> pushes;
    for (const LogEntry& entry : log->entries) pushes.emplace(entry.worker, entry.push);
    for (std::uint32_t worker = 0; worker < history.pushes().size(); ++worker) {
      const auto& lives = history.pushes()[worker];
      for (std::size_t i = 0; i < lives.size(); ++i)
        if (lives[i].acknowledged != kNever && !lives[i].is_doubtful &&
            !pushes.contains({worker_id(worker), RequestId{i + 1}}))
          findings.add(log->at,
                       fmt::format("shard {} at {} does not have {}, which was acknowledged at "
                                   "{:.6g} s",
                                   shard, psgrid::to_string(log->server), push_text(worker, i + 1),
                                   history.time(lives[i].acknowledged).seconds),
                       {log->server, worker_id(worker)});
    }
  }
  return std::move(findings).take();
}

BrokenList check_exactly_once(const History& history) {
  Findings findings(Promise::kExactlyOnce);
  if (const auto count = final_count(history); count && count->found > count->expected)
    findings.add(count->at, fmt::format("the counts of the final model add up to {}, expected {}",
                                        count->found, count->expected));
  if (!lists_pushes(history)) return std::move(findings).take();
  const Logs logs(history);
  for (const auto& [shard, states] : final_states(history)) {
    const auto log = final_log(logs, states, shard);
    if (!log) continue;
    std::map<NodeId, std::uint64_t> last;
    for (const LogEntry& entry : log->entries) {
      if (entry.push == RequestId{}) continue;
      std::uint64_t& before = last[entry.worker];
      const bool may_skip = history.expelled(entry.worker.rank) != kNever;
      if (entry.push.value != before + 1 && !(may_skip && entry.push.value > before))
        findings.add(history.time(entry.first),
                     fmt::format("in shard {}, {} follows {} (entry {})", shard,
                                 push_text(entry.worker.rank, entry.push.value),
                                 push_text(entry.worker.rank, before), entry.sequence),
                     {log->server, entry.worker});
      before = entry.push.value;
    }
  }
  return std::move(findings).take();
}

BrokenList check_prefix_order(const History& history) {
  Findings findings(Promise::kPrefixOrder);
  const Logs logs(history);
  for (const Logs::Disorder& disorder : logs.disorders())
    findings.add(
        history.time(disorder.at),
        fmt::format("{} applied entry {} of shard {}, {} {}", psgrid::to_string(disorder.server),
                    disorder.sequence, disorder.shard,
                    disorder.differs ? "which differs from that of" : "which was not yet at",
                    psgrid::to_string(disorder.other)),
        {disorder.server, disorder.other});
  return std::move(findings).take();
}

BrokenList check_agree(const History& history) {
  Findings findings(Promise::kAgree);
  for (const auto& [shard, states] : final_states(history))
    for (const FinalState& state : states) {
      const FinalState& first = states.front();
      // Beyond what is tolerated, servers may have had to stop in the middle of their work.
      if (history.run().beyond_tolerance && !(state.state.settled && first.state.settled)) continue;
      if (state.state.sequence == first.state.sequence && state.state.digest == first.state.digest)
        continue;
      findings.add(state.at,
                   fmt::format("shard {} at {} has {} entries and digest {:016x}, at {} {} entries "
                               "and digest {:016x}",
                               shard, psgrid::to_string(state.server), state.state.sequence,
                               state.state.digest, psgrid::to_string(first.server),
                               first.state.sequence, first.state.digest),
                   {state.server, first.server});
    }
  return std::move(findings).take();
}

}  // namespace psgrid::analysis
