#include <algorithm>
#include <cmath>
#include <filesystem>

#include "model/learners/tally.hpp"
#include "model/portable_math.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {
namespace {

// Its size, or the error that it may make (Cormode, Muthukrishnan 2005).
void read_sketch(const Fields& fields, LearnerSpec& learner) {
  double epsilon = 0, delta = 0;
  fields.read("epsilon", epsilon);
  fields.read("delta", delta);
  if (epsilon > 0) learner.width = static_cast<std::uint32_t>(std::ceil(portable_exp(1) / epsilon));
  if (delta > 0)
    learner.depth = static_cast<std::uint32_t>(std::max(1.0, std::ceil(-portable_log(delta))));
  fields.read("width", learner.width);
  fields.read("depth", learner.depth);
}

LearnerSpec read_learner(const Fields& fields) {
  LearnerSpec learner;
  fields.read("type", learner.type,
              {{"logistic_regression", LearnerType::kLogisticRegression},
               {"svm", LearnerType::kSvm},
               {"linear_regression", LearnerType::kLinearRegression},
               {"coded_linear_regression", LearnerType::kCodedLinearRegression},
               {"softmax_regression", LearnerType::kSoftmaxRegression},
               {"sparse_logistic_regression", LearnerType::kSparseLogisticRegression},
               {"matrix_factorization", LearnerType::kMatrixFactorization},
               {"lda", LearnerType::kLda},
               {"count_min", LearnerType::kCountMin},
               {"perceptron", LearnerType::kPerceptron},
               {"tally", LearnerType::kTally},
               {"none", LearnerType::kNone}});
  fields.read("l2", learner.l2);
  fields.read("hidden", learner.hidden);
  fields.read("parameters", learner.parameters);
  fields.read("keys", learner.keys);
  fields.read("rank", learner.rank);
  fields.read("biases", learner.biases);
  fields.read("topics", learner.topics);
  fields.read("alpha", learner.alpha);
  fields.read("beta", learner.beta);
  fields.read("l1", learner.l1);
  fields.read("blocks", learner.blocks);
  fields.read("block_order", learner.random_order, {{"random", true}, {"sequential", false}});
  fields.read("step", learner.step);
  fields.read("coupling", learner.coupling);
  fields.read("kkt_filter", learner.kkt_filter);
  fields.read("items", learner.items);
  fields.read("skew", learner.skew);
  read_sketch(fields, learner);
  return learner;
}

SyntheticSpec read_synthetic(const Fields& fields) {
  SyntheticSpec synthetic;
  fields.read("type", synthetic.type,
              {{"linear", SyntheticType::kLinear}, {"ratings", SyntheticType::kRatings}});
  fields.read("rows", synthetic.rows);
  fields.read("features", synthetic.features);
  fields.read("users", synthetic.users);
  fields.read("items", synthetic.items);
  fields.read("rank", synthetic.rank);
  fields.read("noise", synthetic.noise);
  return synthetic;
}

DataSpec read_data(const Json& object, const std::string& directory) {
  const Fields fields = Fields::of(object, "data");
  DataSpec data;
  if (const Json* json = fields.find("synthetic")) data.synthetic = read_synthetic(Fields(*json));
  fields.read("file", data.file);
  fields.read("labels", data.labels);
  fields.read("test_file", data.test_file);
  fields.read("test_labels", data.test_labels);
  for (std::string* path : {&data.file, &data.labels, &data.test_file, &data.test_labels})
    if (!path->empty()) *path = resolve_path(*path, directory);
  fields.read("format", data.format,
              {{"libsvm", DataFormat::kLibsvm},
               {"idx", DataFormat::kIdx},
               {"csv", DataFormat::kCsv},
               {"ratings", DataFormat::kRatings},
               {"lda_c", DataFormat::kLdaC}});
  fields.read("test_fraction", data.test_fraction);
  fields.read("split_seed", data.split_seed);
  fields.read("transform", data.transform,
              {{"none", Transform::kNone},
               {"log1p", Transform::kLog1p},
               {"standardize", Transform::kStandardize},
               {"log1p_standardize", Transform::kLog1pStandardize},
               {"max_abs", Transform::kMaxAbs}});
  fields.read("features", data.features);
  fields.read("label_column", data.label_column);
  return data;
}

OptimizerSpec read_optimizer(const Fields& job, const Fields& fields) {
  OptimizerSpec optimizer;
  job.read("learning_rate", optimizer.learning_rate);
  fields.read("type", optimizer.type,
              {{"sgd", OptimizerType::kSgd},
               {"momentum", OptimizerType::kMomentum},
               {"adagrad", OptimizerType::kAdagrad},
               {"adam", OptimizerType::kAdam},
               {"proximal", OptimizerType::kProximal}});
  fields.read("momentum", optimizer.momentum);
  fields.read("beta1", optimizer.beta1);
  fields.read("beta2", optimizer.beta2);
  fields.read("epsilon", optimizer.epsilon);
  fields.read("l1", optimizer.l1);
  fields.read("l2", optimizer.l2);
  return optimizer;
}

ComputeSpec read_compute(const Fields& fields) {
  ComputeSpec compute;
  const Json* flops = fields.find("flops_per_example");
  if (flops && *flops != "auto")
    fields.read("flops_per_example", Quantity::kFlops, compute.flops_per_example);
  if (fields.has("seconds")) {
    compute.seconds = Duration{0};
    fields.read("seconds", Quantity::kSeconds, compute.seconds->seconds);
  }
  compute.automatic = !compute.flops_per_example && !compute.seconds;
  return compute;
}

StopSpec read_stop(const Fields& fields) {
  StopSpec stop;
  fields.read("iterations", stop.iterations);
  fields.read("target_loss", stop.target_loss);
  if (fields.has("time")) {
    stop.time = Duration{0};
    fields.read("time", Quantity::kSeconds, stop.time->seconds);
  }
  return stop;
}

ConsistencySpec read_consistency(const Json& document, std::uint32_t workers) {
  const Fields fields = Fields::of(document, "consistency");
  ConsistencySpec consistency;
  std::string model;
  fields.read("model", model);
  for (const auto& [name, known] : kConsistencyModels)
    if (model == name) consistency.model = known;
  fields.read("staleness", consistency.staleness);
  consistency.staleness_max = consistency.staleness;
  fields.read("staleness_max", consistency.staleness_max);
  fields.read("delay", consistency.delay);
  fields.read("cache", consistency.cache);
  fields.read("eager", consistency.eager);
  fields.read("gradients", consistency.gradients);
  std::uint32_t backups = 0;
  fields.read("backups", backups);
  if (consistency.model == ConsistencyModel::kBackupWorkers)
    consistency.gradients = workers - std::min(backups, workers - 1);
  fields.read("stragglers", consistency.stragglers);
  fields.read("redundancy", consistency.redundancy);
  fields.read("code", consistency.code,
              {{"fractional_repetition", GradientCodeType::kFractionalRepetition},
               {"cyclic", GradientCodeType::kCyclic}});
  if (consistency.model == ConsistencyModel::kGradientCoding ||
      consistency.model == ConsistencyModel::kMdsCoding)
    consistency.gradients = workers - std::min(consistency.stragglers, workers - 1);
  if (consistency.model == ConsistencyModel::kPartialGradients) consistency.gradients = workers;
  fields.read("switch_at", consistency.switch_at);
  if (const Json* section = Fields(document).find("consistency"))
    consistency.tasks = read_tasks(*section);
  fields.read("stale_step", consistency.stale_step,
              {{"full", StaleStep::kFull},
               {"constant", StaleStep::kConstant},
               {"by_updates", StaleStep::kUpdates},
               {"by_clocks", StaleStep::kClocks}});
  fields.read("stale_factor", consistency.stale_factor);
  return consistency;
}

PartitionSpec read_partition(const Fields& fields) {
  PartitionSpec partition;
  fields.read("type", partition.type,
              {{"ring", PartitionType::kRing}, {"range", PartitionType::kRange}});
  if (partition.type == PartitionType::kRange) partition.virtual_nodes = 1;  // makes no difference
  fields.read("virtual_nodes", partition.virtual_nodes);
  fields.read("shards_per_server", partition.shards_per_server);
  return partition;
}

CostSpec read_costs(const Fields& fields) {
  CostSpec costs;
  fields.read("apply_flops_per_value", Quantity::kFlops, costs.apply_flops_per_value);
  fields.read("serve_flops_per_value", Quantity::kFlops, costs.serve_flops_per_value);
  fields.read("message_flops", Quantity::kFlops, costs.message_flops);
  return costs;
}

ClientSpec read_client(const Json& document) {
  ClientSpec client;
  const Fields fields = Fields::of(document, "client");
  fields.read("outstanding_pushes", client.outstanding_pushes);
  fields.read("hedge_after", Quantity::kSeconds, client.hedge_after.seconds);
  const Json* json = Fields(document).find("client");
  if (!json) return client;
  const Fields retry = Fields::of(*json, "retry");
  retry.read("timeout", Quantity::kSeconds, client.retry.timeout.seconds);
  retry.read("backoff", client.retry.backoff);
  retry.read("timeout_max", Quantity::kSeconds, client.retry.timeout_max.seconds);
  return client;
}

SocketsSpec read_sockets(const Fields& fields) {
  SocketsSpec sockets;
  fields.read("nodes_per_process", sockets.nodes_per_process);
  fields.read("network", sockets.emulate_network, {{"emulated", true}, {"raw", false}});
  fields.read("compute", sockets.emulate_compute, {{"emulated", true}, {"raw", false}});
  return sockets;
}

}  // namespace

