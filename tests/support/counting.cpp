#include "tests/support/counting.hpp"

#include <algorithm>
#include <bit>

#include "model/check.hpp"

namespace psgrid::testing {

namespace {

class Counting final : public Learner {
 public:
  explicit Counting(std::uint64_t keys) : keys_(keys) {}

  std::vector<Table> tables() const override {
    return {{.name = "counts", .id = {0}, .keys = keys_, .width = 1, .initial = {}}};
  }
  std::vector<KeySet> keys(const Dataset&, std::span<const std::uint32_t>) override {
    return {KeySet::range(0, keys_)};
  }
  Gradient gradient(const Dataset&, std::span<const std::uint32_t>,
                    const std::vector<Section>& weights) override {
    const Section& section = weights.front();
    return {{{section.table, section.keys, Values(std::vector<float>(section.keys.size(), 1))}}, 0};
  }
  // The loss is the smallest count, the metric the largest.
  Evaluation evaluate(const Dataset&, const std::vector<Section>& weights) const override {
    const auto counts = weights.front().values.data();
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    return {.loss = *least, .metric = *most};
  }
  std::string metric_name() const override { return "most"; }
  double flops_per_example(const Dataset&) const override { return 1; }

 private:
  std::uint64_t keys_;
};

}  // namespace

RunSpec counting_run(std::uint32_t workers, std::uint32_t servers, std::uint32_t iterations,
                     const ConsistencySpec& consistency) {
  PSGRID_CHECK(std::has_single_bit(workers), "a power of two");
  RunSpec spec;
  spec.name = "counting";
  spec.cluster.workers = workers;
  spec.cluster.servers = servers;
  spec.partition.type = PartitionType::kRange;
  spec.costs = {.apply_flops_per_value = 0, .serve_flops_per_value = 0, .message_flops = 0};
  spec.job.optimizer.learning_rate = -static_cast<double>(workers);
  spec.job.batch = 1;
  spec.job.compute.automatic = false;
  spec.job.compute.seconds = Duration{1};
  spec.job.stop.iterations = iterations;
  spec.consistency = consistency;
  return spec;
}

RunSpec failing_counting_run(std::uint32_t workers, std::uint32_t servers, std::uint32_t iterations,
                             const ConsistencySpec& consistency, std::uint32_t factor) {
  RunSpec spec = counting_run(workers, servers, iterations, consistency);
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.job.compute.seconds = Duration{0.02};
  spec.stragglers.push_back({.nodes = {{Role::kWorker, 0, workers - 1}},
                             .model = StragglerModel::kExponential,
                             .rate = 1});
  spec.replication.factor = factor;
  spec.detection = {.enabled = true, .heartbeat = {0.02}, .lease = {0.1}};
  spec.client.retry.timeout = {0.1};
  return spec;
}

std::shared_ptr<const Job> counting_job(RunSpec spec, std::uint64_t keys) {
  return std::make_shared<const Job>(
      std::move(spec), Dataset{}, Dataset{},
      [keys](const LearnerSpec&, const Dataset*) { return std::make_unique<Counting>(keys); });
}

}  // namespace psgrid::testing
