// The files of one run, written and read back.
//
// staleness.csv (unit, low, high, gradients) holds the two staleness histograms; the other files
// and their columns are those of the documentation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "analysis/output_directory.hpp"
#include "analysis/result.hpp"
#include "analysis/run_data.hpp"

namespace psgrid::analysis {

// Writes summary.json, convergence.csv, nodes.csv, events.csv, staleness.csv and, if rows were
// recorded, iterations.csv. summary.json comes last: where it is, the rest is complete.
Failure write_run(const OutputDirectory& directory, const RunData& run);

struct ReadOptions {
  bool iterations = true;  // rows of iterations.csv, by far the largest file
};

// What write_run wrote.
Result<RunData> read_run(const std::filesystem::path& directory, ReadOptions options = {});

// The facts about a run that differ from machine to machine.
struct RunInfo {
  double wall_time_s = 0;
  std::uint64_t peak_memory_bytes = 0;
  std::uint64_t events = 0;  // messages, timers and computations that the runtime handled
  std::string host;
  std::uint32_t cores = 0;
  std::map<std::string, std::string> versions;  // "psgrid": "0.1.0", "simgrid": "3.32", ...
};

// Writes run_info.json.
Failure write_run_info(const OutputDirectory& directory, const RunInfo& info);

}  // namespace psgrid::analysis