std::string resolve_path(const std::string& path, const std::string& directory) {
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

JobSpec read_job(const Json& document, const ReadContext& context) {
  const Fields fields = Fields::of(document, "job");
  const Json nothing;
  const Json* json = Fields(document).find("job");
  const Json& object = json ? *json : nothing;
  JobSpec job;
  job.learner = read_learner(Fields::of(object, "learner"));
  if (fields.has("data")) job.data = read_data(object, context.directory);
  if (job.data)
    job.data->numeric_labels = job.learner.type == LearnerType::kLinearRegression ||
                               job.learner.type == LearnerType::kCodedLinearRegression ||
                               job.learner.type == LearnerType::kMatrixFactorization ||
                               job.learner.type == LearnerType::kLda;
  fields.read("batch", job.batch);
  fields.read("batches", job.batch_by_speed, {{"equal", false}, {"by_speed", true}});
  // All rows of a worker.
  if (job.learner.type == LearnerType::kSparseLogisticRegression ||
      job.learner.type == LearnerType::kCodedLinearRegression)
    job.batch = 1u << 27;
  job.optimizer = read_optimizer(fields, Fields::of(object, "optimizer"));
  job.compute = read_compute(Fields::of(object, "compute"));
  job.stop = read_stop(Fields::of(object, "stop"));
  fields.read("local_steps", job.local_steps);
  if (fields.has("work_stealing")) {
    const Fields stealing = Fields::of(object, "work_stealing");
    job.work_stealing.emplace();
    stealing.read("pieces", job.work_stealing->pieces);
    stealing.read("partners", job.work_stealing->partners);
  }
  fields.read("evaluate_every", job.evaluate_every);
  return job;
}

RunSpec read_run(const Json& document, const ReadContext& context) {
  RunSpec run;
  const Fields fields(document);
  fields.read("seed", run.seed);
  run.cluster = read_cluster(document, context);
  run.stragglers = read_stragglers(document, run.cluster, context);
  run.faults = read_faults(document, run.cluster, context);
  run.job = read_job(document, context);
  run.job.learner.workers = run.cluster.workers;
  run.architecture = read_architecture(document);
  run.consistency = read_consistency(document, std::max(run.cluster.workers, 1u));
  if (run.job.learner.type == LearnerType::kTally) {
    run.job.batch = run.job.work_stealing ? run.job.work_stealing->pieces : 1;
    run.job.optimizer = tally_optimizer(run);
  }
  run.partition = read_partition(Fields::of(document, "partition"));
  if (const Json* cluster = fields.find("cluster"))
    run.costs = read_costs(Fields::of(*cluster, "costs"));
  run.client = read_client(document);
  run.wire = read_wire(document);
  run.filters = read_filters(document);
  run.replication = read_replication(document);
  run.checkpoint = read_checkpoint(document);
  read_failover(document, run);
  run.sockets = read_sockets(Fields::of(document, "sockets"));
  std::string audit = "no";
  fields.read("audit", audit);
  run.audited = audit != "no";
  run.beyond_tolerance = audit == "honesty";
  return run;
}

}  // namespace psgrid::scenarios
