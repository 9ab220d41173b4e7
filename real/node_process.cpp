#include "real/node_process.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <malloc.h>
#include <sys/prctl.h>

#include "model/armed_timers.hpp"
#include "model/check.hpp"
#include "model/link_faults.hpp"
#include "real/control_channel.hpp"
#include "real/emulated_network.hpp"
#include "real/endpoint.hpp"
#include "real/inbound.hpp"
#include "real/journal.hpp"
#include "real/outbound.hpp"

namespace psgrid::real {

namespace {

using asio::ip::tcp;

// How often what was observed goes to the hub.
constexpr std::chrono::milliseconds kReportInterval{100};
constexpr std::size_t kReportRecordsMax = 10'000;

// Handlers of sockets and timers that run before what they caused is done and sent.
constexpr std::size_t kHandlersMax = 32;

// How often an audited process looks whether it is served.
constexpr std::chrono::milliseconds kPulseInterval{10};

// How long a process waits for the hub to take its totals.
constexpr std::chrono::seconds kFarewellTime{10};

// How often keep_going() is asked, and for how long the hub may then end the run.
constexpr std::chrono::milliseconds kPollInterval{100};
constexpr std::chrono::seconds kInterruptedTime{2};

class NodeProcess final : private ParcelReceiver, private EmulatedNetwork::User {
 public:
  NodeProcess(std::shared_ptr<const Job> job, const NodeProcessOptions& options);

  NodeProcessResult run();

 private:
  class NodeContext;

  // What exists from Begin on.
  struct Running {
    Running(NodeProcess& process, RunClock clock);

    RunClock clock;
    StragglerSet stragglers;
    LinkFaults link_faults;
    EmulatedNetwork network;
    std::vector<std::unique_ptr<EmulatedProcessor>> processors;  // by host; null elsewhere
  };

  // A parcel of a process that began before this one.
  struct EarlyParcel {
    std::uint32_t process;
    Parcel parcel;
    Transfer transfer;
  };

  // From other processes.
  std::optional<std::string> on_greeting(const Greeting& greeting) override;
  std::optional<std::string> on_parcel(std::uint32_t process, const Parcel& parcel, Frame frame,
                                       Bytes frame_bytes) override;
  void on_corrupt_frame(std::uint32_t process, bool closes) override;
  void log(const std::string& line) override;

  // From the emulated network.
  void carry(std::uint32_t process, const Parcel& parcel) override;
  void carry(std::uint32_t process, const Parcel& parcel, Transfer transfer) override;
  void deliver(Transfer transfer, Time sent) override;

  // From the hub.
  void on_control(ControlMessage message);
  void on(const Refused& refused);
  void on(const Begin& begin);
  void on(const Finish& finish);
  void on(const PeerRestarted& restarted);
  void on(const ResetLink& reset);
  void on(const Surrender&);
  template <class Other>
  void on(const Other&) {}  // for the hub, not from it

  // From nodes.
  void send(std::uint32_t from, NodeId to, MessagePtr message, Channel channel);
  ComputeId compute(std::uint32_t node, Work work);
  void cancel_compute(std::uint32_t node, ComputeId work);
  void record(std::uint32_t node, const Record& record);

  bool connect_to_hub();
  std::error_code try_to_connect(tcp::socket& socket, std::chrono::milliseconds time);
  void greet_hub();
  std::string hub_name() const;
  void poll_regularly();
  void end(ProcessEnd end, std::string why = "");
  void start_nodes();
  void report();
  void report_regularly();
  void feel_pulse();
  bool is_idle() const;
  void turn();
  bool set_alarm();
  void do_due();
  void set_endpoint_of(std::uint32_t process);
  Outbound& outbound(std::uint32_t process);
  NodeContext* context_of(NodeId node);

