#include "tests/support/lossy_cluster.hpp"

#include <set>

#include "model/check.hpp"
#include "model/cluster_spec.hpp"
#include "model/codec.hpp"
#include "model/random.hpp"

namespace psgrid::testing {

class LossyCluster::NodeContext final : public Context {
 public:
  NodeContext(LossyCluster& cluster, NodeId self)
      : cluster_(cluster),
        self_(self),
        durations_(cluster.faults_.seed, self, Purpose::kTest),
        node_(make_node(cluster.job_, self, *this)) {}

  Node& node() { return *node_; }

  Time now() const override { return cluster_.now_; }
  void send(NodeId to, MessagePtr message, Channel channel) override {
    cluster_.send(self_, to, std::move(message), channel);
  }
  TimerId set_timer(Duration after) override {
    const TimerId timer{++timers_};
    armed_.insert(timer);
    cluster_.schedule(now() + after, [this, timer] {
      if (armed_.erase(timer) > 0) node_->on_timer(timer);
    });
    return timer;
  }
  void cancel_timer(TimerId timer) override { armed_.erase(timer); }

  // Every piece of work at once, as on a host of many cores: it may end in any order.
  ComputeId compute(Work work) override {
    const ComputeId id{++works_};
    computing_.insert(id);
    const double nominal = work.flops / cluster_.job_->spec.cluster.host.flops;
    const Duration takes{nominal * (1 + cluster_.faults_.compute_spread * durations_.uniform())};
    cluster_.schedule(now() + takes, [this, id, mathematics = std::move(work.mathematics)] {
      if (computing_.erase(id) == 0) return;
      if (mathematics) mathematics();
      node_->on_compute_done(id);
    });
    return id;
  }
  void cancel_compute(ComputeId work) override { computing_.erase(work); }
  Incarnation incarnation() const override { return {}; }
  RandomStream random(Purpose purpose, std::uint32_t substream) const override {
    return RandomStream(cluster_.job_->spec.seed, self_, purpose, substream);
  }
  void record(const Record& record) override {
    cluster_.records_.push_back({now(), self_, record});
    cluster_.finished_ |= std::holds_alternative<JobFinished>(record);
  }

 private:
  LossyCluster& cluster_;
  const NodeId self_;
  RandomStream durations_;
  std::uint64_t timers_ = 0, works_ = 0;
  std::set<ComputeId> computing_;
  std::set<TimerId> armed_;
  std::unique_ptr<Node> node_;
};

LossyCluster::LossyCluster(std::shared_ptr<const Job> job, NetworkFaults faults)
    : job_(std::move(job)), faults_(faults) {
  const ClusterSpec& cluster = job_->spec.cluster;
  for (std::uint32_t index = 0; index < cluster.nodes(); ++index) {
    const NodeId id = node_at(cluster, index);
    NodeContext& context =
        *nodes_.emplace(id, std::make_unique<NodeContext>(*this, id)).first->second;
    schedule({}, [&context] { context.node().on_start(); });
  }
}

LossyCluster::~LossyCluster() = default;

void LossyCluster::schedule(Time at, std::function<void()> happen) {
  events_.push({at, scheduled_++, std::move(happen)});
}

bool LossyCluster::step(Time limit) {
  if (events_.empty() || events_.top().at > limit) return false;
  const Event event = events_.top();
  events_.pop();
  now_ = event.at;
  event.happen();
  return true;
}

bool LossyCluster::run_to_end(Duration limit) {
  while (!finished_ && step(Time{} + limit)) {
  }
  return finished_;
}

bool LossyCluster::run_until_quiet(Duration limit) {
  while (step(Time{} + limit)) {
  }
  return events_.empty();
}

double LossyCluster::chance(NodeId from, NodeId to, std::uint64_t message,
                            std::uint32_t question) const {
  const std::uint32_t receiver = node_index(job_->spec.cluster, to);
  return RandomStream(faults_.seed, from, Purpose::kLink, receiver)
      .uniform_at(message * 4 + question);
}

void LossyCluster::send(NodeId from, NodeId to, MessagePtr message, Channel channel) {
  if (channel == Channel::kOutOfBand)
    return schedule(now_, [=, this] { nodes_.at(to)->node().on_message(from, message); });
  sent_.push_back({now_, from, to, message});
  const std::uint64_t number = messages_[{from, to}]++;
  if (chance(from, to, number, 0) < faults_.loss) {
    ++lost_;
    return;
  }
  const Duration spread{faults_.delay_max.seconds - faults_.delay_min.seconds};
  const Time arrival = now_ + faults_.delay_min + spread * chance(from, to, number, 1);
  schedule(arrival, [=, this] { deliver(from, to, message); });
  if (chance(from, to, number, 2) >= faults_.duplication) return;
  ++repeated_;
  schedule(arrival + faults_.duplicate_delay * chance(from, to, number, 3),
           [=, this] { deliver(from, to, message); });
}

void LossyCluster::deliver(NodeId from, NodeId to, const MessagePtr& message) {
  std::vector<std::byte> frame;
  encode(from, to, *message, frame);
  PSGRID_CHECK(frame.size() == encoded_size(*message).count, "the size that is charged for");
  const auto decoded = decode(frame);
  PSGRID_CHECK(std::holds_alternative<Frame>(decoded), "a message that survives the wire");
  const Frame& arrived = std::get<Frame>(decoded);
  nodes_.at(arrived.to)->node().on_message(arrived.from, arrived.message);
}

}  // namespace psgrid::testing
