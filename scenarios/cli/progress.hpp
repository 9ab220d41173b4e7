// The progress of runs on standard error: a line that redraws itself on a terminal, sparse plain
// lines otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "model/run_spec.hpp"

namespace psgrid::scenarios {

// Where one run stands. Trivially copyable: children send it through a pipe.
struct RunProgress {
  double virtual_time_s = 0;
  double iteration = 0;  // mean over workers
  double loss = -1;      // of the last evaluation; negative before the first
  std::uint64_t events = 0;
  double wall_s = 0;
};

// The part of the run that is done, by whichever stop criterion is nearest; nothing if only a
// target loss is set.
std::optional<double> fraction_done(const StopSpec& stop, const RunProgress& progress);

// "12.3 s virtual  iteration 120/400  loss 0.3123  1.2 M events/s"
std::string describe(const StopSpec& stop, const RunProgress& progress);

class ProgressLine {
 public:
  // Writes nothing if quiet.
  explicit ProgressLine(bool quiet);
  ~ProgressLine();

  // True if show() would write now. Cheap: asks for the time only.
  bool is_due() const;

  // `fraction`: of all work, for the time left.
  void show(const std::string& text, std::optional<double> fraction);

  // A line of its own that stays, whatever the interval.
  void note(const std::string& text);

  // Removes the line that is being redrawn.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point started_;
  Clock::time_point next_;
};

}  // namespace psgrid::scenarios
