// What runs a job: the simulator, or processes that talk over sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "analysis/run_data.hpp"
#include "model/job.hpp"
#include "model/run_observer.hpp"

namespace psgrid::scenarios {

enum class Backend { kSim, kSockets };

// "sim", "sockets": as in --on and in summary.json.
const char* backend_name(Backend backend);

struct BackendOptions {
  Backend backend = Backend::kSim;
  unsigned math_threads = 0;                            // simulator only
  std::function<bool(Time, std::uint64_t)> keep_going;  // false interrupts the run
  std::function<void(const std::string&)> on_note;      // lines for a person to read
};

struct BackendEnd {
  analysis::RunStatus status = analysis::RunStatus::kDone;
  std::string failure;  // why it failed
  std::uint64_t events = 0;
};

// What in the scenario this backend cannot do; empty if nothing.
std::string unsupported(Backend backend, const RunSpec& run);

// Runs the job to its end. On the simulator at most once a process. Throws sim::PlatformFailure.
BackendEnd run_job(std::shared_ptr<const Job> job, RunObserver& observer,
                   const BackendOptions& options);

}  // namespace psgrid::scenarios
