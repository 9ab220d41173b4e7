// Messages as SimGrid communications: max-min fair sharing by SimGrid's solver.
//
// With sharing `fluid` all messages are under way at once. The solver's cost is quadratic in their
// number, and so is that of SimGrid's own lists. With `windowed`, therefore:
//
// - Up to kAllAtOnceMax messages are under way at once: small clusters are exactly fluid.
// - Beyond, in a star, messages share the links by formula only (analytic_links.hpp), which is
//   within 0.5 % of the solver there.
// - Beyond, elsewhere, a message first waits for a slot of its sender's NIC, then for one of its
//   receiver's. A NIC has `window` slots. A message whose other end has a slower NIC takes up only
//   that part of a slot, so that what fills the slots can fill the NIC. The first to be served is
//   the one that fair sharing would finish first (self-clocked fair queueing: Golestani 1994);
//   among equals every NIC begins elsewhere, or all would serve the same few.
//
//   Where senders and receivers are both busy, slots that wait for each other leave links idle: 31
//   workers and 32 servers in 4 racks took 41 % too long in step, where the formula is exact. Where
//   a link inside the network is the bottleneck, both err. Off fluid sharing in the mean of 294
//   loads of 48 to 80 nodes: windows 4.0 %, the formula 2.9 %; in racks 3.9 and 2.5 %, fat trees
//   4.5 and 2.1 %, dragonflies 5.5 and 4.8 %, tori 2.6 and 3.3 %.
// - A message that was served before others is handed over no earlier than if it had shared the
//   links with them by formula. Otherwise the workers served first would run ahead and push while
//   others still pull, where in fluid sharing all finish together.
// - A message that is smaller than a packet, or than what its ends' NICs send within their latency,
//   only shares by formula: most are requests and acknowledgements.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <simgrid/s4u.hpp>

#include "sim/platform/platform.hpp"
#include "sim/transport/analytic_links.hpp"
#include "sim/transport/transport.hpp"

namespace psgrid::sim {

class SimgridTransport final : public Transport {
 public:
  static constexpr std::uint32_t kAllAtOnceMax = 256;

  explicit SimgridTransport(const ClusterSpec& cluster);
  ~SimgridTransport() override;

  const HostLayout& layout() const override { return platform_->layout(); }
  void send(Time now, HostIndex from, HostIndex to, Bytes size, TransferId transfer) override;
  void run(Agenda& agenda, TransportUser& user) override;

 private:
  using FlightNumber = std::uint32_t;

  struct Flight {
    HostIndex from, to;
    Bytes size;
    TransferId transfer;
    bool in_formula = false;
    bool in_solver = false;  // or in line for it
    bool has_slots = false;  // or waits for them
    bool has_arrived = false;
    simgrid::s4u::CommPtr comm;
  };
  struct Waiting {
    double finish;
    std::uint32_t turn;  // of those that came together
    FlightNumber flight;
    std::uint64_t sequence;
    // For a heap that has the first at its front.
    bool operator<(const Waiting& other) const {
      return std::tie(other.finish, other.turn, other.sequence) < std::tie(finish, turn, sequence);
    }
  };
  // One direction of a NIC.
  struct Port {
    std::uint64_t busy = 0;  // units of slots
    double served = 0;       // bytes to each message, by the time that fair queueing goes by
    std::vector<Waiting> waiting;
  };

  void acquire_sender(FlightNumber number);
  void acquire_receiver(FlightNumber number);
  void release_slots(const Flight& flight);
  void transmit(FlightNumber number);
  void note_start(const Flight& flight);
  void plan_refresh();
  void wait(Port& port, FlightNumber number, HostIndex nic, HostIndex other_end);
  FlightNumber take_next(Port& port);
  std::uint32_t sending_units(const Flight& flight) const;
  std::uint32_t receiving_units(const Flight& flight) const;

  void on_completion(const simgrid::s4u::Activity& activity);
  bool served(Time now, std::uint32_t tag);
  bool progress(Time now, FlightNumber number);

  void fire();
  void rearm();
  void stop();

  const ClusterSpec& cluster_;
  const bool formula_is_exact_;
  const std::uint64_t slot_units_;  // of a NIC
  std::unique_ptr<simgrid::s4u::Engine> engine_;
  std::unique_ptr<Platform> platform_;
  std::optional<AnalyticLinks> formula_;   // windowed only
  std::vector<Port> sending_, receiving_;  // by host

  std::deque<Flight> flights_;  // grows without moving
  std::vector<FlightNumber> free_flights_;
  std::uint32_t under_way_ = 0;  // messages that have not arrived
  std::uint64_t waited_ = 0;     // so far

  // Communications that were started at the latest moment at which any was.
  double starts_at_ = -1;
  std::vector<std::pair<HostIndex, HostIndex>> starts_;

  Agenda* agenda_ = nullptr;
  TransportUser* user_ = nullptr;
  simgrid::kernel::timer::Timer* timer_ = nullptr;  // for what comes next besides communications
  simgrid::s4u::CommPtr arrived_;                   // SimGrid still uses it after its callback
  std::set<simgrid::s4u::Activity*> stopping_;
  bool stopped_ = false;
};

}  // namespace psgrid::sim
