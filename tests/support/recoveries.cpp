#include "tests/support/recoveries.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <utility>

#include <fmt/format.h>

#include "model/check.hpp"

namespace psgrid::testing {
namespace {

using Events = std::vector<Recorded::At<Event>>;
using Chains = std::vector<std::vector<std::uint32_t>>;  // servers, by shard

std::uint32_t number(const std::string& digits) {
  return static_cast<std::uint32_t>(std::stoul(digits));
}

// Each shard on the server of its number and those that follow.
Chains chains_at_first(const RunSpec& spec) {
  const std::uint32_t servers = spec.cluster.servers;
  Chains chains(servers);
  for (std::uint32_t shard = 0; shard < servers; ++shard)
    for (std::uint32_t place = 0; place < spec.replication.factor; ++place)
      chains[shard].push_back((shard + place) % servers);
  return chains;
}

// "epoch 4: shard 0 at server[1] server[2], joined by server[0]; shard 2 at ..."
void change(Chains& chains, const std::string& view) {
  static const std::regex shard("shard (\\d+) at((?: server\\[\\d+\\])+)"), server("\\[(\\d+)\\]");
  for (std::sregex_iterator each(view.begin(), view.end(), shard), end; each != end; ++each) {
    std::vector<std::uint32_t>& servers = chains.at(number((*each)[1]));
    servers.clear();
    const std::string names = (*each)[2];
    for (std::sregex_iterator name(names.begin(), names.end(), server); name != end; ++name)
      servers.push_back(number((*name)[1]));
  }
}

std::uint32_t epoch_in(const std::string& text) {
  static const std::regex epoch("epoch (\\d+)");
  std::smatch found;
  PSGRID_CHECK(std::regex_search(text, found, epoch), "an epoch, where a view or chain is named");
  return number(found[1]);
}

bool contains(const std::vector<std::uint32_t>& servers, std::uint32_t server) {
  return std::find(servers.begin(), servers.end(), server) != servers.end();
}

// `first`: what came after the crash. `chains`: at that moment.
Recovery recovery_from(Events::const_iterator first, Events::const_iterator end, NodeId server,
                       Time crashed, Chains chains) {
  Recovery recovery{.server = server, .crashed = crashed, .lost = {}, .view = {}, .held = {}};
  std::vector<std::uint32_t> since;  // epoch of the chain without it; 0: still with it
  for (std::uint32_t shard = 0; shard < chains.size(); ++shard) {
    const auto place = std::find(chains[shard].begin(), chains[shard].end(), server.rank);
    if (place == chains[shard].end()) continue;
    recovery.held.push_back(
        {shard, static_cast<std::size_t>(place - chains[shard].begin()), std::nullopt});
    since.push_back(0);
  }
  for (auto event = first; event != end && !recovery.accepting(); ++event) {
    const Duration after = event->time - crashed;
    const auto& [name, detail] = event->record;
    if (name == "lost" && detail == to_string(server) && !recovery.lost) recovery.lost = after;
    if (name == "view") {
      change(chains, detail);
      for (std::size_t i = 0; i < since.size(); ++i) {
        if (since[i] > 0 || contains(chains[recovery.held[i].shard], server.rank)) continue;
        since[i] = epoch_in(detail);
        recovery.view = after;
      }
    }
    if (name != "accepting") continue;
    for (std::size_t i = 0; i < since.size(); ++i)
      if (detail.starts_with(fmt::format("shard {},", recovery.held[i].shard)) && since[i] > 0 &&
          epoch_in(detail) >= since[i] && !recovery.held[i].accepting)
        recovery.held[i].accepting = after;
  }
  return recovery;
}

}  // namespace

std::optional<Duration> Recovery::accepting() const {
  Duration last;
  for (const Held& each : held) {
    if (!each.accepting) return {};
    last = std::max(last, *each.accepting);
  }
  return last;
}

std::vector<Recovery> recoveries(const RunSpec& spec, const Recorded& run) {
  std::vector<Recovery> found;
  Chains chains = chains_at_first(spec);
  for (auto event = run.events.begin(); event != run.events.end(); ++event) {
    if (event->record.name == "view") change(chains, event->record.detail);
    if (event->record.name == "crash" && event->node.role == Role::kServer)
      found.push_back(recovery_from(event + 1, run.events.end(), event->node, event->time, chains));
  }
  return found;
}

Duration standstill(const Recorded& run, Time from) {
  constexpr double kStandstill = 0.1, kAhead = 1.2;
  std::map<NodeId, Time> before;
  Duration until;
  for (const auto& applied : run.applied) {
    const auto [last, is_first] = before.try_emplace(applied.node, applied.time);
    const bool is_in_time = applied.time > from && last->second < from + Duration{kAhead};
    if (!is_first && is_in_time && (applied.time - last->second).seconds > kStandstill)
      until = std::max(until, applied.time - from);
    last->second = applied.time;
  }
  return until;
}

double quantile(std::vector<double> values, double share) {
  PSGRID_CHECK(!values.empty(), "values");
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

std::string distribution(const std::vector<double>& values) {
  if (values.empty()) return "none";
  return fmt::format("{}: median {:.3f}, 95 % {:.3f}, at most {:.3f}", values.size(),
                     quantile(values, 0.5), quantile(values, 0.95), quantile(values, 1));
}

}  // namespace psgrid::testing
