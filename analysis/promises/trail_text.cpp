#include "analysis/promises/trail_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace psgrid::analysis {

namespace {

std::string chains_text(const ViewInstalled& view) {
  std::string text;
  for (std::uint32_t shard = 0; shard < view.chains.size(); ++shard) {
    const Chain& chain = view.chains[shard];
    text += fmt::format("; shard {} since {} at {}", shard, chain.since.value,
                        fmt::join(chain.servers, " "));
    if (chain.joiner) text += fmt::format(", joined by {}", *chain.joiner);
  }
  if (!view.expelled.empty())
    text += fmt::format("; without workers {}", fmt::join(view.expelled, " "));
  return text;
}

struct Text {
  std::string operator()(const IterationDone&) const { return ""; }
  std::string operator()(const GradientApplied&) const { return ""; }
  std::string operator()(const GradientDropped&) const { return ""; }
  std::string operator()(const Evaluated& evaluated) const {
    return fmt::format("evaluated: metric {}", evaluated.metric);
  }
  std::string operator()(const Event& event) const { return event.name + " " + event.detail; }
  std::string operator()(const JobFinished&) const { return "the job is over"; }
  std::string operator()(const PushBegun& begun) const {
    return fmt::format("begins push {} of iteration {}", begun.push.value, begun.iteration.value);
  }
  std::string operator()(const PushAcknowledged& push) const {
    return fmt::format("has push {} acknowledged", push.push.value);
  }
  std::string operator()(const PullBegun& begun) const {
    return fmt::format("begins pull {} of iteration {}", begun.pull.value & 0xffffffff,
                       begun.iteration.value);
  }
  std::string operator()(const PullEnded& ended) const {
    return fmt::format("ends pull {} of iteration {}, slowest {}, values {}",
                       ended.pull.value & 0xffffffff, ended.iteration.value, ended.slowest.value,
                       fmt::join(ended.values, " "));
  }
  std::string operator()(const EntryApplied& applied) const {
    return fmt::format(
        "applies entry {} of shard {} since {}: {}, digest {:08x}", applied.sequence, applied.shard,
        applied.since.value,
        applied.push == RequestId{}
            ? std::string("no push")
            : fmt::format("push {} of {}", applied.push.value, psgrid::to_string(applied.worker)),
        applied.digest & 0xffffffff);
  }
  std::string operator()(const RoundClosed& round) const {
    std::vector<std::string> parts;
    for (const RoundClosed::Part& part : round.parts)
      parts.push_back(fmt::format("iteration {} of {} (from version {})", part.iteration.value,
                                  psgrid::to_string(part.worker), part.read_version));
    return fmt::format("makes update {} of shard {} since {}: {}", round.version, round.shard,
                       round.since.value, fmt::join(parts, ", "));
  }
  std::string operator()(const PullServed& served) const {
    return fmt::format("answers pull {} of {} from shard {} since {}",
                       served.pull.value & 0xffffffff, psgrid::to_string(served.worker),
                       served.shard, served.since.value);
  }
  std::string operator()(const ViewInstalled& view) const {
    return fmt::format("installs the view of epoch {}{}", view.epoch.value, chains_text(view));
  }
  std::string operator()(const ReplicaState& state) const {
    return fmt::format("holds shard {} since {}: {} entries, digest {:08x}", state.shard,
                       state.since.value, state.sequence, state.digest & 0xffffffff);
  }
  std::string operator()(const HighWater& high) const {
    return fmt::format("{}: at most {} of {}", high.what, high.reached, high.limit);
  }
  std::string operator()(const FilterTotals&) const { return ""; }
  std::string operator()(const CheckpointPart& part) const {
    return fmt::format("has written shard {} of checkpoint {:x}", part.shard, part.checkpoint);
  }
  std::string operator()(const CheckpointDone& done) const {
    return fmt::format("knows that checkpoint {:x} is complete", done.checkpoint);
  }
  std::string operator()(const MessageCorrupted& corrupted) const {
    return "drops a damaged message of " + psgrid::to_string(corrupted.from);
  }
  std::string operator()(const Stalled& stalled) const {
    return fmt::format("was not served by its machine for {:.3g} s", stalled.late.seconds);
  }
  std::string operator()(const ClusterRestarted&) const { return "all nodes are started anew"; }
  std::string operator()(const Situation& situation) const { return "(" + situation.what + ")"; }
};

}  // namespace

std::string to_string(const Record& record) { return std::visit(Text{}, record); }

std::string trail_text(const Trail& trail) {
  std::vector<std::pair<Time, std::string>> lines;
  for (const FaultSpec& fault : trail.run.faults)
    lines.emplace_back(Time{fault.at},
                       fmt::format("{} {}", fault_name(fault), fault_detail(fault)));
  for (const TrailRecord& record : trail.records)
    if (const std::string text = to_string(record.what); !text.empty())
      lines.emplace_back(record.at, fmt::format("{} {}", psgrid::to_string(record.node), text));
  for (const MessageTrace& message : trail.messages)
    lines.emplace_back(
        message.delivered,
        fmt::format("{} -> {} {}{} sent at {:.6f}", psgrid::to_string(message.from),
                    psgrid::to_string(message.to), message.type,
                    message.request == 0 ? "" : fmt::format(" {}", message.request & 0xffffffff),
                    message.sent.seconds));
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (const auto& [at, line] : lines) text += fmt::format("{:.6f} {}\n", at.seconds, line);
  return text;
}

}  // namespace psgrid::analysis
