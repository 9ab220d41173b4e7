// The simulator: hosts the nodes of a job on simulated machines and a simulated network.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "model/job.hpp"
#include "model/link_faults.hpp"
#include "model/message_totals.hpp"
#include "model/run_observer.hpp"
#include "model/stragglers/straggler_set.hpp"
#include "sim/agenda.hpp"
#include "sim/math_pool.hpp"
#include "sim/transport/transport.hpp"

namespace psgrid::sim {

struct SimulationOptions {
  unsigned math_threads = 0;      // besides the simulation's own
  bool checked_messages = false;  // pass every message through the codec
  // Called every few thousand events; false interrupts the run.
  std::function<bool(Time now, std::uint64_t events)> keep_going;
};

enum class SimulationEnd { kJobFinished, kInterrupted, kStuck };

// One per process (SimGrid has one engine per process): runs side by side are forked children.
class Simulation final : private TransportUser {
 public:
  // Throws PlatformFailure. The observer is told everything while run() runs.
  Simulation(std::shared_ptr<const Job> job, RunObserver& observer, SimulationOptions options);
  ~Simulation() override;

  // kStuck: nothing was left to do, but the job had not ended.
  SimulationEnd run();

  Time now() const { return now_; }
  std::uint64_t events() const { return events_; }

 private:
  class NodeContext;
  enum class EventKind : std::uint32_t {
    kStart,
    kTimer,
    kWorkDone,
    kLocalArrival,
    kOutOfBand,
    kDeparture,  // of a message that a link fault has held back
    kFault,
    kFaultEnd
  };

  // A message under way; lost if there is none in it.
  struct Envelope {
    std::uint32_t from = 0, to = 0;  // node indices
    MessagePtr message;
    Bytes size;
    Time sent;
    std::uint64_t damage = 0;  // link_faults.hpp; 0: none
  };
  // Work in a processor or in line for it. Servers may have one for every worker: kept small.
  struct WorkItem {
    double flops = 0;
    std::uint64_t index = 0;
    Time started;
    MathPool::TaskPtr task;  // null without mathematics
    Agenda::Handle done;     // once it has begun
    std::uint32_t node = 0;
    WorkKind kind = WorkKind::kGradient;
    bool begun = false;
    bool forgotten = false;        // its node has crashed, or does not want it any more
    bool cut_short = false;        // with all others: the processor is free since
    std::uint16_t generation = 0;  // of this number: a paused node hears late that work is done
  };
  static ComputeId id_of(std::uint32_t number, const WorkItem& item) {
    return {std::uint64_t{item.generation} << 32 | number};
  }
  // A host's cores, first come, first served.
  struct Processor {
    std::uint32_t cores = 1;
    std::uint32_t busy = 0;
    double flops = 0;
    std::unique_ptr<std::deque<std::uint32_t>> waiting;  // work numbers; made when first needed
  };

  bool on_event(Time now) override;
  bool on_arrival(Time now, TransferId transfer) override;
  bool end_of_event();
  void dispatch(const Agenda::Event& event);
  void deliver(std::uint32_t envelope);
  void refuse_damaged(const Envelope& envelope);
  void deliver_out_of_band(std::uint32_t envelope);
  void finish_work(std::uint32_t number);
  void begin_work(std::uint32_t number);
  void report_totals();
  std::uint64_t messages_in_flight() const;

  void send(std::uint32_t from, NodeId to, MessagePtr message, Channel channel);
  void post(Envelope envelope, Channel channel, Duration held_back);
  void depart(std::uint32_t envelope);
  ComputeId compute(std::uint32_t node, Work work);
  void cancel_compute(ComputeId work);
  // Faults (simulation_faults.cpp).
  void schedule_faults();
  void begin_fault(const FaultSpec& fault);
  void end_fault(const FaultSpec& fault);
  void crash(std::uint32_t node);
  void lose_cluster(const FaultSpec& fault);
  void start_cluster();
  void forget_works_of(std::uint32_t node);
  void lose_messages(const std::function<bool(const Envelope&)>& lost);
  void resume(std::uint32_t node);

  Agenda::Handle schedule(Time at, EventKind kind, std::uint32_t subject, std::uint64_t detail = 0);

  const std::shared_ptr<const Job> job_;
  RunObserver& observer_;
  const SimulationOptions options_;
  const bool traces_;
  StragglerSet stragglers_;
  LinkFaults link_faults_;
  std::unique_ptr<Transport> transport_;
  Agenda agenda_;
  Time now_;
  std::uint64_t events_ = 0;
  bool finished_ = false, interrupted_ = false;

  CheckpointCollector checkpoints_;
  CheckpointPtr started_from_;  // by the cluster as a whole
  Time cluster_down_until_;

  std::vector<std::unique_ptr<NodeContext>> contexts_;  // by node index
  std::vector<Processor> processors_;                   // by host index

  // Events of this very instant that come before all scheduled ones.
  std::deque<Agenda::Event> immediate_;

  MessageTotals message_totals_;
  MessageFates fates_;
  std::deque<Envelope> envelopes_;  // grows without copying
  std::vector<std::uint32_t> free_envelopes_;
  std::deque<WorkItem> work_;  // likewise
  std::vector<std::uint32_t> free_work_;
  MathPool math_;  // last, so that its threads end before the nodes they work for
};

}  // namespace psgrid::sim
