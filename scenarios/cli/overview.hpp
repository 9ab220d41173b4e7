// The progress of a comparison: how many runs have ended, how long the rest will take, and where
// one of those under way stands.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/job_spec.hpp"
#include "scenarios/cli/children.hpp"
#include "scenarios/cli/forecast.hpp"
#include "scenarios/cli/progress.hpp"

namespace psgrid::scenarios {

class Overview {
 public:
  struct Run {
    std::string name;  // "SSP 3, seed 8"
    std::size_t variant = 0;
    StopSpec stop;
  };

  Overview(std::vector<Run> runs, unsigned at_once, bool quiet);

  void on_start(std::size_t run);
  void on_progress(std::size_t run, const RunProgress& progress);
  void on_end(std::size_t run, const ChildEnd& end);

 private:
  void show();

  std::vector<Run> runs_;
  std::vector<RunProgress> progress_;
  std::set<std::size_t> running_;
  std::size_t ended_ = 0;
  bool at_most_ = false;  // some run may stop early, at its target
  Forecast forecast_;
  Countdown countdown_;
  ProgressLine line_;
};

}  // namespace psgrid::scenarios
