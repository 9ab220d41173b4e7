// The progress of runs on standard error: a line that redraws itself on a terminal, sparse plain
// lines otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
// target loss is set. With a target loss the run may end sooner.
std::optional<double> fraction_done(const StopSpec& stop, const RunProgress& progress);

// {"iteration 120/400", "12.3 s virtual", "loss 0.3123"}
std::vector<std::string> describe(const StopSpec& stop, const RunProgress& progress);

// "61k events/s"
std::string rate_text(double events_per_s);

// "8 s left", "max 2 min 5 s left"
std::string left_text(double left_s, bool at_most);

// As many parts as fit into so many columns, two spaces apart; the first is cut if it must be.
std::string fitted(const std::vector<std::string>& parts, std::size_t columns);

// An estimate of the time left, steadied: it counts down rather than jumping about.
class Countdown {
 public:
  // `left_s` is the estimate at `now_s`; returns what to show.
  double steadied(double now_s, double left_s);

 private:
  std::optional<double> end_s_;
  double last_s_ = 0;
};

class ProgressLine {
 public:
  // Writes nothing if quiet.
  explicit ProgressLine(bool quiet);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // True if show() would write now. Cheap: asks for the time only.
  bool is_due() const;

  // The most important part first: a narrow terminal gets the first ones only.
  void show(const std::vector<std::string>& parts);

  // A line of its own that stays, whatever the interval, even if quiet.
  void note(const std::string& text);

  // Removes the line that is being redrawn.
  void clear();

  double elapsed_s() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point started_;
  Clock::duration interval_;
  Clock::time_point next_;
};

}  // namespace psgrid::scenarios
