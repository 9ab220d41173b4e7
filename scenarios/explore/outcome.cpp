#include "scenarios/explore/outcome.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "analysis/promises/check.hpp"
#include "analysis/promises/situations.hpp"

namespace psgrid::scenarios {

namespace {

// Fewer acknowledgements while something failed say nothing about failures.
constexpr std::uint64_t kAcknowledgedLeast = 5;

}  // namespace

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kKept:
      return "kept";
    case Verdict::kBroken:
      return "broken";
    case Verdict::kUnknown:
      return "unknown";
  }
  return "";
}

double audit_ends_s(const RunSpec& run) {
  constexpr double kHeartbeatsToSettle = 60;
  if (!run.job.stop.time) return INFINITY;
  return run.job.stop.time->seconds + kHeartbeatsToSettle * run.detection.heartbeat.seconds + 1;
}

std::string fault_kind(const FaultSpec& fault, const RunSpec& run) {
  if (is_of_cluster(fault.kind)) return fault_name(fault);
  const std::string role = role_name(fault.nodes.front().role);
  const LinkCondition& link = fault.link;
  switch (fault.kind) {
    case FaultKind::kRestartCluster:
      break;
    case FaultKind::kCrash:
      return role + " crash";
    case FaultKind::kRestart:
      return role + (fault.memory_kept ? " restart, memory kept" : " restart");
    case FaultKind::kPause:
      return role + (fault.until - fault.at > run.detection.lease.seconds
                         ? " pause beyond a lease"
                         : " pause within a lease");
    case FaultKind::kResume:
      return role + " resume";
    case FaultKind::kJoin:
      return role + " join";
    case FaultKind::kLeave:
      return role + " leave";
    case FaultKind::kSlow:
      return role + " slow";
    case FaultKind::kReset:
      return "reset";
    case FaultKind::kLink:
      break;
  }
  if (link.down) return fault.both_ways ? "links down" : "links down one way";
  if (link.loss > 0) return "loss";
  if (link.corrupt > 0) return "corruption";
  if (link.duplicate > 0) return link.reorder > 0 ? "late duplicates" : "duplicates";
  if (link.reorder > 0) return "reordering";
  return link.delay > 0 ? "delay" : "slow links";
}

Outcome judge(const analysis::Trail& trail) {
  Outcome outcome;
  outcome.virtual_s = trail.end.seconds;
  const analysis::History history(trail);
  outcome.situations = analysis::situations_of(history);
  outcome.notes = analysis::notes_of(history);
  for (const analysis::Broken& broken : analysis::check_promises(history)) {
    outcome.broken.push_back(to_string(broken));
    const std::string name = promise_name(broken.promise);
    if (std::find(outcome.promises.begin(), outcome.promises.end(), name) == outcome.promises.end())
      outcome.promises.push_back(name);
  }
  for (const analysis::Broken& late : analysis::unknown_promises(history)) {
    const std::string name = promise_name(late.promise);
    if (std::find(outcome.late.begin(), outcome.late.end(), name) == outcome.late.end())
      outcome.late.push_back(name);
  }
  double first = INFINITY, last = 0;
  for (const FaultSpec& fault : trail.run.faults) {
    if (fault.at >= trail.end.seconds) continue;
    ++outcome.faults[fault_kind(fault, trail.run)];
    first = std::min(first, fault.at);
    last = std::max(last, std::isfinite(fault.until) ? fault.until : fault.at);
  }
  for (const analysis::TrailRecord& record : trail.records)
    if (std::holds_alternative<PushAcknowledged>(record.what)) {
      ++outcome.acknowledged;
      outcome.acknowledged_under_faults += record.at.seconds >= first && record.at.seconds <= last;
    }
  if (!outcome.broken.empty())
    outcome.verdict = Verdict::kBroken;
  else if (outcome.late.empty() && !outcome.faults.empty() &&
           outcome.acknowledged_under_faults >= kAcknowledgedLeast)
    outcome.verdict = Verdict::kKept;
  return outcome;
}

std::string to_text(const Outcome& outcome) {
  const nlohmann::json json = {{"verdict", outcome.verdict},
                               {"broken", outcome.broken},
                               {"promises", outcome.promises},
                               {"faults", outcome.faults},
                               {"situations", outcome.situations},
                               {"notes", outcome.notes},
                               {"acknowledged", outcome.acknowledged},
                               {"under_faults", outcome.acknowledged_under_faults},
                               {"virtual_s", outcome.virtual_s},
                               {"late", outcome.late},
                               {"mermaid", outcome.mermaid},
                               {"svg", outcome.svg},
                               {"trail", outcome.trail}};
  return json.dump();
}

Outcome outcome_of_text(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  Outcome outcome;
  json.at("verdict").get_to(outcome.verdict);
  json.at("broken").get_to(outcome.broken);
  json.at("promises").get_to(outcome.promises);
  json.at("faults").get_to(outcome.faults);
  json.at("situations").get_to(outcome.situations);
  json.at("notes").get_to(outcome.notes);
  json.at("acknowledged").get_to(outcome.acknowledged);
  json.at("under_faults").get_to(outcome.acknowledged_under_faults);
  json.at("virtual_s").get_to(outcome.virtual_s);
  json.at("late").get_to(outcome.late);
  json.at("mermaid").get_to(outcome.mermaid);
  json.at("svg").get_to(outcome.svg);
  json.at("trail").get_to(outcome.trail);
  return outcome;
}

}  // namespace psgrid::scenarios
