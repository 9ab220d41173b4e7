#include "analysis/promises/fault_times.hpp"

#include <algorithm>

namespace psgrid::analysis {

namespace {

bool share_a_node(const FaultSpec& a, const FaultSpec& b) {
  const std::vector<NodeId> nodes = nodes_of(a.nodes);
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](NodeId node) { return selects(b.nodes, node); });
}

// When a crash, or a pause without an end of its own, is made good.
Time made_good(const std::vector<FaultSpec>& faults, std::size_t index, FaultKind remedy) {
  for (std::size_t later = index + 1; later < faults.size(); ++later)
    if (faults[later].kind == remedy && share_a_node(faults[index], faults[later]))
      return {faults[later].at};
  return Time::never();
}

// What ends others, or is no failure.
bool is_remedy(FaultKind kind) {
  return kind == FaultKind::kRestart || kind == FaultKind::kResume || kind == FaultKind::kJoin ||
         kind == FaultKind::kLeave;
}

}  // namespace

FaultTimes::FaultTimes(const RunSpec& run, double late_s) : run_(run) {
  for (std::size_t i = 0; i < run.faults.size(); ++i) {
    const FaultSpec& fault = run.faults[i];
    if (is_remedy(fault.kind)) continue;
    const double late = fault.link.delay + (fault.link.reorder > 0 ? fault.link.reorder_time : 0);
    Time end{fault.until + late};
    if (fault.kind == FaultKind::kReset) end = {fault.at};
    if (fault.kind == FaultKind::kCrash) end = made_good(run.faults, i, FaultKind::kRestart);
    if (fault.kind == FaultKind::kPause)
      end = std::min(end, made_good(run.faults, i, FaultKind::kResume));
    spans_.push_back({&fault, {fault.at}, end + Duration{late_s}});
  }
}

std::optional<Time> FaultTimes::healed() const {
  std::optional<Time> last;
  for (const FaultSpan& span : spans_) last = std::max(last.value_or(span.end), span.end);
  return last == Time::never() ? std::nullopt : last;
}

bool FaultTimes::any(Time begin, Time end) const {
  return std::any_of(spans_.begin(), spans_.end(),
                     [&](const FaultSpan& span) { return span.begin <= end && begin <= span.end; });
}

bool FaultTimes::hinders_membership(NodeId node, Time begin, Time end) const {
  const auto concerns = [&](const FaultSpec& fault) {
    for (std::uint32_t rank = 0; rank < run_.cluster.managers; ++rank) {
      const NodeId manager = manager_id(rank);
      if (!is_of_links(fault.kind)) {
        if (selects(fault.nodes, manager)) return true;
        continue;
      }
      if (is_between(fault, node, manager) || is_between(fault, manager, node)) return true;
      for (std::uint32_t other = 0; other < run_.cluster.managers; ++other)
        if (other != rank && is_between(fault, manager, manager_id(other))) return true;
    }
    return !is_of_links(fault.kind) && fault.kind != FaultKind::kSlow && selects(fault.nodes, node);
  };
  const bool is_elastic =
      std::any_of(run_.faults.begin(), run_.faults.end(), [&](const FaultSpec& fault) {
        return (fault.kind == FaultKind::kJoin || fault.kind == FaultKind::kLeave) &&
               selects(fault.nodes, node);
      });
  return is_elastic || std::any_of(spans_.begin(), spans_.end(), [&](const FaultSpan& span) {
           return span.begin <= end && begin <= span.end && concerns(*span.fault);
         });
}

}  // namespace psgrid::analysis
