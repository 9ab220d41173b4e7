// A world that a test writes: nothing happens to a node but what the test says, and everything that
// the node does comes back as text, one line an effect, in order.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/job.hpp"
#include "model/node.hpp"

namespace psgrid::testing {

using Effects = std::vector<std::string>;

class ScriptedContext final : public Context {
 public:
  explicit ScriptedContext(NodeId self) : self_(self) {}

  // What the node did since the last call:
  //   "to server[0]: pull 1 ..."           "to server[0] out of band: snapshot_request 1"
  //   "timer 2 in 0.5"  "no timer 2"       "compute 3: apply 100"  (kind and operations)
  //   "iteration 4 wait 0 staleness 1"     "applied worker[1] iteration 4 staleness 2 in 1 clocks"
  //   "evaluated 2 loss 0.5"               "event join: ..."           "finished"
  Effects take_effects() { return std::exchange(effects_, {}); }

  void set_time(Time now) { now_ = now; }

  // The armed timer that comes first, if any comes up to `until`; it is disarmed.
  std::optional<std::pair<Time, TimerId>> take_timer(Time until);

  // Runs the mathematics of work that the node has handed over; it is done then.
  void work(ComputeId work);

  Time now() const override { return now_; }
  void send(NodeId to, MessagePtr message, Channel channel) override;
  TimerId set_timer(Duration after) override;
  void cancel_timer(TimerId timer) override;
  ComputeId compute(Work work) override;
  void cancel_compute(ComputeId work) override;
  Incarnation incarnation() const override { return {}; }
  RandomStream random(Purpose purpose, std::uint32_t substream) const override {
    return RandomStream(1, self_, purpose, substream);
  }
  void record(const Record& record) override;

 private:
  const NodeId self_;
  Time now_;
  Effects effects_;
  std::map<TimerId, Time> timers_;
  std::map<ComputeId, Work> work_;
  std::uint64_t timers_set_ = 0, works_ = 0;
};

// A node of a job in a world of its own. Every verb returns what the node did.
class ScriptedNode {
 public:
  ScriptedNode(std::shared_ptr<const Job> job, NodeId self)
      : context_(self), node_(make_node(std::move(job), self, context_)) {}

  Effects start();
  Effects receive(NodeId from, const Message& message);
  Effects receive(NodeId from, const MessagePtr& message);
  Effects advance_to(double seconds);  // fires timers on the way
  Effects finish(std::uint64_t compute);

 private:
  ScriptedContext context_;
  std::unique_ptr<Node> node_;
};

// The view that a manager would make for a job: all servers, all workers, epoch 1.
ViewPtr view_of(const Job& job);

}  // namespace psgrid::testing
