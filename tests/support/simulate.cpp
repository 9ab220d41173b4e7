#include "tests/support/simulate.hpp"

#include <memory>

#include "model/random.hpp"

namespace psgrid::testing {

Simulated simulate(const RunSpec& spec, Dataset train, Dataset test, unsigned math_threads) {
  return simulate(std::make_shared<const Job>(spec, std::move(train), std::move(test)),
                  {.math_threads = math_threads});
}

Simulated simulate(std::shared_ptr<const Job> job, const SimulateOptions& options) {
  Collector collector(options.messages);
  sim::Simulation simulation(std::move(job), collector,
                             {.math_threads = options.math_threads,
                              .checked_messages = options.checked_messages,
                              .keep_going = {}});
  const sim::SimulationEnd end = simulation.run();
  return {std::move(collector.recorded), end};
}

Simulated simulate_fast(const RunSpec& spec) {
  return simulate(std::make_shared<const Job>(spec, Dataset{}, Dataset{}),
                  {.checked_messages = false, .messages = false});
}

RunSpec timing_scenario(std::uint32_t workers, std::uint32_t servers, std::uint64_t parameters,
                        double compute_s, std::uint32_t iterations) {
  RunSpec spec;
  spec.name = "test";
  spec.cluster.workers = workers;
  spec.cluster.servers = servers;
  spec.cluster.network.sharing = Sharing::kAnalytic;
  spec.partition.type = PartitionType::kRange;
  spec.costs = {.apply_flops_per_value = 0, .serve_flops_per_value = 0, .message_flops = 0};
  spec.job.learner.type = LearnerType::kNone;
  spec.job.learner.parameters = parameters;
  spec.job.compute.automatic = false;
  spec.job.compute.seconds = Duration{compute_s};
  spec.job.stop.iterations = iterations;
  return spec;
}

RunSpec learning_scenario(LearnerType learner, std::uint32_t workers, std::uint32_t servers,
                          std::uint32_t iterations) {
  RunSpec spec = timing_scenario(workers, servers, 0, 0.01, iterations);
  spec.job.learner.type = learner;
  spec.job.learner.l2 = 1e-3;
  if (learner == LearnerType::kPerceptron) spec.job.learner.hidden = {7};
  spec.job.batch = 8;
  spec.partition.type = PartitionType::kRing;
  return spec;
}

Dataset synthetic_data(std::uint32_t rows, std::uint32_t features, std::uint32_t classes,
                       double density, std::uint64_t seed) {
  RandomStream random(seed, manager_id(0), Purpose::kTest);
  std::vector<double> centres(std::size_t{classes} * features);
  for (double& centre : centres) centre = random.normal();

  Dataset data;
  data.rows = rows;
  data.features = features;
  data.classes = classes;
  if (density < 1) data.row_begin.push_back(0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto label = static_cast<std::uint32_t>(random.below(classes));
    data.labels.push_back(static_cast<float>(label));
    for (std::uint32_t column = 0; column < features; ++column) {
      const double value = centres[label * features + column] + random.normal();
      if (density >= 1) {
        data.dense.push_back(static_cast<float>(value));
      } else if (random.uniform() < density) {
        data.column.push_back(column);
        data.value.push_back(static_cast<float>(value));
      }
    }
    if (density < 1) data.row_begin.push_back(data.column.size());
  }
  return data;
}

}  // namespace psgrid::testing
