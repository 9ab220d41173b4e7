#include "analysis/recovery.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace psgrid::analysis {
namespace {

using Servers = std::vector<std::uint32_t>;

// Reads the texts that model/view.cpp makes.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  bool skip(std::string_view words) {
    if (!rest_.starts_with(words)) return false;
    rest_.remove_prefix(words.size());
    return true;
  }

  std::optional<std::uint32_t> number() {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

 private:
  std::string_view rest_;
};

struct ViewChange {
  std::uint32_t epoch = 0;
  std::map<std::uint32_t, Servers> chains;  // that are not as before, by shard
};

// "epoch 2: shard 0 at server[0], joined by server[2]; shard 1 at server[2] server[3]"
std::optional<ViewChange> parse_view(std::string_view detail) {
  TextReader text(detail);
  ViewChange view;
  if (!text.skip("epoch ")) return {};
  view.epoch = text.number().value_or(0);
  text.skip(": ");
  while (text.skip("shard ")) {
    Servers& servers = view.chains[text.number().value_or(0)];
    text.skip(" at");
    while (text.skip(" server[")) {
      servers.push_back(text.number().value_or(0));
      text.skip("]");
    }
    if (text.skip(", joined by server[")) {
      text.number();
      text.skip("]");
    }
    text.skip("; ");
  }
  return view;
}

// Which servers hold which shard, and what has happened to them.
class Chains {
 public:
  explicit Chains(const RunHeader& header) : full_(std::min(header.replicas, header.servers)) {}

  void on_event(const EventRow& event) {
    const bool is_server = event.node.role == Role::kServer;
    if (is_server && (event.event == "crash" || event.event == "pause"))
      hit_[event.node.rank] = event.time_s;
    if (is_server && event.event == "resume") hit_.erase(event.node.rank);
    if (event.event == "link" || event.event == "reset") links_hit_ = event.time_s;
    if (event.event == "lost") on_lost(event.detail);
    if (event.event == "view") on_view(event);
    if (event.event == "accepting") on_accepting(event);
  }

  std::vector<Failover> failovers;

 private:
  void on_lost(std::string_view detail) {
    TextReader text(detail);
    if (text.skip("server[")) lost_.insert(text.number().value_or(0));
  }

  void on_view(const EventRow& event) {
    const auto view = parse_view(event.detail);
    if (!view) return;
    std::set<std::uint32_t> gone;
    for (const auto& [shard, servers] : view->chains) {
      const std::set<std::uint32_t> removed = removed_from(shard, servers);
      if (!removed.empty())
        failovers.push_back({shard, view->epoch, event.time_s, fault_of(removed), {}});
      gone.insert(removed.begin(), removed.end());
      servers_[shard] = servers;
    }
    for (std::uint32_t server : gone) hit_.erase(server);
    lost_.clear();
  }

  // The servers that something happened to, of those that a chain has no longer.
  std::set<std::uint32_t> removed_from(std::uint32_t shard, const Servers& servers) const {
    std::set<std::uint32_t> removed;
    const auto before = servers_.find(shard);
    if (before == servers_.end()) {
      // As the chain was from the start, of which no view tells: it had all of its replicas.
      if (servers.size() >= full_) return {};
      removed = lost_;
      for (const auto& [server, time] : hit_) removed.insert(server);
      return removed;
    }
    const auto has = [](const Servers& chain, std::uint32_t server) {
      return std::find(chain.begin(), chain.end(), server) != chain.end();
    };
    // A chain that has grown may have left out a server that it no longer needs.
    const bool grew = !servers.empty() && !has(before->second, servers.back());
    for (std::uint32_t server : before->second)
      if (!has(servers, server) && (lost_.contains(server) || (!grew && hit_.contains(server))))
        removed.insert(server);
    return removed;
  }

  // "shard 0, epoch 2"
  void on_accepting(const EventRow& event) {
    TextReader text(event.detail);
    if (!text.skip("shard ")) return;
    const auto shard = text.number();
    text.skip(", epoch ");
    const auto epoch = text.number();
    for (Failover& failover : failovers)
      if (failover.shard == shard && epoch >= failover.epoch && !failover.accepting_s)
        failover.accepting_s = event.time_s;
  }

