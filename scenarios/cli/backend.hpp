// What runs a job: the simulator, or processes that talk over sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "analysis/run_data.hpp"
#include "model/job.hpp"
#include "model/run_observer.hpp"
#include "real/token.hpp"

namespace psgrid::scenarios {

enum class Backend { kSim, kSockets };

// "sim", "sockets": as in --on and in summary.json.
const char* backend_name(Backend backend);

// A cluster on sockets whose other processes are started elsewhere, perhaps on other machines.
struct SocketCluster {
  std::string address;  // numeric: where the manager, which is this process, listens
  std::uint16_t port = 0;
  real::Token token;
  double wait_s = 60;  // for all processes to come
};

struct BackendOptions {
  Backend backend = Backend::kSim;
  std::optional<SocketCluster> cluster;                 // sockets only; absent: all is started here
  unsigned math_threads = 0;                            // simulator only
  std::function<bool()> on_begin;                       // all is ready; false ends it there
  std::function<bool(Time, std::uint64_t)> keep_going;  // false interrupts the run
  std::function<void(const std::string&)> on_note;      // lines for a person to read
};

struct BackendEnd {
  bool began = true;  // or else it failed, or was interrupted, with nothing to tell about
  analysis::RunStatus status = analysis::RunStatus::kDone;
  std::string failure;  // why it failed
  std::uint64_t events = 0;
};

// What in the scenario this backend cannot do; empty if nothing.
std::string unsupported(Backend backend, const RunSpec& run);

// Likewise a cluster whose processes are started elsewhere, besides.
std::string unsupported_elsewhere(const RunSpec& run);

// Runs the job to its end. On the simulator at most once a process. Throws sim::PlatformFailure.
BackendEnd run_job(std::shared_ptr<const Job> job, RunObserver& observer,
                   const BackendOptions& options);

}  // namespace psgrid::scenarios