  const std::shared_ptr<const Job> job_;
  const NodeProcessOptions options_;
  const Placement placement_;
  asio::io_context io_{1};
  Schedule schedule_;
  asio::steady_timer alarm_{io_};
  Time alarm_at_ = Time::never();
  asio::steady_timer report_timer_{io_};
  asio::steady_timer pulse_{io_};
  asio::steady_timer farewell_{io_};
  asio::steady_timer poll_timer_{io_};
  std::shared_ptr<ControlChannel> hub_;
  std::unique_ptr<Listener> listener_;
  std::vector<PeerAddress> peers_;  // by process
  std::vector<std::unique_ptr<Outbound>> outbound_;
  std::vector<std::uint32_t> to_flush_;  // processes
  std::optional<JournalWriter> journal_;
  std::optional<Running> running_;
  std::vector<EarlyParcel> early_;
  std::vector<std::unique_ptr<NodeContext>> contexts_;  // by node index; null elsewhere
  std::deque<std::function<void()>> immediate_;         // comes before everything scheduled
  std::uint64_t works_ = 0;
  bool traces_ = false;
  Observed observed_;
  MessageTotals message_totals_;
  bool surrendered_ = false;  // stands still until it is ended
  bool finishing_ = false;
  bool interrupted_ = false;
  std::string run_failure_;  // as the hub said
  std::optional<NodeProcessResult> end_;
};

// --- a node's window on the world ---------------------------------------------------------------

class NodeProcess::NodeContext final : public Context {
 public:
  NodeContext(NodeProcess& process, std::uint32_t index, NodeId id, const std::string& host)
      : process_(process), index_(index) {
    totals_.node = id;
    totals_.host = host;
    totals_.incarnations = process.options_.incarnation.value;
  }

  Time now() const override { return process_.running_->clock.now(); }
  void send(NodeId to, MessagePtr message, Channel channel) override {
    process_.send(index_, to, std::move(message), channel);
  }
  TimerId set_timer(Duration after) override {
    const TimerId timer = timers_.next();
    timers_.add(timer, process_.schedule_.at(now() + after, [this, timer] {
      timers_.take(timer);
      node_->on_timer(timer);
    }));
    return timer;
  }
  void cancel_timer(TimerId timer) override {
    if (const auto handle = timers_.take(timer)) process_.schedule_.cancel(*handle);
  }
  ComputeId compute(Work work) override { return process_.compute(index_, std::move(work)); }
  void cancel_compute(ComputeId work) override { process_.cancel_compute(index_, work); }
  Incarnation incarnation() const override { return {process_.options_.incarnation.value - 1}; }
  bool begins_with_cluster() const override { return process_.options_.with_cluster; }
  CheckpointPtr checkpoint() const override { return process_.options_.checkpoint; }
  RandomStream random(Purpose purpose, std::uint32_t substream) const override {
    return RandomStream(process_.job_->spec.seed, totals_.node, purpose, substream);
  }
  void record(const Record& record) override { process_.record(index_, record); }

  void start() {
    node_ = make_node(process_.job_, totals_.node, *this);
    const auto memory = process_.options_.memories.find(totals_.node);
    if (memory != process_.options_.memories.end()) node_->recall(memory->second);
    node_->on_start();
    for (auto& [from, message] : std::exchange(early_, {})) node_->on_message(from, message);
  }
  void leave() {
    if (node_) node_->on_leave();
  }
  void deliver(NodeId from, MessagePtr message) {
    if (!node_) return early_.emplace_back(from, std::move(message)), void();
    // What comes after the end of the job is not part of it.
    if (std::holds_alternative<Stop>(*message)) counts_ = false;
    node_->on_message(from, message);
  }
  void done(ComputeId work) { node_->on_compute_done(work); }

  Memory memory() const { return node_ ? node_->memory() : Memory{}; }

  NodeId id() const { return totals_.node; }
  bool counts() const { return counts_; }
  NodeTotals& totals() { return totals_; }

