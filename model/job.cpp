#include "model/job.hpp"

#include <algorithm>

#include "model/baselines/baselines.hpp"
#include "model/check.hpp"
#include "model/filters/filter.hpp"
#include "model/manager.hpp"
#include "model/programs/first_gradients.hpp"
#include "model/programs/in_turns.hpp"
#include "model/programs/mini_batch_sgd.hpp"
#include "model/programs/redundant_gradients.hpp"
#include "model/programs/work_stealing.hpp"
#include "model/server.hpp"
#include "model/worker.hpp"

namespace psgrid {

LearnerSpec learner_in(const RunSpec& run) {
  LearnerSpec spec = run.job.learner;
  spec.seed = run.seed;
  spec.workers = run.cluster.workers;
  spec.batch = run.job.batch;
  spec.delay = run.consistency.delay;
  spec.stragglers = run.consistency.stragglers;
  return spec;
}

Job::Job(RunSpec run_spec, Dataset train_data, Dataset test_data, LearnerFactory factory)
    : spec(std::move(run_spec)),
      train(std::move(train_data)),
      test(std::move(test_data)),
      learner_factory(std::move(factory)),
      filter_factory(make_filter),
      consistency(make_consistency(spec.consistency)),
      code(consistency->make_code()) {
  PSGRID_CHECK(!code || consistency->redundancy()->workers == spec.cluster.workers,
               "a code for the workers of the cluster");
  if (spec.job.batch_by_speed) {
    std::vector<double> speeds;
    for (std::uint32_t rank = 0; rank < spec.cluster.workers; ++rank)
      speeds.push_back(hardware_of(spec.cluster, worker_id(rank)).flops);
    batches = batches_by_speed(spec.job.batch * spec.cluster.workers, speeds);
  }
  const std::unique_ptr<Learner> learner = make_learner();
  rule = learner->update_rule();
  if (!rule) rule = make_update_rule(spec.job.optimizer);
  timing_only = learner->timing_only();
  tables = learner->tables();
  const ComputeSpec& compute = spec.job.compute;
  if (compute.flops_per_example)
    flops_per_example = *compute.flops_per_example;
  else if (!compute.seconds)
    flops_per_example = learner->flops_per_example(train);
}

std::unique_ptr<Learner> Job::make_learner() const {
  return learner_factory(learner_in(spec), train.rows > 0 ? &train : nullptr);
}

DataRange Job::rows_of(NodeId worker, std::uint32_t workers,
                       const std::vector<std::uint32_t>& gone) const {
  if (batches.empty()) {
    const auto gone_before = std::lower_bound(gone.begin(), gone.end(), worker.rank) - gone.begin();
    return data_range(train.rows, worker.rank - static_cast<std::uint32_t>(gone_before),
                      workers - static_cast<std::uint32_t>(gone.size()));
  }
  std::vector<std::uint32_t> weights(batches.begin(), batches.begin() + workers);
  for (std::uint32_t rank : gone) weights[rank] = 0;
  return data_range(train.rows, worker.rank, weights);
}

double Job::gradient_flops(std::size_t examples) const {
  if (const auto& seconds = spec.job.compute.seconds) {
    const double share =
        batches.empty() ? 1 : static_cast<double>(examples) / static_cast<double>(spec.job.batch);
    return seconds->seconds * spec.cluster.host.flops * share;
  }
  return flops_per_example * static_cast<double>(examples);
}

std::uint32_t Job::pushed_width(const Table& table) const {
  if (!code) return table.width * rule->pushed_per_weight();
  PSGRID_CHECK(table.width % code->expansion() == 0, "rows of which a push has a part");
  return table.width / code->expansion();
}

std::unique_ptr<Node> make_worker(std::shared_ptr<const Job> job, NodeId self, Context& context) {
  if (!has_parameter_server(job->spec.architecture))
    return make_baseline_node(std::move(job), self, context);
  const auto quorum = job->consistency->quorum();
  const Worker::ProgramFactory program = job->code                         ? redundant_gradients
                                         : quorum && quorum->cancels       ? first_gradients
                                         : job->consistency->takes_turns() ? in_turns
                                         : job->spec.job.work_stealing     ? work_stealing
                                                                           : mini_batch_sgd;
  return std::make_unique<Worker>(std::move(job), self, context, program);
}

std::unique_ptr<Node> make_node(std::shared_ptr<const Job> job, NodeId self, Context& context) {
  switch (self.role) {
    case Role::kManager:
      return std::make_unique<Manager>(std::move(job), self, context);
    case Role::kServer:
      if (!has_parameter_server(job->spec.architecture))
        return make_baseline_node(std::move(job), self, context);
      return std::make_unique<Server>(std::move(job), self, context);
    case Role::kWorker:
      break;
  }
  const WorkerFactory& make = job->worker_factory;
  return make(job, self, context);
}

}  // namespace psgrid
