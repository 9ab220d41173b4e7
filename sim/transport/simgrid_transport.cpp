#include "sim/transport/simgrid_transport.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <simgrid/kernel/Timer.hpp>

#include "model/check.hpp"
#include "sim/engine_config.hpp"

namespace psgrid::sim {

namespace s4u = simgrid::s4u;
using simgrid::kernel::timer::Timer;

namespace {

constexpr double kPacketBytes = 1500;
constexpr std::uint32_t kSlotUnits = 1u << 16;

// In the formula's tags: a transfer that it alone brings, not the number of a flight.
constexpr std::uint32_t kFormulaOnly = 1u << 31;

// What a message takes up of a slot of a NIC: as much of its bandwidth as the other end can use.
// Hosts of a platform file have no bandwidth of their own.
std::uint32_t units_of_slot(const HostPlan& nic, const HostPlan& other_end) {
  if (other_end.bandwidth >= nic.bandwidth) return kSlotUnits;
  return static_cast<std::uint32_t>(1 + (kSlotUnits - 1) * (other_end.bandwidth / nic.bandwidth));
}

// Which of the hosts that a NIC serves comes first: spread over all of them by the golden ratio.
std::uint32_t first_host(std::uint32_t nic, std::size_t hosts) {
  return static_cast<std::uint32_t>((std::uint64_t{nic * 0x9E37'79B9u} * hosts) >> 32);
}

// A packet, or what fits into the pipe: slots would be held for latency, not for bandwidth.
bool is_small(Bytes size, const HostPlan& from, const HostPlan& to) {
  const double pipe = std::min(from.bandwidth, to.bandwidth) * (from.latency + to.latency);
  return static_cast<double>(size.count) <= std::max(kPacketBytes, pipe);
}

}  // namespace

SimgridTransport::SimgridTransport(const ClusterSpec& cluster)
    : cluster_(cluster),
      formula_is_exact_(cluster.network.topology == Topology::kStar),
      slot_units_(std::uint64_t{cluster.network.window} * kSlotUnits) {
  int argc = 1;
  char name[] = "psgrid";
  char* argv[] = {name, nullptr};
  engine_ = std::make_unique<s4u::Engine>(&argc, argv);
  configure_engine(cluster.network);
  platform_ = std::make_unique<Platform>(cluster_);
  sending_.resize(layout().hosts().size());
  receiving_.resize(layout().hosts().size());
  if (cluster.network.sharing == Sharing::kWindowed)
    formula_.emplace(make_paths(*platform_), cluster.network);
  s4u::Comm::on_completion_cb([this](const s4u::Activity& comm) { on_completion(comm); });
}

// SimGrid complains, with a backtrace, about communications that go while they are under way: they
// end with the process.
SimgridTransport::~SimgridTransport() {
  for (Flight& flight : flights_) flight.comm.detach();
  arrived_.detach();
}

void SimgridTransport::send(Time now, HostIndex from, HostIndex to, Bytes size,
                            TransferId transfer) {
  ++under_way_;
  const bool all_at_once = !formula_ || under_way_ <= kAllAtOnceMax;
  if (!all_at_once &&
      (formula_is_exact_ || is_small(size, layout().host(from), layout().host(to)))) {
    PSGRID_CHECK(transfer < kFormulaOnly, "fewer than 2^31 messages under way");
    return formula_->send(now, from, to, size, transfer | kFormulaOnly);
  }
  if (free_flights_.empty()) {
    free_flights_.push_back(static_cast<FlightNumber>(flights_.size()));
    flights_.emplace_back();
  }
  const FlightNumber number = free_flights_.back();
  free_flights_.pop_back();
  Flight& flight = flights_[number];
  flight = {.from = from, .to = to, .size = size, .transfer = transfer, .comm = nullptr};
  if (formula_) {
    formula_->send(now, from, to, size, number);
    flight.in_formula = true;
  }
  if (all_at_once) return transmit(number);
  flight.in_solver = flight.has_slots = true;
  acquire_sender(number);
}

// --- slots ------------------------------------------------------------------------------------

std::uint32_t SimgridTransport::sending_units(const Flight& flight) const {
  return units_of_slot(layout().host(flight.from), layout().host(flight.to));
}

std::uint32_t SimgridTransport::receiving_units(const Flight& flight) const {
  return units_of_slot(layout().host(flight.to), layout().host(flight.from));
}

void SimgridTransport::acquire_sender(FlightNumber number) {
  const Flight& flight = flights_[number];
  Port& port = sending_[flight.from.value];
  if (port.busy >= slot_units_) return wait(port, number, flight.from, flight.to);
  port.busy += sending_units(flight);
  acquire_receiver(number);
}

void SimgridTransport::acquire_receiver(FlightNumber number) {
  const Flight& flight = flights_[number];
  Port& port = receiving_[flight.to.value];
  if (port.busy >= slot_units_) return wait(port, number, flight.to, flight.from);
  port.busy += receiving_units(flight);
  transmit(number);
}

void SimgridTransport::wait(Port& port, FlightNumber number, HostIndex nic, HostIndex other_end) {
  const double finish = port.served + static_cast<double>(flights_[number].size.count);
  const auto hosts = static_cast<std::uint32_t>(sending_.size());
  const std::uint32_t first = first_host(nic.value, hosts);
  const std::uint32_t turn = other_end.value - first + (other_end.value < first ? hosts : 0);
  port.waiting.push_back({finish, turn, number, ++waited_});
  std::push_heap(port.waiting.begin(), port.waiting.end());
}

SimgridTransport::FlightNumber SimgridTransport::take_next(Port& port) {
  std::pop_heap(port.waiting.begin(), port.waiting.end());
  const Waiting next = port.waiting.back();
  port.waiting.pop_back();
  port.served = port.waiting.empty() ? 0 : next.finish;
  return next.flight;
}

void SimgridTransport::release_slots(const Flight& flight) {
  Port& sender = sending_[flight.from.value];
  sender.busy -= sending_units(flight);
  while (sender.busy < slot_units_ && !sender.waiting.empty()) {
    const FlightNumber next = take_next(sender);
    sender.busy += sending_units(flights_[next]);
    acquire_receiver(next);
  }
  Port& receiver = receiving_[flight.to.value];
  receiver.busy -= receiving_units(flight);
  while (receiver.busy < slot_units_ && !receiver.waiting.empty()) {
    const FlightNumber next = take_next(receiver);
    receiver.busy += receiving_units(flights_[next]);
    transmit(next);
  }
}

// --- communications ---------------------------------------------------------------------------

void SimgridTransport::transmit(FlightNumber number) {
  Flight& flight = flights_[number];
  flight.comm = s4u::Comm::sendto_init(platform_->host(flight.from), platform_->host(flight.to));
  flight.in_solver = true;
  flight.comm->set_payload_size(flight.size.count);
  flight.comm->set_data(reinterpret_cast<void*>(std::uintptr_t{number}));
  flight.comm->start();
  note_start(flight);
}

// SimGrid 3.32 solves again only what has changed since it last did. When several flows begin to
// send at the same moment, it takes their first link for changed, but overlooks the other links of
// a flow whose first link was changed already: those would carry any number of flows at full speed.
// Links are taken for changed, too, when their bandwidth is set.
void SimgridTransport::note_start(const Flight& flight) {
  const double now = s4u::Engine::get_clock();
  if (now != starts_at_) starts_.clear();
  starts_at_ = now;
  starts_.emplace_back(flight.from, flight.to);
  if (starts_.size() == 2) Timer::set(now, [this] { plan_refresh(); });
}

// Flows begin to send when their latency is over.
void SimgridTransport::plan_refresh() {
  const double factor = latency_factor(cluster_.network.model);
  std::map<double, std::vector<s4u::Link*>> links_by_date;
  for (const auto& [from, to] : std::exchange(starts_, {})) {
    double latency = 0;
    std::vector<s4u::Link*> links;
    platform_->host(from)->route_to(platform_->host(to), links, &latency);
    auto& changed = links_by_date[starts_at_ + factor * latency];
    changed.insert(changed.end(), links.begin(), links.end());
  }
  for (auto& [date, links] : links_by_date) {
    std::sort(links.begin(), links.end(),
              [](const s4u::Link* a, const s4u::Link* b) { return a->get_name() < b->get_name(); });
    links.erase(std::unique(links.begin(), links.end()), links.end());
    Timer::set(date, [this, changed = std::move(links)] {
      if (stopped_) return;
      for (s4u::Link* link : changed) link->set_bandwidth(link->get_bandwidth());
    });
  }
}

void SimgridTransport::on_completion(const s4u::Activity& activity) {
  if (stopped_) return;
  const auto number =
      static_cast<FlightNumber>(reinterpret_cast<std::uintptr_t>(activity.get_data<void>()));
  Flight& flight = flights_[number];
  arrived_ = std::move(flight.comm);
  flight.in_solver = false;
  if (flight.has_slots) release_slots(flight);
  if (!progress({s4u::Engine::get_clock()}, number)) return stop();
  rearm();
}

// The formula has brought a message.
bool SimgridTransport::served(Time now, std::uint32_t tag) {
  if (tag & kFormulaOnly) {
    --under_way_;
    return user_->on_arrival(now, tag & ~kFormulaOnly);
  }
  flights_[tag].in_formula = false;
  return progress(now, tag);
}

// Hands a message over once all that has to bring it has done so; forgets it once nothing does any
// more.
bool SimgridTransport::progress(Time now, FlightNumber number) {
  Flight& flight = flights_[number];
  const bool solver_is_fair = !flight.has_slots && under_way_ <= kAllAtOnceMax;
  const bool arrives =
      !flight.has_arrived && !flight.in_solver && (!flight.in_formula || solver_is_fair);
  const TransferId transfer = flight.transfer;
  if (arrives) {
    flight.has_arrived = true;
    --under_way_;
  }
  if (!flight.in_solver && !flight.in_formula) free_flights_.push_back(number);
  return !arrives || user_->on_arrival(now, transfer);
}

// --- everything else --------------------------------------------------------------------------

void SimgridTransport::fire() {
  timer_ = nullptr;  // SimGrid deletes it after this callback
  if (stopped_) return;
  const Time now{s4u::Engine::get_clock()};
  bool go_on = true;
  while (go_on) {
    if (agenda_->next_time() <= now)
      go_on = user_->on_event(now);
    else if (formula_ && formula_->next_time() <= now)
      formula_->step([&](Time, std::uint32_t tag) { go_on = go_on && served(now, tag); });
    else
      return rearm();
  }
  stop();
}

void SimgridTransport::rearm() {
  Time next = agenda_->next_time();
  if (formula_) next = std::min(next, formula_->next_time());
  if (next == Time::never()) return;
  if (timer_) {
    if (timer_->get_date() <= next.seconds) return;
    timer_->remove();
  }
  timer_ = Timer::set(next.seconds, [this] { fire(); });
}

// SimGrid leaves its loop when the set of vetoed activities that it saw at the start is not empty;
// which activity is in it does not matter.
void SimgridTransport::stop() {
  stopped_ = true;
  if (timer_) timer_->remove();
  timer_ = nullptr;
  if (arrived_) stopping_.insert(arrived_.get());
}

void SimgridTransport::run(Agenda& agenda, TransportUser& user) {
  agenda_ = &agenda;
  user_ = &user;
  engine_->track_vetoed_activities(&stopping_);
  // From here on SimGrid must not add the communications that we create to the set.
  Timer::set(0, [this] { engine_->track_vetoed_activities(nullptr); });
  rearm();
  engine_->run();
}

}  // namespace psgrid::sim