 private:
  NodeProcess& process_;
  const std::uint32_t index_;
  std::unique_ptr<Node> node_;
  std::vector<std::pair<NodeId, MessagePtr>> early_;  // before the node was started
  NodeTotals totals_;
  bool counts_ = true;
  ArmedTimers<Schedule::Handle> timers_;
};

NodeProcess::Running::Running(NodeProcess& process, RunClock run_clock)
    : clock(run_clock),
      stragglers(with_slow_faults(process.job_->spec.stragglers, process.job_->spec.faults),
                 process.job_->spec.seed),
      link_faults(process.job_->spec.faults, process.job_->spec.seed),
      network(process.placement_, process.options_.process,
              process.job_->spec.sockets.emulate_network, clock, process.schedule_, process),
      processors(process.placement_.hosts().hosts().size()) {
  for (std::uint32_t node : process.placement_.nodes_of(process.options_.process)) {
    const HostIndex host = process.placement_.hosts().host_of(node);
    const HostPlan& plan = process.placement_.hosts().host(host);
    if (!processors[host.value])
      processors[host.value] = std::make_unique<EmulatedProcessor>(
          plan.flops, plan.cores, process.job_->spec.sockets.emulate_compute, stragglers, clock,
          process.schedule_);
  }
}

NodeProcess::NodeProcess(std::shared_ptr<const Job> job, const NodeProcessOptions& options)
    : job_(std::move(job)), options_(options), placement_(job_->spec) {
  PSGRID_CHECK(options_.process < placement_.processes(), "a process of the placement");
  const ClusterSpec& cluster = job_->spec.cluster;
  contexts_.resize(cluster.nodes());
  for (std::uint32_t node : placement_.nodes_of(options_.process))
    contexts_[node] = std::make_unique<NodeContext>(
        *this, node, node_at(cluster, node),
        placement_.hosts().host(placement_.hosts().host_of(node)).name);
  outbound_.resize(placement_.processes());
  if (options_.journal) journal_.emplace(*options_.journal);
}

// --- the loop -----------------------------------------------------------------------------------

NodeProcessResult NodeProcess::run() {
  // Arrays of values come and go; giving their memory back each time would cost as much as they do.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  prctl(PR_SET_TIMERSLACK, 1000);  // nanoseconds; by default a timer may be 50 us late
  if (connect_to_hub()) greet_hub();
  while (!end_) turn();
  return *end_;
}

void NodeProcess::end(ProcessEnd end, std::string why) {
  if (!end_) end_ = {end, std::move(why)};
}

// Some of what is ready, then everything that is due, then one wait for more.
void NodeProcess::turn() {
  std::size_t handled = 0;
  while (handled < kHandlersMax && io_.poll_one() > 0) ++handled;
  do_due();
  for (std::uint32_t process : std::exchange(to_flush_, {})) outbound_[process]->flush();
  if (end_ || handled == kHandlersMax || !set_alarm()) return;
  io_.run_one();
}

// Ends the wait when the next thing is due; false if it is already.
bool NodeProcess::set_alarm() {
  if (!running_ || surrendered_) return true;
  const Time next = schedule_.next_time();
  const Duration left = next - running_->clock.now();
  if (left.seconds <= 0) return false;
  if (next == alarm_at_ || next == Time::never()) return true;
  alarm_at_ = next;
  alarm_.expires_after(
      std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(left.seconds, 1e6) * 1e9)));
  alarm_.async_wait([this](std::error_code cancelled) {
    if (!cancelled) alarm_at_ = Time::never();
  });
  return true;
}

void NodeProcess::do_due() {
  if (!running_ || surrendered_) return;
  for (;;) {
    if (!immediate_.empty()) {
      const auto action = std::move(immediate_.front());
      immediate_.pop_front();
      action();
    } else if (!schedule_.run_one_due(running_->clock.now())) {
      return;
    }
    if (end_) return;
  }
}

// --- the hub ------------------------------------------------------------------------------------

std::string NodeProcess::hub_name() const {
  return "the manager at " + to_string(HostPort{options_.hub_address, options_.hub_port});
}

