// What is done to real processes and connections when the scenario says so. Slow nodes and the fate
// of single messages are up to the processes themselves.
#include <csignal>
#include <limits>
#include <set>
#include <utility>

#include "real/socket_run.hpp"

namespace psgrid::real {

void SocketRun::schedule_faults() {
  for (const FaultSpec& fault : job_->spec.faults) {
    wait_for({fault.at}, [this, &fault] { begin_fault(fault); });
    if (fault.until < std::numeric_limits<double>::infinity())
      wait_for({fault.until}, [this, &fault] { end_fault(fault); });
  }
}

void SocketRun::wait_for(Time at, std::function<void()> action) {
  ++faults_to_come_;
  auto& timer = *fault_timers_.emplace_back(std::make_unique<asio::steady_timer>(io_));
  timer.expires_after(std::chrono::nanoseconds(
      static_cast<std::int64_t>(std::min((at - clock_->now()).seconds, 1e9) * 1e9)));
  timer.async_wait([this, at, action = std::move(action)](std::error_code cancelled) {
    --faults_to_come_;
    const Duration late = now() - at;
    if (job_->spec.audited && 2 * late.seconds > job_->spec.detection.heartbeat.seconds)
      time_line_.add({now(), manager_id(0), Stalled{late}});
    if (!cancelled && phase_ == Phase::kRunning) action();
  });
}

void SocketRun::tell(const FaultSpec& fault, NodeId node) {
  time_line_.add({now(), node, Event{fault_name(fault), fault_detail(fault)}});
}

void SocketRun::begin_fault(const FaultSpec& fault) {
  if (is_of_links(fault.kind)) {
    tell(fault, {fault.nodes.front().role, fault.nodes.front().first});
    if (fault.kind == FaultKind::kReset) reset_links(fault);
    return;
  }
  if (is_of_cluster(fault.kind)) return lose_cluster(fault);
  if (restarting_) return;
  std::set<std::uint32_t> processes;
  std::vector<NodeId> nodes;
  for (NodeId node : nodes_of(fault.nodes)) {
    const std::uint32_t process = placement_.process_of(node_index(job_->spec.cluster, node));
    if (members_[process].down != (fault.kind == FaultKind::kRestart)) continue;
    nodes.push_back(node);
    processes.insert(process);
  }
  // What a node does before it is gone happens before it is, and what it does once it is there
  // again, after that.
  const bool ends = fault.kind == FaultKind::kCrash || fault.kind == FaultKind::kPause;
  if (!ends)
    for (NodeId node : nodes) tell(fault, node);
  for (std::uint32_t process : processes) begin_fault_of(process, fault.kind);
  if (ends)
    for (NodeId node : nodes) tell(fault, node);
}

void SocketRun::begin_fault_of(std::uint32_t process, FaultKind kind) {
  Member& member = members_[process];
  switch (kind) {
    case FaultKind::kCrash:
      member.down = true;
      if (keeps_memory(process)) {
        member.surrenders = true;
        member.channel->send(Surrender{});
        if (member.paused) let_go_on(process);
      } else {
        kill(process);
      }
      break;
    case FaultKind::kRestart:
      member.surrenders ? void(member.to_be_started = true) : restart(process);
      break;
    case FaultKind::kPause:
      member.paused = true;
      children_.signal(process, SIGSTOP);
      break;
    case FaultKind::kResume:
      let_go_on(process);
      break;
    default:
      break;
  }
}

bool SocketRun::keeps_memory(std::uint32_t process) const {
  for (std::uint32_t node : placement_.nodes_of(process))
    if (psgrid::keeps_memory(job_->spec.faults, node_at(job_->spec.cluster, node), now().seconds))
      return members_[process].channel != nullptr;
  return false;
}

void SocketRun::kill(std::uint32_t process) {
  Member& member = members_[process];
  member.paused = member.surrenders = false;
  children_.signal(process, SIGKILL);
  if (member.journal) {
    children_.wait_for(process);
    take(process, {});
  }
  time_line_.end(process);
  if (std::exchange(member.to_be_started, false)) restart(process);
}

void SocketRun::restart(std::uint32_t process) {
  children_.wait_for(process);
  start_child(process, false);
}

// What they have said before is read before others are started in their place: it may make a
// checkpoint complete.
void SocketRun::lose_cluster(const FaultSpec& fault) {
  restarting_ = true;
  all_ended_ = false;
  const bool lasts = fault.until < std::numeric_limits<double>::infinity();
  down_until_ = std::max(down_until_, Time{lasts ? fault.until : fault.at});
  time_line_.add({now(), manager_id(0), Event{fault_name(fault), "all processes are ended"}});
  for (std::uint32_t process = 0; process < members_.size(); ++process) {
    Member& member = members_[process];
    member.down = true;
    member.paused = member.surrenders = member.to_be_started = false;
    member.kept.clear();
    children_.signal(process, SIGKILL);
  }
  for (std::uint32_t process = 0; process < members_.size(); ++process) children_.wait_for(process);
  start_cluster_if_due();
}

void SocketRun::start_cluster_if_due() {
  const auto ended = [](const Member& member) { return member.channel == nullptr; };
  if (all_ended_ || now() < down_until_ || !std::all_of(members_.begin(), members_.end(), ended))
    return;
  all_ended_ = true;
  checkpoints_.forget_unfinished();
  started_from_ = checkpoints_.last();
  time_line_.add({now(), manager_id(0),
                  ClusterRestarted{started_from_ ? started_from_->clocks : std::vector<Clock>{}}});
  for (std::uint32_t process = 0; process < members_.size(); ++process) {
    time_line_.end(process);
    start_child(process, true);
  }
}

void SocketRun::end_fault(const FaultSpec& fault) {
  if (is_of_cluster(fault.kind) && restarting_) return start_cluster_if_due();
  if (fault.kind != FaultKind::kPause) return;
  for (NodeId node : nodes_of(fault.nodes)) {
    const std::uint32_t process = placement_.process_of(node_index(job_->spec.cluster, node));
    if (!members_[process].paused) continue;
    time_line_.add({now(), node, Event{"resume", ""}});
    let_go_on(process);
  }
}

void SocketRun::let_go_on(std::uint32_t process) {
  members_[process].paused = false;
  children_.signal(process, SIGCONT);
}

void SocketRun::reset_links(const FaultSpec& fault) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> links;
  const ClusterSpec& cluster = job_->spec.cluster;
  for (std::uint32_t from = 0; from < cluster.nodes(); ++from)
    for (std::uint32_t to = 0; to < cluster.nodes(); ++to)
      if (is_between(fault, node_at(cluster, from), node_at(cluster, to)))
        links.emplace(placement_.process_of(from), placement_.process_of(to));
  for (const auto& [from, to] : links) {
    if (from == to) continue;
    for (std::uint32_t end : {from, to})
      if (members_[end].channel) members_[end].channel->send(ResetLink{from, to});
  }
}

void SocketRun::on_restarted(std::uint32_t process) {
  Member& member = members_[process];
  begin_.peers[process] = member.address;
  if (restarting_) {
    const auto there = [](const Member& each) { return each.channel != nullptr; };
    if (!all_ended_ || !std::all_of(members_.begin(), members_.end(), there)) return;
    restarting_ = false;
    begin_.sent = WallTime::now();
    for (Member& each : members_) {
      each.down = false;
      each.channel->send(begin_);
    }
    return;
  }
  member.down = false;
  for (std::uint32_t other = 0; other < members_.size(); ++other)
    if (other != process && members_[other].channel)
      members_[other].channel->send(PeerRestarted{process, member.address});
  begin_.sent = WallTime::now();
  member.channel->send(begin_);
}

}  // namespace psgrid::real
