// The commands of the command line, one function each; they return the process's exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/cli/backend.hpp"

namespace psgrid::scenarios {

enum ExitCode { kDone = 0, kFailed = 1, kBadInput = 2, kInterrupted = 3 };

// What `run` and `compare` have in common.
struct RunOptions {
  std::string scenario;
  std::string output;  // empty: psgrid-out/<scenario name>
  std::optional<std::uint64_t> seed;
  std::vector<std::string> set;  // "/json/pointer=VALUE"
  bool quiet = false;
  Backend backend = Backend::kSim;
};

struct SingleRunOptions : RunOptions {
  std::string resume;             // folder of a checkpoint; empty: from the beginning
  std::optional<double> trace_s;  // absent: 2 s, or none above 1,000 workers
};

// One process of a cluster on sockets whose others are started elsewhere.
struct NodeOptions : SingleRunOptions {
  std::string role;  // with `rank`; empty: from the environment of a launcher
  std::optional<std::uint32_t> rank;
  std::string manager;     // HOST:PORT; empty: from PSGRID_MANAGER
  std::string listen;      // empty: the address that the manager is reached from
  std::string token_file;  // empty: the token is in PSGRID_TOKEN
  double wait_s = 60;      // for the other processes
  bool make_token = false;
};

struct CompareOptions : RunOptions {
  unsigned jobs = 0;  // 0: as many as there are cores
  std::optional<std::uint32_t> seeds;
};

// Random fault schedules against the promises.
struct ExploreOptions : RunOptions {
  std::optional<std::size_t> runs;  // absent: 300, or 20 on sockets
  std::size_t first = 0;            // number of the first run
  unsigned jobs = 0;                // 0: as many as there are cores, on sockets twice as many
  bool beyond = false;              // more failures than are tolerated
  bool shrink = false;              // make runs that break a promise small
};

struct FidelityOptions {
  std::vector<std::string> scenarios;
  std::string output = "psgrid-out/fidelity";
  std::optional<std::uint32_t> seeds;  // absent: the scenario's, or 3
  bool quiet = false;
};

struct CalibrateOptions {
  std::string output;  // file; empty: standard output
  bool quiet = false;
};

int run_command(const SingleRunOptions& options);
int node_command(const NodeOptions& options);
int compare_command(const CompareOptions& options);
int fidelity_command(const FidelityOptions& options);
int explore_command(const ExploreOptions& options);
int validate_command(const std::vector<std::string>& scenarios);
int calibrate_command(const CalibrateOptions& options);
int schema_command();
int report_command(const std::string& directory);

}  // namespace psgrid::scenarios
