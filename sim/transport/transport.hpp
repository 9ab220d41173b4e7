// The simulated network: moves messages between hosts, and drives the clock while it does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "model/cluster_spec.hpp"
#include "model/host_layout.hpp"
#include "model/ids.hpp"
#include "sim/agenda.hpp"

namespace psgrid::sim {

// Number of a message under way; its owner chooses it.
using TransferId = std::uint32_t;

// What a transport calls back. Handlers may send and schedule.
class TransportUser {
 public:
  virtual ~TransportUser() = default;

  // The agenda's next event is due, or a message has arrived. False ends the run.
  virtual bool on_event(Time now) = 0;
  virtual bool on_arrival(Time now, TransferId transfer) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  virtual const HostLayout& layout() const = 0;

  // Requires different hosts and a positive size.
  virtual void send(Time now, HostIndex from, HostIndex to, Bytes size, TransferId transfer) = 0;

  // Runs until nothing is scheduled and nothing under way, or the user ends it.
  virtual void run(Agenda& agenda, TransportUser& user) = 0;
};

// By the network's `sharing`. One per process (SimGrid has one engine per process). Throws
// PlatformFailure.
std::unique_ptr<Transport> make_transport(const ClusterSpec& cluster);

}  // namespace psgrid::sim
