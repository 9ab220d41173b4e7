// One process of a cluster on sockets: hosts some of its nodes, and talks to the rest over TCP.
//
// One event loop, one thread. Handlers of the nodes run in it one after the other; what they send
// is written when they are done, many messages to a system call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "model/job.hpp"
#include "real/token.hpp"

namespace psgrid::real {

struct NodeProcessOptions {
  std::uint32_t process = 0;  // number in the placement
  Incarnation incarnation{1};
  Token token;
  std::string hub_address;
  std::uint16_t hub_port = 0;
  std::string listen_address;         // empty: the one that the hub is reached from
  std::uint64_t scenario = 0;         // fingerprint of the scenario, the same in all processes
  bool with_cluster = true;           // it is started together with all others,
  CheckpointPtr checkpoint;           // and they begin from this, unless from nothing
  std::map<NodeId, Memory> memories;  // of its nodes, from before a restart
  std::optional<int> journal;         // descriptor, for what nodes record; else the hub is told
  double patience_s = 0;              // to wait for a hub that does not answer yet

  // Called several times a second if set. After the first false the hub, which may have been
  // interrupted too, has a moment to end the run.
  std::function<bool()> keep_going;
};

// How a process ended.
enum class ProcessEnd : int {
  kFinished = 0,     // the hub said so
  kFailed = 1,       // or never found the hub, or was not let in
  kHubLost = 2,      // while it had one
  kRunFailed = 3,    // the hub said so
  kInterrupted = 4,  // keep_going() said so
};

struct NodeProcessResult {
  ProcessEnd end = ProcessEnd::kFinished;
  std::string why;  // for a person to read; empty if finished or interrupted
};

// Runs until the hub ends the run. Asks for nothing of the process but its descriptors.
NodeProcessResult run_node_process(std::shared_ptr<const Job> job,
                                   const NodeProcessOptions& options);

}  // namespace psgrid::real
