#include "model/fault_spec.hpp"

#include <algorithm>
#include <cstdio>

namespace psgrid {

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string names_of(const NodeSelector& selector) {
  std::string names;
  for (const NodeRange& range : selector) {
    if (!names.empty()) names += ", ";
    names += std::string(role_name(range.role)) + "[" + std::to_string(range.first);
    if (range.last != range.first) names += "-" + std::to_string(range.last);
    names += "]";
  }
  return names;
}

// Longer than any run: a spell that comes once.
constexpr double kNoPeriod = 1e15;

}  // namespace

std::vector<StragglerSpec> with_slow_faults(std::vector<StragglerSpec> stragglers,
                                            const std::vector<FaultSpec>& faults) {
  for (const FaultSpec& fault : faults) {
    if (fault.kind != FaultKind::kSlow) continue;
    StragglerSpec spell;
    spell.nodes = fault.nodes;
    spell.model = StragglerModel::kPeriodic;
    spell.factor = fault.factor;
    spell.period = kNoPeriod;
    spell.phase = fault.at;
    spell.duration = std::min(fault.until, kNoPeriod) - fault.at;
    stragglers.push_back(std::move(spell));
  }
  return stragglers;
}

const char* fault_name(const FaultSpec& fault) {
  switch (fault.kind) {
    case FaultKind::kCrash:
      return "crash";
    case FaultKind::kRestart:
      return "restart";
    case FaultKind::kRestartCluster:
      return "restart_cluster";
    case FaultKind::kPause:
      return "pause";
    case FaultKind::kResume:
      return "resume";
    case FaultKind::kJoin:
      return "join";
    case FaultKind::kLeave:
      return "leave";
    case FaultKind::kSlow:
      return "slow";
    case FaultKind::kReset:
      return "reset";
    case FaultKind::kLink:
      return "link";
  }
  return "";
}

std::string fault_detail(const FaultSpec& fault) {
  std::vector<std::string> parts;
  const auto add = [&](const char* name, double value, const char* unit = "") {
    if (value != 0) parts.push_back(std::string(name) + " " + number(value) + unit);
  };
  if (is_of_links(fault.kind))
    parts.push_back(names_of(fault.nodes) + (fault.both_ways ? " to and from " : " to ") +
                    (fault.to.empty() ? "all nodes" : names_of(fault.to)));
  if (fault.kind == FaultKind::kSlow) add("factor", fault.factor);
  if (fault.memory_kept) parts.push_back("memory kept");
  if (fault.link.down) parts.push_back("down");
  add("delay", fault.link.delay, " s");
  add("loss", fault.link.loss);
  add("duplicate", fault.link.duplicate);
  add("reorder", fault.link.reorder);
  add("corrupt", fault.link.corrupt);
  add("rate", fault.link.rate, " B/s");
  if (fault.until != std::numeric_limits<double>::infinity())
    parts.push_back("for " + number(fault.until - fault.at) + " s");
  std::string detail;
  for (const std::string& part : parts) detail += (detail.empty() ? "" : ", ") + part;
  return detail;
}

bool is_between(const FaultSpec& fault, NodeId from, NodeId to) {
  const auto selected = [](const NodeSelector& selector, NodeId node) {
    return selector.empty() || selects(selector, node);
  };
  return (selects(fault.nodes, from) && selected(fault.to, to)) ||
         (fault.both_ways && selects(fault.nodes, to) && selected(fault.to, from));
}

bool joins_later(const std::vector<FaultSpec>& faults, NodeId node) {
  return std::any_of(faults.begin(), faults.end(), [&](const FaultSpec& fault) {
    return fault.kind == FaultKind::kJoin && selects(fault.nodes, node);
  });
}

bool keeps_memory(const std::vector<FaultSpec>& faults, NodeId node, double crashed_at) {
  for (const FaultSpec& fault : faults)
    if (fault.kind == FaultKind::kRestart && fault.at >= crashed_at && selects(fault.nodes, node))
      return fault.memory_kept;
  return false;
}

bool any_keeps_memory(const std::vector<FaultSpec>& faults) {
  return std::any_of(faults.begin(), faults.end(),
                     [](const FaultSpec& fault) { return fault.memory_kept; });
}

bool has_left(const std::vector<FaultSpec>& faults, NodeId node, double now) {
  return std::any_of(faults.begin(), faults.end(), [&](const FaultSpec& fault) {
    return fault.kind == FaultKind::kLeave && fault.at <= now && selects(fault.nodes, node);
  });
}

bool is_gone_for_good(const std::vector<FaultSpec>& faults, NodeId node, std::uint32_t managers,
                      double now) {
  bool is_out = false, is_cut_off = false;
  for (const FaultSpec& fault : faults) {
    const bool is_hit = selects(fault.nodes, node);
    const bool returns = fault.kind == FaultKind::kRestart || fault.kind == FaultKind::kResume;
    if ((returns && is_hit) || is_of_cluster(fault.kind)) is_out = false;
    if (fault.at > now || fault.until != std::numeric_limits<double>::infinity()) continue;
    if (fault.kind == FaultKind::kCrash || fault.kind == FaultKind::kPause) is_out |= is_hit;
    bool from_all = fault.link.down;
    for (std::uint32_t rank = 0; rank < managers; ++rank)
      from_all &=
          is_between(fault, node, manager_id(rank)) || is_between(fault, manager_id(rank), node);
    is_cut_off |= from_all;
  }
  return is_out || is_cut_off;
}

std::vector<NodeId> nodes_of(const NodeSelector& selector) {
  std::vector<NodeId> nodes;
  for (const NodeRange& range : selector)
    for (std::uint32_t rank = range.first; rank <= range.last; ++rank)
      nodes.push_back({range.role, rank});
  return nodes;
}

}  // namespace psgrid