bool NodeProcess::connect_to_hub() {
  const auto until = std::chrono::steady_clock::now() +
                     std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                         std::chrono::duration<double>(options_.patience_s));
  for (;;) {
    tcp::socket socket(io_);
    const std::error_code error = try_to_connect(socket, kPollInterval * 20);
    if (!error) {
      hub_ = std::make_shared<ControlChannel>(std::move(socket), kControlBytesMax);
      return true;
    }
    if (options_.keep_going && !options_.keep_going()) {
      end(ProcessEnd::kInterrupted);
      return false;
    }
    if (std::chrono::steady_clock::now() >= until) {
      end(ProcessEnd::kFailed, "no connection to " + hub_name() + ": " + error.message());
      return false;
    }
    asio::steady_timer pause(io_, kPollInterval);
    pause.wait();
  }
}

std::error_code NodeProcess::try_to_connect(tcp::socket& socket, std::chrono::milliseconds time) {
  std::error_code result;
  tcp::resolver resolver(io_);
  const auto found =
      resolver.resolve(options_.hub_address, std::to_string(options_.hub_port), result);
  if (result) return result;
  result = asio::error::timed_out;
  asio::async_connect(socket, found,
                      [&](std::error_code error, const tcp::endpoint&) { result = error; });
  io_.restart();
  io_.run_for(time);
  if (!io_.stopped()) {
    socket.close();
    io_.run();
    result = asio::error::timed_out;
  }
  io_.restart();
  std::error_code ignored;
  // A port that nobody listens at may be chosen for this end too: TCP then connects it to itself.
  if (!result && socket.local_endpoint(ignored) == socket.remote_endpoint(ignored))
    return asio::error::connection_refused;
  return result;
}

void NodeProcess::greet_hub() {
  const asio::ip::address address = options_.listen_address.empty()
                                        ? hub_->local_address()
                                        : asio::ip::make_address(options_.listen_address);
  listener_ = std::make_unique<Listener>(io_, tcp::endpoint(address, 0),
                                         static_cast<ParcelReceiver&>(*this));
  hub_->start({.on_message = [this](ControlMessage message) { on_control(std::move(message)); },
               .on_end =
                   [this](const std::string& why) {
                     if (!finishing_)
                       end(ProcessEnd::kHubLost, "lost " + hub_name() + ": " + why);
                     else if (interrupted_)
                       end(ProcessEnd::kInterrupted);
                     else if (!run_failure_.empty())
                       end(ProcessEnd::kRunFailed, "the run failed: " + run_failure_);
                     else
                       end(ProcessEnd::kFinished);
                   }});
  hub_->send(Hello{.token = options_.token,
                   .process = options_.process,
                   .incarnation = options_.incarnation,
                   .scenario = options_.scenario,
                   .address = address.to_string(),
                   .port = listener_->endpoint().port()});
  if (options_.keep_going) poll_regularly();
}

// Asks whether to go on. When not, the hub should be about to say the same.
void NodeProcess::poll_regularly() {
  poll_timer_.expires_after(kPollInterval);
  poll_timer_.async_wait([this](std::error_code error) {
    if (error) return;
    if (options_.keep_going()) return poll_regularly();
    interrupted_ = true;
    poll_timer_.expires_after(kInterruptedTime);
    poll_timer_.async_wait([this](std::error_code) { end(ProcessEnd::kInterrupted); });
  });
}

void NodeProcess::on_control(ControlMessage message) {
  std::visit([this](const auto& body) { on(body); }, message);
}

void NodeProcess::on(const Refused& refused) {
  end(ProcessEnd::kFailed, hub_name() + " refused this process: expected " + refused.expected);
}

void NodeProcess::on(const Begin& begin) {
  if (running_ || begin.peers.size() != placement_.processes()) return;
  traces_ = begin.traces;
  peers_ = begin.peers;
  const bool same_clock = hub_->local_address() == hub_->remote_address();
  running_.emplace(*this, same_clock
                              ? RunClock(begin.at_here)
                              : RunClock(by_own_clock(begin.at, begin.sent, WallTime::now())));
  for (std::uint32_t process = 0; process < peers_.size(); ++process) set_endpoint_of(process);
  schedule_.at({0}, [this] { start_nodes(); });
  for (EarlyParcel& early : std::exchange(early_, {}))
    running_->network.on_parcel(early.process, early.parcel, std::move(early.transfer));
  report_regularly();
  if (job_->spec.audited) feel_pulse();
}

