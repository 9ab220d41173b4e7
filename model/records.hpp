// What nodes report of themselves while they run; tables, reports and checkers are made of these.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "model/ids.hpp"

namespace psgrid {

// A worker finished iteration `iteration`. The four durations add up to end - start.
struct IterationDone {
  Clock iteration;
  std::uint32_t examples = 0;
  Time start, end;
  Duration compute;            // in the processor
  Duration wait;               // held by the consistency gate
  Duration pull;               // rest of the time spent in pulls
  Duration push;               // blocked on earlier pushes
  std::uint32_t staleness = 0; // clocks: its own clock less the slowest clock of what it read
};

// A server applied a worker's gradient.
struct GradientApplied {
  NodeId worker;
  Clock iteration;
  std::uint32_t staleness_updates = 0;  // updates applied between its pull and itself
  std::uint32_t staleness_clocks = 0;   // the same in clocks
};

// The manager evaluated the model on held-out data.
struct Evaluated {
  double iteration = 0;        // mean over workers
  std::uint64_t examples = 0;  // used by all workers so far
  double loss = 0;
  double metric = 0;
  std::uint64_t fingerprint = 0;  // of the model (fingerprint.hpp)
};

// Anything else worth a line in events.csv: "join", "view", "stop", ...
struct Event {
  std::string name;
  std::string detail;
};

enum class StopReason { kIterations, kTargetLoss, kTime };

// The manager has ended the job; the run is over.
struct JobFinished {
  StopReason reason = StopReason::kIterations;
};

using Record = std::variant<IterationDone, GradientApplied, Evaluated, Event, JobFinished>;

}  // namespace psgrid
