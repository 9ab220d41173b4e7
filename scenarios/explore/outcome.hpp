// How a run of a campaign came out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/promises/broken.hpp"
#include "analysis/promises/trail.hpp"
#include "scenarios/explore/exploration.hpp"

namespace psgrid::scenarios {

enum class Verdict {
  kKept,     // every promise
  kBroken,   // some promise
  kUnknown,  // too little went on, or too little failed, for it to say anything; or the machine
             // may be to blame
};

const char* verdict_name(Verdict verdict);

struct Outcome {
  Verdict verdict = Verdict::kUnknown;
  std::vector<std::string> broken;    // a line for each broken promise
  std::vector<std::string> promises;  // their names, each once
  std::vector<std::string> late;      // promises about time that may not have been kept, as names
  std::map<std::string, std::uint64_t> faults;             // that took effect, by kind
  std::map<std::string, std::uint64_t> situations, notes;  // rare, or only out of the ordinary
  std::uint64_t acknowledged = 0;                          // pushes
  std::uint64_t acknowledged_under_faults = 0;  // between the first fault and the end of the last
  double virtual_s = 0;

  // On sockets, if a promise was broken: what led to it, as a diagram, and all that was recorded.
  std::string mermaid, svg, trail;
};

// Checks a run that has ended.
Outcome judge(const analysis::Trail& trail);

// An audited run that has not ended by then, long after its stop time, will not end any more: no
// manager leads. Never, if it has no such time.
double audit_ends_s(const RunSpec& run);

// "server crash", ...
std::string fault_kind(const FaultSpec& fault, const RunSpec& run);

// As text between processes.
std::string to_text(const Outcome& outcome);
Outcome outcome_of_text(const std::string& text);

}  // namespace psgrid::scenarios