// Says when this machine let the process wait for so long that others may take it for gone.
void NodeProcess::feel_pulse() {
  const auto due = std::chrono::steady_clock::now() + kPulseInterval;
  pulse_.expires_at(due);
  pulse_.async_wait([this, due](std::error_code error) {
    if (error) return;
    const std::chrono::duration<double> late = std::chrono::steady_clock::now() - due;
    const bool matters = Duration{2 * late.count()} > job_->spec.detection.heartbeat;
    if (matters) record(placement_.nodes_of(options_.process).front(), Stalled{{late.count()}});
    feel_pulse();
  });
}

void NodeProcess::start_nodes() {
  const std::vector<FaultSpec>& faults = job_->spec.faults;
  for (std::uint32_t node : placement_.nodes_of(options_.process)) {
    NodeContext& context = *contexts_[node];
    const NodeId id = node_at(job_->spec.cluster, node);
    bool is_there = true;
    for (const FaultSpec& fault : faults) {
      if (!selects(fault.nodes, id) || Time{fault.at} < running_->clock.now()) continue;
      if (fault.kind == FaultKind::kJoin) {
        is_there = false;
        schedule_.at({fault.at}, [&context] { context.start(); });
      } else if (fault.kind == FaultKind::kLeave) {
        schedule_.at({fault.at}, [&context] { context.leave(); });
      }
    }
    if (is_there) context.start();  // so it was before, where this process is started anew
  }
}

void NodeProcess::on(const Finish& finish) {
  run_failure_ = finish.failure;
  report();
  Totals totals;
  for (std::uint32_t node : placement_.nodes_of(options_.process))
    totals.nodes.push_back(contexts_[node]->totals());
  if (running_)
    for (const auto& processor : running_->processors)
      if (processor) totals.overruns.add(processor->overruns());
  totals.messages = message_totals_;
  hub_->send(totals);
  finishing_ = true;  // the hub closes the connection once it has read all that came over it
  farewell_.expires_after(kFarewellTime);
  farewell_.async_wait([this](std::error_code error) {
    if (!error) end(ProcessEnd::kHubLost, "lost " + hub_name() + ": no answer");
  });
}

void NodeProcess::on(const PeerRestarted& restarted) {
  if (restarted.process >= peers_.size() || restarted.process == options_.process) return;
  peers_[restarted.process] = restarted.peer;
  set_endpoint_of(restarted.process);
  listener_->reset(restarted.process);
  running_->network.forget(restarted.process);
}

void NodeProcess::on(const ResetLink& reset) {
  if (!running_ || reset.from >= peers_.size() || reset.to >= peers_.size()) return;
  if (reset.from == options_.process && outbound_[reset.to]) outbound_[reset.to]->reset();
  if (reset.to == options_.process) running_->network.forget(reset.from);
}

void NodeProcess::on(const Surrender&) {
  surrendered_ = true;
  report();
  for (std::uint32_t node : placement_.nodes_of(options_.process)) {
    const NodeId id = contexts_[node]->id();
    const Memory memory = contexts_[node]->memory();
    for (const MessagePtr& message : memory.what) {
      Kept kept{id, memory.since, {}};
      encode(id, id, *message, kept.frame);
      hub_->send(kept);
    }
  }
  hub_->send(Surrendered{});
}

bool NodeProcess::is_idle() const {
  return schedule_.next_time() == Time::never() && immediate_.empty() &&
         std::all_of(outbound_.begin(), outbound_.end(), [](const auto& connection) {
           return !connection || connection->is_at_rest();
         });
}

void NodeProcess::report() {
  if (!running_) return;
  observed_.idle = is_idle();
  observed_.until = running_->clock.now();
  hub_->send(observed_);
  observed_.records.clear();
  observed_.messages.clear();
  observed_.works.clear();
}

void NodeProcess::report_regularly() {
  report_timer_.expires_after(kReportInterval);
  report_timer_.async_wait([this](std::error_code error) {
    if (error) return;
    report();
    report_regularly();
  });
}

