// What the simulator does to nodes and links when the scenario says so.
#include <algorithm>
#include <functional>
#include <limits>

#include "sim/node_context.hpp"
#include "sim/simulation.hpp"

namespace psgrid::sim {

void Simulation::schedule_faults() {
  const std::vector<FaultSpec>& faults = job_->spec.faults;
  for (std::uint32_t i = 0; i < faults.size(); ++i) {
    schedule({faults[i].at}, EventKind::kFault, i);
    if (faults[i].until < std::numeric_limits<double>::infinity())
      schedule({faults[i].until}, EventKind::kFaultEnd, i);
  }
}

void Simulation::begin_fault(const FaultSpec& fault) {
  const auto tell = [&](NodeId node) {
    observer_.on_record(now_, node, Event{fault_name(fault), fault_detail(fault)});
  };
  if (is_of_links(fault.kind)) tell({fault.nodes.front().role, fault.nodes.front().first});
  if (fault.kind == FaultKind::kReset)
    lose_messages([&](const Envelope& envelope) {
      const NodeId from = contexts_[envelope.from]->id(), to = contexts_[envelope.to]->id();
      return is_between(fault, from, to);
    });
  if (is_of_links(fault.kind)) return;
  if (is_of_cluster(fault.kind)) return lose_cluster(fault);
  for (NodeId id : nodes_of(fault.nodes)) {
    const std::uint32_t node = node_index(job_->spec.cluster, id);
    NodeContext& context = *contexts_[node];
    const bool starts = fault.kind == FaultKind::kRestart || fault.kind == FaultKind::kJoin;
    if (context.is_up() == starts) continue;
    tell(id);
    switch (fault.kind) {
      case FaultKind::kCrash:
        crash(node);
        break;
      case FaultKind::kRestart:
        context.count_start(false);
        schedule(now_, EventKind::kStart, node, fault.memory_kept);
        break;
      case FaultKind::kJoin:
        schedule(now_, EventKind::kStart, node);
        break;
      case FaultKind::kLeave:
        context.leave();
        break;
      case FaultKind::kPause:
        context.pause();
        break;
      case FaultKind::kResume:
        resume(node);
        break;
      default:
        break;
    }
  }
}

// Down for a while, or started at once.
void Simulation::lose_cluster(const FaultSpec& fault) {
  observer_.on_record(now_, manager_id(0),
                      Event{fault_name(fault), "from " + psgrid::describe(checkpoints_.last())});
  for (std::uint32_t node = 0; node < contexts_.size(); ++node) {
    forget_works_of(node);
    if (contexts_[node]->is_up()) contexts_[node]->crash(false);
  }
  lose_messages([](const Envelope&) { return true; });
  for (Processor& processor : processors_) {
    if (processor.waiting) {
      free_work_.insert(free_work_.end(), processor.waiting->begin(), processor.waiting->end());
      processor.waiting->clear();
    }
    processor.busy = 0;
  }
  for (WorkItem& item : work_) item.cut_short = true;
  checkpoints_.forget_unfinished();
  const bool lasts = fault.until < std::numeric_limits<double>::infinity();
  cluster_down_until_ = std::max(cluster_down_until_, Time{lasts ? fault.until : fault.at});
  if (!lasts && cluster_down_until_ <= now_) start_cluster();
}

void Simulation::start_cluster() {
  started_from_ = checkpoints_.last();
  observer_.on_record(
      now_, manager_id(0),
      ClusterRestarted{started_from_ ? started_from_->clocks : std::vector<Clock>{}});
  for (std::uint32_t node = 0; node < contexts_.size(); ++node) {
    contexts_[node]->count_start(true);
    schedule(now_, EventKind::kStart, node);
  }
}

void Simulation::end_fault(const FaultSpec& fault) {
  if (is_of_cluster(fault.kind) && now_ >= cluster_down_until_) return start_cluster();
  if (fault.kind != FaultKind::kPause) return;
  for (NodeId id : nodes_of(fault.nodes)) {
    const std::uint32_t node = node_index(job_->spec.cluster, id);
    if (!contexts_[node]->is_paused()) continue;
    observer_.on_record(now_, id, Event{"resume", ""});
    resume(node);
  }
}

void Simulation::crash(std::uint32_t node) {
  forget_works_of(node);
  contexts_[node]->crash(keeps_memory(job_->spec.faults, contexts_[node]->id(), now_.seconds));
  lose_messages(
      [&](const Envelope& envelope) { return envelope.from == node || envelope.to == node; });
}

void Simulation::lose_messages(const std::function<bool(const Envelope&)>& lost) {
  for (Envelope& envelope : envelopes_)
    if (envelope.message && lost(envelope)) envelope.message.reset();
}

// Work in a processor ends when it would have ended, so that others on the host are served as
// before; but nobody is told.
void Simulation::forget_works_of(std::uint32_t node) {
  for (WorkItem& item : work_) {
    if (item.node != node || item.forgotten) continue;
    if (item.task) math_.finish(item.task);
    item.task = nullptr;
    item.forgotten = true;
  }
}

void Simulation::resume(std::uint32_t node) {
  NodeContext& context = *contexts_[node];
  for (const auto& event : context.resume()) event();
}

}  // namespace psgrid::sim
