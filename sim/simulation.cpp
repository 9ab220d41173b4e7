#include "sim/simulation.hpp"

#include <algorithm>
#include <limits>

#include "model/check.hpp"
#include "model/codec.hpp"
#include "sim/node_context.hpp"

namespace psgrid::sim {

namespace {

// Below this many operations handing mathematics to a thread costs more than doing it.
constexpr double kThreadFlopsMin = 50e3;

constexpr std::uint64_t kEventsBetweenChecks = 256;

}  // namespace

Simulation::Simulation(std::shared_ptr<const Job> job, RunObserver& observer,
                       SimulationOptions options)
    : job_(std::move(job)),
      observer_(observer),
      options_(std::move(options)),
      traces_(observer.wants_traces()),
      stragglers_(with_slow_faults(job_->spec.stragglers, job_->spec.faults), job_->spec.seed),
      link_faults_(job_->spec.faults, job_->spec.seed),
      transport_(make_transport(job_->spec.cluster)),
      checkpoints_(job_->resumed),
      started_from_(job_->resumed),
      math_(job_->timing_only ? 0 : options_.math_threads) {
  const ClusterSpec& cluster = job_->spec.cluster;
  const HostLayout& layout = transport_->layout();
  for (const HostPlan& host : layout.hosts())
    processors_.push_back(
        {.cores = host.cores, .busy = 0, .flops = host.flops, .waiting = nullptr});
  contexts_.reserve(cluster.nodes());
  for (std::uint32_t index = 0; index < cluster.nodes(); ++index)
    contexts_.push_back(std::make_unique<NodeContext>(*this, index, node_at(cluster, index),
                                                      layout.host_of(index)));
}

Simulation::~Simulation() = default;

SimulationEnd Simulation::run() {
  for (std::uint32_t index = 0; index < contexts_.size(); ++index)
    if (!joins_later(job_->spec.faults, contexts_[index]->id()))
      schedule(now_, EventKind::kStart, index);
  schedule_faults();
  transport_->run(agenda_, *this);
  report_totals();
  if (finished_) return SimulationEnd::kJobFinished;
  return interrupted_ ? SimulationEnd::kInterrupted : SimulationEnd::kStuck;
}

void Simulation::report_totals() {
  std::vector<NodeTotals> totals;
  totals.reserve(contexts_.size());
  for (const auto& context : contexts_) {
    totals.push_back(context->totals());
    totals.back().host = transport_->layout().host(context->host()).name;
  }
  observer_.on_message_totals(message_totals_.list());
  fates_.in_flight = messages_in_flight();
  observer_.on_message_fates(fates_);
  observer_.on_totals(now_, totals);
}

// Those of the nodes: what goes out of band has no size.
std::uint64_t Simulation::messages_in_flight() const {
  std::vector<bool> is_used(envelopes_.size(), true);
  for (std::uint32_t number : free_envelopes_) is_used[number] = false;
  std::uint64_t count = 0;
  for (std::size_t number = 0; number < envelopes_.size(); ++number)
    count += is_used[number] && envelopes_[number].size > Bytes{};
  return count;
}

// --- events -----------------------------------------------------------------------------------

Agenda::Handle Simulation::schedule(Time at, EventKind kind, std::uint32_t subject,
                                    std::uint64_t detail) {
  return agenda_.schedule(at, {static_cast<std::uint32_t>(kind), subject, detail});
}

bool Simulation::on_event(Time now) {
  now_ = now;
  dispatch(agenda_.take());
  return end_of_event();
}

bool Simulation::on_arrival(Time now, TransferId transfer) {
  now_ = now;
  deliver(transfer);
  return end_of_event();
}

bool Simulation::end_of_event() {
  while (!immediate_.empty()) {
    const Agenda::Event event = immediate_.front();
    immediate_.pop_front();
    dispatch(event);
  }
  if (++events_ % kEventsBetweenChecks == 0 && options_.keep_going &&
      !options_.keep_going(now_, events_))
    interrupted_ = true;
  return !finished_ && !interrupted_;
}

void Simulation::dispatch(const Agenda::Event& event) {
  switch (static_cast<EventKind>(event.kind)) {
    case EventKind::kStart: {
      NodeContext& context = *contexts_[event.subject];
      if (context.is_up()) return;
      return context.start(make_node(job_, context.id(), context), event.detail != 0);
    }
    case EventKind::kTimer:
      return contexts_[event.subject]->fire({event.detail});
    case EventKind::kWorkDone:
      return finish_work(event.subject);
    case EventKind::kLocalArrival:
      return deliver(event.subject);
    case EventKind::kOutOfBand:
      return deliver_out_of_band(event.subject);
    case EventKind::kDeparture:
      return depart(event.subject);
    case EventKind::kFault:
      return begin_fault(job_->spec.faults[event.subject]);
    case EventKind::kFaultEnd:
      return end_fault(job_->spec.faults[event.subject]);
  }
}

// --- messages ---------------------------------------------------------------------------------

void Simulation::send(std::uint32_t from, NodeId to, MessagePtr message, Channel channel) {
  Envelope envelope{.from = from,
                    .to = node_index(job_->spec.cluster, to),
                    .message = std::move(message),
                    .size = {},
                    .sent = now_};
  if (channel == Channel::kOutOfBand) return post(std::move(envelope), channel, {});
  NodeContext& sender = *contexts_[from];
  envelope.size = encoded_size(*envelope.message);
  sender.totals().sent = sender.totals().sent + envelope.size;
  ++sender.totals().messages_sent;
  message_totals_.add(*envelope.message, envelope.size);
  ++fates_.sent;
  if (!link_faults_.any()) return post(std::move(envelope), channel, {});
  const LinkFaults::Fate fate = link_faults_.next(sender.id(), to, envelope.size, now_);
  if (fate.copies == 0) ++fates_.dropped;
  for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
    fates_.duplicated += copy > 0;
    envelope.damage = fate.damage_of(copy);
    post(envelope, channel, fate.delay);
  }
}

