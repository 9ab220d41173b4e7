// Messages as SimGrid communications: max-min fair sharing by SimGrid's solver.
//
// With `fluid` sharing all messages are under way at once. With `windowed` a message first takes
// one of a few slots of its sender's NIC, then one of its receiver's, first come, first served:
// the solver's cost is quadratic in what is under way, and a window keeps that small.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <vector>

#include <simgrid/s4u.hpp>

#include "sim/platform/platform.hpp"
#include "sim/transport/transport.hpp"

namespace psgrid::sim {

class SimgridTransport final : public Transport {
 public:
  explicit SimgridTransport(const ClusterSpec& cluster);

  const HostLayout& layout() const override { return platform_->layout(); }
  void send(Time now, HostIndex from, HostIndex to, Bytes size, TransferId transfer) override;
  void run(Agenda& agenda, TransportUser& user) override;

 private:
  struct Flight {
    HostIndex from, to;
    Bytes size;
    TransferId transfer;
    bool windowed = false;
    simgrid::s4u::CommPtr comm;
  };
  // One direction of a NIC.
  struct Port {
    std::uint32_t busy = 0;
    std::deque<Flight*> waiting;
  };
  using Step = void (SimgridTransport::*)(Flight*);

  void acquire(Port& port, Flight* flight, Step next);
  void release(Port& port, Step next);
  void acquire_receiver(Flight* flight);
  void transmit(Flight* flight);
  void on_completion(const simgrid::s4u::Activity& activity);

  void fire();
  void rearm();
  void stop();

  const ClusterSpec& cluster_;
  std::unique_ptr<simgrid::s4u::Engine> engine_;
  std::unique_ptr<Platform> platform_;
  std::vector<std::unique_ptr<Port>> sending_, receiving_;  // by host, once used

  Agenda* agenda_ = nullptr;
  TransportUser* user_ = nullptr;
  simgrid::kernel::timer::Timer* timer_ = nullptr;  // armed for the agenda's next event
  std::unique_ptr<Flight> arrived_;                 // SimGrid still uses it after its callback
  simgrid::s4u::Activity* any_activity_ = nullptr;
  std::set<simgrid::s4u::Activity*> stopping_;
  bool stopped_ = false;
};

}  // namespace psgrid::sim