void NodeProcess::log(const std::string& line) { hub_->send(LogLine{line}); }

// --- other processes ----------------------------------------------------------------------------

std::optional<std::string> NodeProcess::on_greeting(const Greeting& greeting) {
  if (!greeting.token.matches(options_.token)) return "expected the token of this cluster";
  if (greeting.process >= placement_.processes()) return "expected a process of this cluster";
  if (greeting.process < peers_.size() &&
      greeting.incarnation != peers_[greeting.process].incarnation)
    return "expected another incarnation of process " + std::to_string(greeting.process);
  return {};
}

// Tells the connection to a process where that listens, as far as both are known.
void NodeProcess::set_endpoint_of(std::uint32_t process) {
  if (!outbound_[process] || process >= peers_.size()) return;
  const PeerAddress& peer = peers_[process];
  outbound_[process]->set_endpoint({asio::ip::make_address(peer.address), peer.port});
}

Outbound& NodeProcess::outbound(std::uint32_t process) {
  std::unique_ptr<Outbound>& connection = outbound_[process];
  if (!connection) {
    const std::uint32_t first = placement_.nodes_of(process).front();
    connection = std::make_unique<Outbound>(
        io_, Greeting{options_.token, options_.process, options_.incarnation},
        to_string(node_at(job_->spec.cluster, first)),
        [this](const std::string& line) { log(line); }, !journal_);
    set_endpoint_of(process);
  }
  to_flush_.push_back(process);
  return *connection;
}

void NodeProcess::carry(std::uint32_t process, const Parcel& parcel) {
  outbound(process).add(parcel);
}

void NodeProcess::carry(std::uint32_t process, const Parcel& parcel, Transfer transfer) {
  const ClusterSpec& cluster = job_->spec.cluster;
  outbound(process).add(parcel, node_at(cluster, transfer.from), node_at(cluster, transfer.to),
                        std::move(transfer.message), transfer.damage);
}

NodeProcess::NodeContext* NodeProcess::context_of(NodeId node) {
  const ClusterSpec& cluster = job_->spec.cluster;
  const bool exists = node.rank < count_of(cluster, node.role);
  return exists ? contexts_[node_index(cluster, node)].get() : nullptr;
}

std::optional<std::string> NodeProcess::on_parcel(std::uint32_t process, const Parcel& parcel,
                                                  Frame frame, Bytes frame_bytes) {
  if (parcel.kind == Parcel::Kind::kDeparture) {
    running_ ? running_->network.on_parcel(process, parcel, {})
             : early_.push_back({process, parcel, {}});
    return {};
  }
  const ClusterSpec& cluster = job_->spec.cluster;
  if (!context_of(frame.to)) return "expected a message for a node of this process";
  const std::uint32_t from = node_index(cluster, frame.from);
  if (frame.from.rank >= count_of(cluster, frame.from.role) ||
      placement_.process_of(from) != process)
    return "expected a message of a node of process " + std::to_string(process);
  const bool counted = parcel.kind != Parcel::Kind::kOutOfBand;
  Transfer transfer{.from = from,
                    .to = node_index(cluster, frame.to),
                    .message = std::move(frame.message),
                    .size = counted ? frame_bytes : Bytes{}};
  if (running_)
    running_->network.on_parcel(process, parcel, std::move(transfer));
  else
    early_.push_back({process, parcel, std::move(transfer)});
  return {};
}

// From and to which of the nodes of the two processes, the frame does not say any more.
void NodeProcess::on_corrupt_frame(std::uint32_t process, bool closes) {
  if (!running_) return;
  const NodeId from = node_at(job_->spec.cluster, placement_.nodes_of(process).front());
  record(placement_.nodes_of(options_.process).front(), MessageCorrupted{from});
  if (closes) running_->network.forget(process);
}

// --- nodes --------------------------------------------------------------------------------------

