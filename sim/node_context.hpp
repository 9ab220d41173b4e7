// A node's window on the simulated world, and what the simulator knows of the node.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/armed_timers.hpp"
#include "sim/simulation.hpp"

namespace psgrid::sim {

class Simulation::NodeContext final : public Context {
 public:
  NodeContext(Simulation& simulation, std::uint32_t index, NodeId id, HostIndex host)
      : simulation_(simulation), index_(index), host_(host) {
    totals_.node = id;
  }

  Time now() const override { return simulation_.now_; }
  void send(NodeId to, MessagePtr message, Channel channel) override {
    simulation_.send(index_, to, std::move(message), channel);
  }
  TimerId set_timer(Duration after) override {
    const TimerId timer = timers_.next();
    const auto handle = simulation_.agenda_.schedule(
        now() + after, {static_cast<std::uint32_t>(EventKind::kTimer), index_, timer.value});
    timers_.add(timer, handle);
    return timer;
  }
  void cancel_timer(TimerId timer) override {
    std::erase(overdue_, timer);
    if (const auto handle = timers_.take(timer)) simulation_.agenda_.cancel(*handle);
  }
  ComputeId compute(Work work) override { return simulation_.compute(index_, std::move(work)); }
  void cancel_compute(ComputeId work) override { simulation_.cancel_compute(work); }
  Incarnation incarnation() const override { return {totals_.incarnations - 1}; }
  bool begins_with_cluster() const override { return begins_with_cluster_; }
  CheckpointPtr checkpoint() const override { return simulation_.started_from_; }
  RandomStream random(Purpose purpose, std::uint32_t substream) const override {
    return RandomStream(simulation_.job_->spec.seed, totals_.node, purpose, substream);
  }
  void record(const Record& record) override {
    if (std::holds_alternative<JobFinished>(record)) simulation_.finished_ = true;
    CheckpointPtr complete;
    if (const auto* part = std::get_if<CheckpointPart>(&record))
      complete = simulation_.checkpoints_.add(now(), *part);
    if (const auto* done = std::get_if<CheckpointDone>(&record))
      complete = simulation_.checkpoints_.add(now(), *done);
    if (complete) simulation_.observer_.on_checkpoint(complete);
    simulation_.observer_.on_record(now(), totals_.node, record);
  }

  NodeId id() const { return totals_.node; }
  HostIndex host() const { return host_; }
  Node& node() { return *node_; }
  NodeTotals& totals() { return totals_; }
  void start(std::unique_ptr<Node> node, bool remembers) {
    node_ = std::move(node);
    if (remembers && memory_) node_->recall(*memory_);
    memory_.reset();
    node_->on_start();
  }
  void deliver(NodeId from, const MessagePtr& message) {
    if (is_paused())
      defer([this, from, message] { node_->on_message(from, message); });
    else
      node_->on_message(from, message);
  }

  // A node that has crashed, or has not been started yet, is not up.
  bool is_up() const { return node_ != nullptr; }
  // keeps: what it has is there again when it is restarted so.
  void crash(bool keeps) {
    memory_.reset();
    if (keeps) memory_ = node_->memory();
    timers_.take_all([this](Agenda::Handle handle) { simulation_.agenda_.cancel(handle); });
    deferred_.clear();
    overdue_.clear();
    paused_ = false;
    node_.reset();
  }

  // What happens to a paused node happens once it goes on.
  bool is_paused() const { return paused_; }
  void pause() { paused_ = is_up(); }
  void leave() {
    if (is_paused())
      defer([this] { node_->on_leave(); });
    else
      node_->on_leave();
  }
  // One more time; alone or as part of the cluster.
  void count_start(bool with_cluster) {
    ++totals_.incarnations;
    begins_with_cluster_ = with_cluster;
  }
  void defer(std::function<void()> event) { deferred_.push_back(std::move(event)); }
  std::vector<std::function<void()>> resume() {
    paused_ = false;
    return std::exchange(deferred_, {});
  }

  void fire(TimerId timer) {
    timers_.take(timer);
    if (!is_paused()) return node_->on_timer(timer);
    overdue_.push_back(timer);
    defer([this, timer] {
      if (std::erase(overdue_, timer) > 0) node_->on_timer(timer);
    });
  }

 private:
  Simulation& simulation_;
  const std::uint32_t index_;
  const HostIndex host_;
  std::unique_ptr<Node> node_;
  std::optional<Memory> memory_;  // of one that has crashed
  NodeTotals totals_;
  ArmedTimers<Agenda::Handle> timers_;
  bool begins_with_cluster_ = true;
  bool paused_ = false;
  std::vector<std::function<void()>> deferred_;
  std::vector<TimerId> overdue_;  // in deferred_ and not cancelled since
};

}  // namespace psgrid::sim
