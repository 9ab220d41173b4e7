#include "sim/transport/simgrid_transport.hpp"

#include <algorithm>

#include <simgrid/kernel/Timer.hpp>

#include "sim/engine_config.hpp"

namespace psgrid::sim {

namespace s4u = simgrid::s4u;
using simgrid::kernel::timer::Timer;

namespace {

// A message that fits into the pipe takes no slot: it uses up nothing that others wait for.
bool is_small(Bytes size, const HostPlan& from, const HostPlan& to) {
  const double bandwidth = std::min(from.bandwidth, to.bandwidth);
  return static_cast<double>(size.count) <= bandwidth * (from.latency + to.latency);
}

}  // namespace

SimgridTransport::SimgridTransport(const ClusterSpec& cluster) : cluster_(cluster) {
  int argc = 1;
  char name[] = "psgrid";
  char* argv[] = {name, nullptr};
  engine_ = std::make_unique<s4u::Engine>(&argc, argv);
  configure_engine(cluster.network);
  platform_ = std::make_unique<Platform>(cluster_);
  sending_.resize(layout().hosts().size());
  receiving_.resize(layout().hosts().size());
  s4u::Comm::on_completion_cb([this](const s4u::Activity& comm) { on_completion(comm); });
}

void SimgridTransport::send(Time, HostIndex from, HostIndex to, Bytes size, TransferId transfer) {
  auto* flight = new Flight{from, to, size, transfer, false, nullptr};
  flight->windowed = cluster_.network.sharing == Sharing::kWindowed &&
                     !is_small(size, layout().host(from), layout().host(to));
  if (!flight->windowed) return transmit(flight);
  auto& port = sending_[from.value];
  if (!port) port = std::make_unique<Port>();
  acquire(*port, flight, &SimgridTransport::acquire_receiver);
}

void SimgridTransport::acquire_receiver(Flight* flight) {
  auto& port = receiving_[flight->to.value];
  if (!port) port = std::make_unique<Port>();
  acquire(*port, flight, &SimgridTransport::transmit);
}

void SimgridTransport::acquire(Port& port, Flight* flight, Step next) {
  if (port.busy == cluster_.network.window) return port.waiting.push_back(flight);
  ++port.busy;
  (this->*next)(flight);
}

void SimgridTransport::release(Port& port, Step next) {
  if (port.waiting.empty()) {
    --port.busy;
    return;
  }
  Flight* flight = port.waiting.front();
  port.waiting.pop_front();
  (this->*next)(flight);
}

void SimgridTransport::transmit(Flight* flight) {
  flight->comm =
      s4u::Comm::sendto_init(platform_->host(flight->from), platform_->host(flight->to));
  flight->comm->set_payload_size(flight->size.count);
  flight->comm->set_data(flight);
  flight->comm->start();
}

void SimgridTransport::on_completion(const s4u::Activity& activity) {
  if (stopped_) return;
  arrived_.reset(activity.get_data<Flight>());
  any_activity_ = arrived_->comm.get();
  if (arrived_->windowed) {
    release(*sending_[arrived_->from.value], &SimgridTransport::acquire_receiver);
    release(*receiving_[arrived_->to.value], &SimgridTransport::transmit);
  }
  if (!user_->on_arrival({s4u::Engine::get_clock()}, arrived_->transfer)) return stop();
  rearm();
}

void SimgridTransport::fire() {
  timer_ = nullptr;  // SimGrid deletes it after this callback
  if (stopped_) return;
  const Time now{s4u::Engine::get_clock()};
  while (agenda_->next_time() <= now)
    if (!user_->on_event(now)) return stop();
  rearm();
}

void SimgridTransport::rearm() {
  const Time next = agenda_->next_time();
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
  if (any_activity_) stopping_.insert(any_activity_);
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
