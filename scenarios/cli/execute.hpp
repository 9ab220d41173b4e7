// One run of a scenario, from its data file to the files of its results.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "analysis/output_directory.hpp"
#include "analysis/run_data.hpp"
#include "model/run_spec.hpp"
#include "scenarios/cli/backend.hpp"
#include "scenarios/cli/progress.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

struct ExecuteOptions {
  Backend backend = Backend::kSim;
  std::optional<SocketCluster> cluster;  // sockets only; absent: all processes are started here
  std::string variant;                   // name, for the header of the results
  unsigned math_threads = 0;
  std::string resume;  // folder of a checkpoint to begin from; empty: from the beginning
  double trace_s = 0;  // trace.json covers so many virtual seconds; 0: none
  std::function<void(const RunProgress&)> on_progress;  // every few thousand events
  std::function<void(const std::string&)> on_note;      // lines for a person to read
  std::function<analysis::Failure()> on_begin;          // before anything is written
};

// Runs the scenario and writes everything but report.html to `directory`. At most once a process.
// A run that could not begin is an error, and writes nothing.
Result<analysis::RunData> execute(const RunSpec& run, const analysis::OutputDirectory& directory,
                                  const ExecuteOptions& options);

}  // namespace psgrid::scenarios
