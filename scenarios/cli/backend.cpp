#include "scenarios/cli/backend.hpp"

#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "real/endpoint.hpp"
#include "real/placement.hpp"
#include "real/socket_run.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/job_files.hpp"
#include "sim/simulation.hpp"

namespace psgrid::scenarios {

namespace {

using analysis::RunStatus;

BackendEnd simulate(std::shared_ptr<const Job> job, RunObserver& observer,
                    const BackendOptions& options) {
  std::optional<sim::Simulation> simulation;
  {
    const SignalsKept kept;
    simulation.emplace(std::move(job), observer,
                       sim::SimulationOptions{.math_threads = options.math_threads,
                                              .checked_messages = false,
                                              .keep_going = options.keep_going});
  }
  if (options.on_begin && !options.on_begin()) return {.began = false};
  const sim::SimulationEnd end = simulation->run();
  BackendEnd result{.events = simulation->events()};
  if (end == sim::SimulationEnd::kInterrupted) result.status = RunStatus::kInterrupted;
  if (end == sim::SimulationEnd::kStuck) {
    result.status = RunStatus::kFailed;
    result.failure = "nothing was left to happen, but the job had not ended";
  }
  return result;
}

real::SocketRunOptions socket_options(const Job& job, const BackendOptions& options) {
  real::SocketRunOptions running;
  running.keep_going = options.keep_going;
  running.on_log = options.on_note;
  running.on_begin = options.on_begin;
  if (const auto& cluster = options.cluster) {
    running.listen_address = cluster->address;
    running.port = cluster->port;
    running.local_processes = {0};
    running.token = cluster->token;
    running.scenario = fingerprint(job);
    running.gathering_time_s = cluster->wait_s;
  }
  return running;
}

BackendEnd run_on_sockets(std::shared_ptr<const Job> job, RunObserver& observer,
                          const BackendOptions& options) {
  std::optional<real::SocketRun> listening;
  try {
    listening.emplace(job, observer, socket_options(*job, options));
  } catch (const std::system_error& error) {
    const SocketCluster at = options.cluster.value_or(SocketCluster{.address = "127.0.0.1"});
    return {.began = false,
            .status = RunStatus::kFailed,
            .failure = fmt::format("cannot listen at {}: {}",
                                   real::to_string(real::HostPort{at.address, at.port}),
                                   error.code().message())};
  }
  real::SocketRun& run = *listening;
  const real::SocketRunEnd end = run.run();
  BackendEnd result{.began = run.began(), .failure = run.failure(), .events = run.events()};
  if (end == real::SocketRunEnd::kInterrupted) result.status = RunStatus::kInterrupted;
  if (end == real::SocketRunEnd::kFailed) result.status = RunStatus::kFailed;
  const real::Overruns& overruns = run.overruns();
  if (overruns.works > 0 && options.on_note)
    options.on_note(fmt::format(
        "warning: this machine did not keep up: {} of {} computations took longer than the time "
        "that they emulate, one of them by {:.3g} s",
        overruns.works, overruns.of_works, overruns.longest.seconds));
  return result;
}

// Is one of whole processes, done with signals.
bool needs_signals(FaultKind kind) {
  return kind == FaultKind::kCrash || kind == FaultKind::kRestart || kind == FaultKind::kPause ||
         kind == FaultKind::kResume || is_of_cluster(kind);
}

// A fault of a process that hits some of its nodes and not others cannot be done with signals.
std::string shared_fate(const RunSpec& run) {
  const real::Placement placement(run);
  for (const FaultSpec& fault : run.faults) {
    if (!needs_signals(fault.kind)) continue;
    for (NodeId node : nodes_of(fault.nodes))
      for (std::uint32_t other :
           placement.nodes_of(placement.process_of(node_index(run.cluster, node))))
        if (!selects(fault.nodes, node_at(run.cluster, other)))
          return fmt::format(
              "on sockets a {} of {} is one of its whole process, which {} is in too",
              fault_name(fault), to_string(node), to_string(node_at(run.cluster, other)));
  }
  return "";
}

}  // namespace

const char* backend_name(Backend backend) { return backend == Backend::kSim ? "sim" : "sockets"; }

std::string unsupported(Backend backend, const RunSpec& run) {
  if (backend == Backend::kSim) return "";
  if (run.sockets.emulate_network && run.cluster.network.topology != Topology::kStar)
    return "sockets emulate the NICs of a star only: choose the topology \"star\", or set "
           "/sockets/network to \"raw\"";
  return shared_fate(run);
}

std::string unsupported_elsewhere(const RunSpec& run) {
  for (const FaultSpec& fault : run.faults)
    if (needs_signals(fault.kind))
      return fmt::format(
          "a {} is done with signals, which reach no other machine: use psgrid run --on sockets",
          fault_name(fault));
  return "";
}

BackendEnd run_job(std::shared_ptr<const Job> job, RunObserver& observer,
                   const BackendOptions& options) {
  return options.backend == Backend::kSim ? simulate(std::move(job), observer, options)
                                          : run_on_sockets(std::move(job), observer, options);
}

}  // namespace psgrid::scenarios