  std::optional<double> fault_of(const std::set<std::uint32_t>& servers) const {
    std::optional<double> fault;
    for (std::uint32_t server : servers) {
      const auto hit = hit_.find(server);
      if (hit != hit_.end()) fault = std::max(fault.value_or(0), hit->second);
    }
    return fault ? fault : links_hit_;
  }

  const std::uint32_t full_;                  // servers of a chain without losses
  std::map<std::uint32_t, Servers> servers_;  // by shard, of those that have changed
  std::map<std::uint32_t, double> hit_;       // server crashed or paused since then
  std::optional<double> links_hit_;
  std::set<std::uint32_t> lost_;  // since the view before
};

std::optional<double> throughput_recovery(const std::vector<double>& ends, const Recovery& recovery,
                                          double iteration_s, double begin_s, double end_s) {
  const double fault_s = recovery.fault_s;
  const double window_s = 20 * iteration_s;
  const double before_s = std::min(5 * window_s, fault_s - begin_s);
  if (window_s <= 0 || before_s < window_s) return {};
  const auto up_to = [&](double time) {
    return std::upper_bound(ends.begin(), ends.end(), time) - ends.begin();
  };
  const auto between = [&](double from, double to) {
    return static_cast<double>(up_to(to) - up_to(from));
  };
  const double enough = 0.95 * between(fault_s - before_s, fault_s) / before_s * window_s;

  // The number in a window changes only where an iteration leaves or enters it.
  std::vector<double> starts = {recovery.accepting_s};
  for (auto i = up_to(recovery.accepting_s); i < static_cast<std::ptrdiff_t>(ends.size()); ++i) {
    const double end = ends[static_cast<std::size_t>(i)];
    starts.push_back(end);
    if (end - window_s > recovery.accepting_s) starts.push_back(end - window_s);
  }
  std::sort(starts.begin(), starts.end());
  for (double start : starts) {
    if (start + window_s > end_s) break;
    if (between(start, start + window_s) >= enough) return start - fault_s;
  }
  return {};
}

}  // namespace

std::vector<Failover> failovers_of(const RunData& run) {
  Chains chains(run.header);
  for (const EventRow& event : run.events) chains.on_event(event);
  return std::move(chains.failovers);
}

std::vector<Recovery> recoveries_of(const RunData& run) {
  std::map<double, double> recoveries;  // by fault
  std::set<double> unfinished;
  for (const Failover& failover : failovers_of(run)) {
    if (!failover.fault_s) continue;
    if (!failover.accepting_s) unfinished.insert(*failover.fault_s);
    double& accepting_s = recoveries[*failover.fault_s];
    accepting_s = std::max(accepting_s, failover.accepting_s.value_or(0));
  }
  std::vector<Recovery> list;
  for (const auto& [fault_s, accepting_s] : recoveries)
    if (!unfinished.contains(fault_s)) list.push_back({fault_s, accepting_s});
  return list;
}

std::optional<double> throughput_recovery(const RunData& run) {
  if (!run.iterations_recorded || run.iterations_dropped > 0) return {};
  const std::vector<Recovery> recoveries = recoveries_of(run);
  if (recoveries.empty()) return {};
  std::vector<double> ends;
  for (const IterationRow& row : run.iterations) ends.push_back(row.end_s);
  std::sort(ends.begin(), ends.end());
  std::optional<double> longest;
  for (const Recovery& recovery : recoveries) {
    double sum = 0, count = 0, begin_s = recovery.fault_s;
    for (const IterationRow& row : run.iterations) {
      begin_s = std::min(begin_s, row.start_s);
      if (row.end_s > recovery.fault_s) continue;
      sum += row.end_s - row.start_s;
      ++count;
    }
    if (count == 0) return {};
    const auto time = throughput_recovery(ends, recovery, sum / count, begin_s, run.virtual_time_s);
    if (!time) return {};
    longest = std::max(longest.value_or(0), *time);
  }
  return longest;
}

}  // namespace psgrid::analysis