void NodeProcess::send(std::uint32_t from, NodeId to, MessagePtr message, Channel channel) {
  Transfer transfer{.from = from,
                    .to = node_index(job_->spec.cluster, to),
                    .message = std::move(message),
                    .size = {}};
  if (channel == Channel::kOutOfBand)
    return running_->network.send_out_of_band(std::move(transfer));
  transfer.size = encoded_size(*transfer.message);
  NodeTotals& totals = contexts_[from]->totals();
  totals.sent = totals.sent + transfer.size;
  ++totals.messages_sent;
  message_totals_.add(*transfer.message, transfer.size);
  if (!running_->link_faults.any()) return running_->network.send(std::move(transfer));
  const LinkFaults::Fate fate =
      running_->link_faults.next(contexts_[from]->id(), to, transfer.size, running_->clock.now());
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    transfer.damage = fate.damage_of(copy);
    if (fate.delay.seconds == 0)
      running_->network.send(transfer);
    else
      schedule_.at(running_->clock.now() + fate.delay,
                   [this, transfer] { running_->network.send(transfer); });
  }
}

void NodeProcess::deliver(Transfer transfer, Time sent) {
  NodeContext& receiver = *contexts_[transfer.to];
  const NodeId from = node_at(job_->spec.cluster, transfer.from);
  ++observed_.events;
  // Within a process there are no bytes to damage.
  if (transfer.damage != 0) return record(transfer.to, MessageCorrupted{from});
  const bool on_network = transfer.size.count > 0;
  if (traces_ && on_network)
    observed_.messages.push_back({.from = from,
                                  .to = receiver.id(),
                                  .sent = sent,
                                  .delivered = running_->clock.now(),
                                  .size = transfer.size,
                                  .type = type_name(*transfer.message),
                                  .request = request_of(*transfer.message)});
  const bool counts = receiver.counts() && !std::holds_alternative<Stop>(*transfer.message);
  if (on_network && counts) {
    receiver.totals().received = receiver.totals().received + transfer.size;
    ++receiver.totals().messages_received;
  }
  receiver.deliver(from, std::move(transfer.message));
}

ComputeId NodeProcess::compute(std::uint32_t node, Work work) {
  const ComputeId id{++works_};
  NodeContext& context = *contexts_[node];
  ++observed_.events;
  if (work.kind == WorkKind::kEvaluate) {  // instrumentation takes no processor
    immediate_.push_back([&context, id, mathematics = std::move(work.mathematics)] {
      if (mathematics) mathematics();
      context.done(id);
    });
    return id;
  }
  const WorkKind kind = work.kind;
  const HostIndex host = placement_.hosts().host_of(node);
  running_->processors[host.value]->submit(
      context.id(), id, std::move(work), [this, &context, id, kind](Time start, Time end) {
        context.totals().busy = context.totals().busy + (end - start);
        if (traces_) observed_.works.push_back({context.id(), start, end, kind});
        context.done(id);
      });
  return id;
}

void NodeProcess::cancel_compute(std::uint32_t node, ComputeId work) {
  NodeContext& context = *contexts_[node];
  const HostIndex host = placement_.hosts().host_of(node);
  if (const auto ran = running_->processors[host.value]->cancel(work))
    context.totals().busy = context.totals().busy + *ran;
}

void NodeProcess::record(std::uint32_t node, const Record& record) {
  // What it is about leaves the process when the handler has returned: later, in any case.
  Observed::Recorded recorded{running_->clock.now(), contexts_[node]->id(), record};
  journal_ ? journal_->add(recorded) : observed_.records.push_back(std::move(recorded));
  // What is written is safe, whatever happens to this process next.
  const bool is_urgent = std::holds_alternative<JobFinished>(record) ||
                         std::holds_alternative<CheckpointPart>(record) ||
                         std::holds_alternative<CheckpointDone>(record);
  if (is_urgent || observed_.records.size() >= kReportRecordsMax)
    asio::post(io_, [this] { report(); });
}

}  // namespace

NodeProcessResult run_node_process(std::shared_ptr<const Job> job,
                                   const NodeProcessOptions& options) {
  try {
    return NodeProcess(std::move(job), options).run();
  } catch (const std::exception& error) {
    return {ProcessEnd::kFailed, error.what()};
  }
}

}  // namespace psgrid::real