void Simulation::post(Envelope envelope, Channel channel, Duration held_back) {
  std::uint32_t number;
  if (free_envelopes_.empty()) {
    number = static_cast<std::uint32_t>(envelopes_.size());
    envelopes_.push_back(std::move(envelope));
  } else {
    number = free_envelopes_.back();
    free_envelopes_.pop_back();
    envelopes_[number] = std::move(envelope);
  }
  if (channel == Channel::kOutOfBand)
    immediate_.push_back({static_cast<std::uint32_t>(EventKind::kOutOfBand), number, 0});
  else if (held_back.seconds > 0)
    schedule(now_ + held_back, EventKind::kDeparture, number);
  else
    depart(number);
}

void Simulation::depart(std::uint32_t number) {
  const Envelope& envelope = envelopes_[number];
  const HostIndex from_host = contexts_[envelope.from]->host();
  const HostIndex to_host = contexts_[envelope.to]->host();
  if (from_host == to_host)
    schedule(now_ + loopback_duration(envelope.size), EventKind::kLocalArrival, number);
  else
    transport_->send(now_, from_host, to_host, envelope.size, number);
}

void Simulation::deliver(std::uint32_t number) {
  const Envelope envelope = std::move(envelopes_[number]);
  free_envelopes_.push_back(number);
  NodeContext& receiver = *contexts_[envelope.to];
  NodeContext& sender = *contexts_[envelope.from];
  if (!envelope.message || !receiver.is_up()) {
    ++fates_.dropped;
    return;
  }
  if (envelope.damage != 0) return refuse_damaged(envelope);
  ++fates_.delivered;
  receiver.totals().received = receiver.totals().received + envelope.size;
  ++receiver.totals().messages_received;
  if (traces_)
    observer_.on_message({.from = sender.id(),
                          .to = receiver.id(),
                          .sent = envelope.sent,
                          .delivered = now_,
                          .size = envelope.size,
                          .type = type_name(*envelope.message),
                          .request = request_of(*envelope.message)});
  if (!options_.checked_messages) return receiver.deliver(sender.id(), envelope.message);

  std::vector<std::byte> frame;
  encode(sender.id(), receiver.id(), *envelope.message, frame);
  PSGRID_CHECK(frame.size() == envelope.size.count, "the size that was charged for");
  const auto decoded = decode(frame);
  PSGRID_CHECK(std::holds_alternative<Frame>(decoded), "a message that survives the wire");
  receiver.deliver(sender.id(), std::get<Frame>(decoded).message);
}

