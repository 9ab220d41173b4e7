// When the faults of a scenario begin and end, and whom they hit.
#pragma once

#include <optional>
#include <vector>

#include "model/run_spec.hpp"

namespace psgrid::analysis {

// A fault, and what it does to those that it hits until it is made good: a crash until the restart,
// a pause until the resume, late messages until the last can have come.
struct FaultSpan {
  const FaultSpec* fault = nullptr;
  Time begin, end;  // end: never, if nothing makes it good
};

class FaultTimes {
 public:
  // The scenario outlives this. late_s: how long it may take until what is made good is good.
  explicit FaultTimes(const RunSpec& run, double late_s = 0);

  const std::vector<FaultSpan>& spans() const { return spans_; }

  // When everything is well again; nothing if something stays wrong, or nothing ever was.
  std::optional<Time> healed() const;

  // Whether anything was wrong at some time in between.
  bool any(Time begin, Time end) const;

  // Whether a node, or its messages with managers, were hit at some time in between; a manager that
  // fails hits everyone. Nodes that join or leave are not always there.
  bool hinders_membership(NodeId node, Time begin, Time end) const;

 private:
  const RunSpec& run_;
  std::vector<FaultSpan> spans_;  // by begin
};

}  // namespace psgrid::analysis
