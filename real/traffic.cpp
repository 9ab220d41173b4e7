#include "real/traffic.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/client.hpp"
#include "model/job.hpp"
#include "real/socket_run.hpp"

namespace psgrid::real {

namespace {

using SteadyClock = std::chrono::steady_clock;

double since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// A model of float32 weights, all at 0.
class FlatLearner final : public Learner {
 public:
  explicit FlatLearner(std::uint64_t keys) : keys_(keys) {}
  std::vector<Table> tables() const override {
    return {{.name = "weights", .id = {0}, .keys = keys_, .width = 1}};
  }
  std::vector<KeySet> keys(const Dataset&, std::span<const std::uint32_t>) override { return {}; }
  Gradient gradient(const Dataset&, std::span<const std::uint32_t>,
                    const std::vector<Section>&) override {
    return {};
  }
  Evaluation evaluate(const Dataset&, const std::vector<Section>&) const override { return {}; }
  double flops_per_example(const Dataset&) const override { return 1; }
  std::string metric_name() const override { return ""; }

 private:
  std::uint64_t keys_;
};

class TrafficWorker final : public Node {
 public:
  TrafficWorker(std::shared_ptr<const Job> job, NodeId self, Context& context,
                const Traffic& traffic)
      : job_(job), self_(self), context_(context), client_(job, self, context), traffic_(traffic) {}

  void on_start() override { context_.send(manager_id(0), make_message(Join{context_.incarnation()})); }

  void on_message(NodeId, const MessagePtr& message) override {
    if (const auto* welcome = std::get_if<Welcome>(message.get())) {
      client_.start(welcome->view, {});
      servers_ = welcome->view->shards();
      read_.read.resize(servers_);
      prepare();
      start_ = SteadyClock::now();
      go_on();
    } else if (const auto* ack = std::get_if<PushAck>(message.get())) {
      client_.on_push_ack(*ack);
      if (++acks_ % servers_ == 0) complete();
    } else if (const auto* reply = std::get_if<PullReply>(message.get())) {
      client_.on_pull_reply(*reply);
      while (completed_ < issued_ && client_.take(RequestId{oldest_pull_})) {
        ++oldest_pull_;
        complete();
      }
    }
  }
  void on_timer(TimerId timer) override { client_.on_timer(timer); }
  void on_compute_done(ComputeId) override {}

 private:
  void prepare() {
    for (std::uint64_t first = 0; first < traffic_.values; first += traffic_.piece) {
      const std::uint64_t count = std::min(traffic_.piece, traffic_.values - first);
      KeySet keys = KeySet::range(first, first + count);
      if (traffic_.lists) {
        std::vector<Key> list(count);
        for (std::uint64_t i = 0; i < count; ++i) list[i] = 2 * (first + i);
        keys = KeySet::list(std::move(list));
      }
      keys_.push_back(keys);
      gradients_.push_back({{{0}, keys, Values(std::vector<float>(count, 1.0f))}});
    }
  }

  void go_on() {
    const std::size_t all = keys_.size() * static_cast<std::size_t>(traffic_.rounds);
    for (; issued_ < all && issued_ - completed_ < traffic_.outstanding; ++issued_) {
      const std::size_t piece = issued_ % keys_.size();
      if (traffic_.pulls)
        client_.pull({0}, {keys_[piece]});
      else
        client_.push({0}, gradients_[piece], read_, issued_ + 1 == all);
    }
  }

  void complete() {
    ++completed_;
    if (completed_ == keys_.size()) start_ = SteadyClock::now();  // the first round warms up
    if (completed_ < keys_.size() * static_cast<std::size_t>(traffic_.rounds)) return go_on();
    context_.record(Event{"done", std::to_string(since(start_) / (traffic_.rounds - 1))});
    context_.send(manager_id(0), make_message(Progress{{1}, 1}));
  }

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  Client client_;
  const Traffic traffic_;
  std::uint32_t servers_ = 0;
  Weights read_;
  std::vector<KeySet> keys_;
  std::vector<std::vector<Section>> gradients_;
  std::size_t issued_ = 0, completed_ = 0, acks_ = 0;
  std::uint64_t oldest_pull_ = 1;
  SteadyClock::time_point start_;
};

// Takes the times that the workers record.
struct RoundTimes final : RunObserver {
  void on_record(Time, NodeId, const Record& record) override {
    const auto* event = std::get_if<Event>(&record);
    if (event && event->name == "done") longest_s = std::max(longest_s, std::stod(event->detail));
  }
  double longest_s = 0;
};

}  // namespace

double seconds_per_round(const Traffic& traffic) {
  RunSpec spec;
  spec.cluster.workers = traffic.workers;
  spec.cluster.servers = traffic.servers;
  spec.consistency.model = ConsistencyModel::kAsync;
  spec.partition.type = PartitionType::kRange;
  spec.costs = {.apply_flops_per_value = 0, .serve_flops_per_value = 0, .message_flops = 0};
  spec.sockets.emulate_network = spec.sockets.emulate_compute = false;
  spec.job.compute.automatic = false;
  spec.job.compute.seconds = Duration{0};
  spec.job.stop.iterations = 1;
  spec.job.evaluate_every = 1e9;
  const auto job =
      std::make_shared<Job>(spec, Dataset{}, Dataset{}, [&](const LearnerSpec&, const Dataset*) {
        return std::make_unique<FlatLearner>(traffic.keys());
      });
  job->worker_factory = [&](std::shared_ptr<const Job> of, NodeId self, Context& context) {
    return std::make_unique<TrafficWorker>(std::move(of), self, context, traffic);
  };
  RoundTimes times;
  SocketRun run(job, times, {});
  if (run.run() != SocketRunEnd::kJobFinished)
    throw std::runtime_error("a measurement did not end: " + run.failure());
  return times.longest_s;
}

}  // namespace psgrid::real