void Simulation::refuse_damaged(const Envelope& envelope) {
  const NodeId from = contexts_[envelope.from]->id(), to = contexts_[envelope.to]->id();
  if (options_.checked_messages) {
    std::vector<std::byte> frame;
    encode(from, to, *envelope.message, frame);
    damage(frame, envelope.damage);
    PSGRID_CHECK(std::holds_alternative<DecodeError>(decode(frame)), "a damaged frame refused");
  }
  ++fates_.dropped;
  observer_.on_record(now_, to, MessageCorrupted{from});
}

void Simulation::deliver_out_of_band(std::uint32_t number) {
  const Envelope envelope = std::move(envelopes_[number]);
  free_envelopes_.push_back(number);
  if (envelope.message && contexts_[envelope.to]->is_up())
    contexts_[envelope.to]->deliver(contexts_[envelope.from]->id(), envelope.message);
}

// --- work -------------------------------------------------------------------------------------

ComputeId Simulation::compute(std::uint32_t node, Work work) {
  std::uint32_t number;
  if (free_work_.empty()) {
    number = static_cast<std::uint32_t>(work_.size());
    work_.emplace_back();
  } else {
    number = free_work_.back();
    free_work_.pop_back();
  }
  // Instrumentation takes no processor and no time.
  const bool immediate = work.kind == WorkKind::kEvaluate;
  WorkItem& item = work_[number];
  item = {.flops = work.flops,
          .index = work.index,
          .started = now_,
          .task = nullptr,
          .done = {},
          .node = node,
          .kind = work.kind,
          .generation = static_cast<std::uint16_t>(item.generation + 1)};
  if (work.mathematics) item.task = std::make_shared<MathPool::Task>(std::move(work.mathematics));
  Processor& processor = processors_[contexts_[node]->host().value];
  if (immediate) {
    immediate_.push_back({static_cast<std::uint32_t>(EventKind::kWorkDone), number, 0});
  } else if (processor.busy < processor.cores) {
    ++processor.busy;
    begin_work(number);
  } else {
    if (!processor.waiting) processor.waiting = std::make_unique<std::deque<std::uint32_t>>();
    processor.waiting->push_back(number);
  }
  return id_of(number, item);
}

void Simulation::begin_work(std::uint32_t number) {
  WorkItem& item = work_[number];
  NodeContext& context = *contexts_[item.node];
  const Duration nominal{item.flops / processors_[context.host().value].flops};
  const Duration duration = stragglers_.stretched(context.id(), item.index, now_, nominal);
  item.started = now_;
  if (item.task && item.flops >= kThreadFlopsMin) math_.submit(item.task);
  item.begun = true;
  item.done = schedule(now_ + duration, EventKind::kWorkDone, number);
}

void Simulation::cancel_compute(ComputeId work) {
  const auto number = static_cast<std::uint32_t>(work.value);
  if (number >= work_.size()) return;
  WorkItem& item = work_[number];
  if (id_of(number, item) != work || item.forgotten) return;
  Processor& processor = processors_[contexts_[item.node]->host().value];
  if (item.begun ? !agenda_.cancel(item.done) : std::erase(*processor.waiting, number) == 0) return;
  if (item.task) math_.abandon(item.task);
  item.task = nullptr;
  item.forgotten = true;
  if (item.begun)
    finish_work(number);
  else
    free_work_.push_back(number);
}

void Simulation::finish_work(std::uint32_t number) {
  WorkItem item = std::move(work_[number]);
  free_work_.push_back(number);
  if (item.cut_short) return;
  NodeContext& context = *contexts_[item.node];
  if (item.kind != WorkKind::kEvaluate) {
    context.totals().busy = context.totals().busy + (now_ - item.started);
    Processor& processor = processors_[context.host().value];
    if (processor.waiting && !processor.waiting->empty()) {
      const std::uint32_t next = processor.waiting->front();
      processor.waiting->pop_front();
      begin_work(next);
    } else {
      --processor.busy;
    }
    if (traces_) observer_.on_work({context.id(), item.started, now_, item.kind});
  }
  if (item.forgotten) return;
  if (item.task) math_.finish(item.task);
  const ComputeId id = id_of(number, item);
  if (context.is_paused())
    context.defer([&context, id] { context.node().on_compute_done(id); });
  else
    context.node().on_compute_done(id);
}

}  // namespace psgrid::sim
