// A whole cluster in memory, on a network that loses, repeats, delays and reorders messages.
//
// Real nodes in virtual time; every message passes through the codec. What happens is a function
// of the job and the faults' seed: the fate of the n-th message from one node to another depends on
// nothing else. Computation takes its operations over the nominal speed, times a random factor.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "model/job.hpp"
#include "model/node.hpp"

namespace psgrid::testing {

struct NetworkFaults {
  std::uint64_t seed = 1;
  double loss = 0;               // probability that a message never arrives
  double duplication = 0;        // probability that it arrives twice
  Duration delay_min{0.001};     // delays are uniform, so messages overtake each other
  Duration delay_max{0.1};
  Duration duplicate_delay{1};   // the second copy comes up to so much later
  double compute_spread = 1;     // a computation takes up to 1 + this times its nominal duration
};

class LossyCluster {
 public:
  struct Sent {
    Time at;
    NodeId from, to;
    MessagePtr message;
  };
  struct Recorded {
    Time at;
    NodeId node;
    Record record;
  };

  LossyCluster(std::shared_ptr<const Job> job, NetworkFaults faults);
  ~LossyCluster();

  // Until the manager ends the job. False if that does not happen in `limit` of virtual time, or if
  // there is nothing left that could happen.
  bool run_to_end(Duration limit = {100'000});

  // Goes on until no message is under way and no timer armed. False after `limit`.
  bool run_until_quiet(Duration limit = {100'000});

  // Every record and every message sent over the network (whether or not it arrived) so far.
  const std::vector<Recorded>& records() const { return records_; }
  const std::vector<Sent>& sent() const { return sent_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t repeated() const { return repeated_; }

  // The records of one kind.
  template <class T>
  std::vector<T> all() const {
    std::vector<T> result;
    for (const Recorded& each : records_)
      if (const T* record = std::get_if<T>(&each.record)) result.push_back(*record);
    return result;
  }

 private:
  class NodeContext;
  struct Event {
    Time at;
    std::uint64_t number = 0;
    std::function<void()> happen;
    bool operator<(const Event& other) const {  // the first is the largest: for a priority queue
      return std::pair(at, number) > std::pair(other.at, other.number);
    }
  };

  bool step(Time limit);
  void schedule(Time at, std::function<void()> happen);
  void send(NodeId from, NodeId to, MessagePtr message, Channel channel);
  void deliver(NodeId from, NodeId to, const MessagePtr& message);
  double chance(NodeId from, NodeId to, std::uint64_t message, std::uint32_t question) const;

  const std::shared_ptr<const Job> job_;
  const NetworkFaults faults_;
  Time now_;
  std::uint64_t scheduled_ = 0;
  std::priority_queue<Event> events_;
  std::map<NodeId, std::unique_ptr<NodeContext>> nodes_;
  std::map<std::pair<NodeId, NodeId>, std::uint64_t> messages_;  // sent so far, by link
  std::vector<Recorded> records_;
  std::vector<Sent> sent_;
  std::uint64_t lost_ = 0, repeated_ = 0;
  bool finished_ = false;
};

}  // namespace psgrid::testing
