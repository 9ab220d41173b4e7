#include "scenarios/architecture_names.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/resolved_parts.hpp"

namespace psgrid::scenarios {
namespace {

Json learner_json(const LearnerSpec& learner) {
  switch (learner.type) {
    case LearnerType::kLogisticRegression:
      return {{"type", "logistic_regression"}, {"l2", learner.l2}};
    case LearnerType::kSvm:
      return {{"type", "svm"}, {"l2", learner.l2}};
    case LearnerType::kLinearRegression:
      return {{"type", "linear_regression"}, {"l2", learner.l2}};
    case LearnerType::kCodedLinearRegression:
      return {{"type", "coded_linear_regression"}, {"l2", learner.l2}};
    case LearnerType::kSoftmaxRegression:
      return {{"type", "softmax_regression"}, {"l2", learner.l2}};
    case LearnerType::kSparseLogisticRegression:
      return {{"type", "sparse_logistic_regression"},
              {"l1", learner.l1},
              {"blocks", learner.blocks},
              {"block_order", learner.random_order ? "random" : "sequential"},
              {"step", learner.step},
              {"coupling", learner.coupling},
              {"kkt_filter", learner.kkt_filter}};
    case LearnerType::kMatrixFactorization:
      return {{"type", "matrix_factorization"},
              {"l2", learner.l2},
              {"rank", learner.rank},
              {"biases", learner.biases}};
    case LearnerType::kLda:
      return {{"type", "lda"},
              {"topics", learner.topics},
              {"alpha", learner.alpha},
              {"beta", learner.beta}};
    case LearnerType::kCountMin:
      return {{"type", "count_min"},
              {"width", learner.width},
              {"depth", learner.depth},
              {"items", learner.items},
              {"skew", learner.skew}};
    case LearnerType::kPerceptron:
      return {{"type", "perceptron"}, {"l2", learner.l2}, {"hidden", learner.hidden}};
    case LearnerType::kTally:
      return {{"type", "tally"}, {"keys", learner.keys}};
    case LearnerType::kNone:
      break;
  }
  return {{"type", "none"}, {"parameters", learner.parameters}};
}

const char* transform_name(Transform transform) {
  switch (transform) {
    case Transform::kNone:
      return "none";
    case Transform::kLog1p:
      return "log1p";
    case Transform::kStandardize:
      return "standardize";
    case Transform::kLog1pStandardize:
      return "log1p_standardize";
    case Transform::kMaxAbs:
      return "max_abs";
  }
  return "";
}

Json synthetic_json(const SyntheticSpec& synthetic) {
  switch (synthetic.type) {
    case SyntheticType::kLinear:
      return {{"type", "linear"},
              {"rows", synthetic.rows},
              {"features", synthetic.features},
              {"noise", synthetic.noise}};
    case SyntheticType::kRatings:
      return {{"type", "ratings"},        {"rows", synthetic.rows}, {"users", synthetic.users},
              {"items", synthetic.items}, {"rank", synthetic.rank}, {"noise", synthetic.noise}};
  }
  return {};
}

void set_files(Json& json, const DataSpec& data, const std::string& directory) {
  const auto set_path = [&](const char* key, const std::string& path) {
    if (!path.empty()) json[key] = relative_path(path, directory);
  };
  set_path("file", data.file);
  set_path("labels", data.labels);
  set_path("test_file", data.test_file);
  set_path("test_labels", data.test_labels);
  switch (data.format) {
    case DataFormat::kLibsvm:
      json["format"] = "libsvm";
      break;
    case DataFormat::kIdx:
      json["format"] = "idx";
      break;
    case DataFormat::kCsv:
      json["format"] = "csv";
      json["label_column"] = data.label_column;
      break;
    case DataFormat::kRatings:
      json["format"] = "ratings";
      break;
    case DataFormat::kLdaC:
      json["format"] = "lda_c";
      break;
  }
  const bool has_features = data.format != DataFormat::kRatings && data.format != DataFormat::kLdaC;
  if (has_features) json["transform"] = transform_name(data.transform);
  if (data.features > 0) json["features"] = data.features;
}

Json data_json(const DataSpec& data, const std::string& directory) {
  Json json;
  if (data.synthetic)
    json["synthetic"] = synthetic_json(*data.synthetic);
  else
    set_files(json, data, directory);
  if (data.test_file.empty()) json["test_fraction"] = data.test_fraction;
  if (data.split_seed) json["split_seed"] = *data.split_seed;
  return json;
}

Json optimizer_json(const OptimizerSpec& optimizer) {
  switch (optimizer.type) {
    case OptimizerType::kSgd:
      return {{"type", "sgd"}};
    case OptimizerType::kMomentum:
      return {{"type", "momentum"}, {"momentum", optimizer.momentum}};
    case OptimizerType::kAdagrad:
      return {{"type", "adagrad"}, {"epsilon", optimizer.epsilon}};
    case OptimizerType::kAdam:
      return {{"type", "adam"},
              {"beta1", optimizer.beta1},
              {"beta2", optimizer.beta2},
              {"epsilon", optimizer.epsilon}};
    case OptimizerType::kProximal:
      return {{"type", "proximal"}, {"l1", optimizer.l1}, {"l2", optimizer.l2}};
  }
  return {};
}

Json compute_json(const ComputeSpec& compute) {
  if (compute.seconds) return {{"seconds", compute.seconds->seconds}};
  if (compute.flops_per_example) return {{"flops_per_example", *compute.flops_per_example}};
  return {{"flops_per_example", "auto"}};
}

Json stop_json(const StopSpec& stop) {
  Json json;
  if (stop.iterations) json["iterations"] = *stop.iterations;
  if (stop.target_loss) json["target_loss"] = *stop.target_loss;
  if (stop.time) json["time"] = stop.time->seconds;
  return json;
}

}  // namespace

Json job_json(const JobSpec& job, const std::string& directory) {
  Json json;
  json["learner"] = learner_json(job.learner);
  const bool has_batch = job.learner.type != LearnerType::kTally &&
                         job.learner.type != LearnerType::kSparseLogisticRegression &&
                         job.learner.type != LearnerType::kCodedLinearRegression;
  if (has_batch) json["batch"] = job.batch;
  json["compute"] = compute_json(job.compute);
  json["stop"] = stop_json(job.stop);
  if (job.batch_by_speed) json["batches"] = "by_speed";
  if (job.local_steps > 1) json["local_steps"] = job.local_steps;
  if (const auto& stealing = job.work_stealing)
    json["work_stealing"] = {{"pieces", stealing->pieces}, {"partners", stealing->partners}};
  if (job.learner.type == LearnerType::kNone) return json;
  json["evaluate_every"] = job.evaluate_every;
  if (job.learner.type == LearnerType::kTally) return json;
  if (job.data) json["data"] = data_json(*job.data, directory);
  if (has_own_rule(job.learner.type)) return json;
  json["learning_rate"] = job.optimizer.learning_rate;
  json["optimizer"] = optimizer_json(job.optimizer);
  return json;
}

namespace {

const char* stale_step_name(StaleStep step) {
  switch (step) {
    case StaleStep::kFull:
      return "full";
    case StaleStep::kConstant:
      return "constant";
    case StaleStep::kUpdates:
      return "by_updates";
    case StaleStep::kClocks:
      return "by_clocks";
  }
  return "";
}

}  // namespace

Json task_json(const TaskSpec& task) {
  Json json = {{"name", task.name}, {"after", task.after}};
  if (task.iterations > 0) json["iterations"] = task.iterations;
  if (task.delay.kind == DelayRule::Kind::kAny)
    json["eventual"] = true;
  else
    json["delay"] = task.delay.from;
  if (task.delay.kind == DelayRule::Kind::kAsNeeded) json["delay_max"] = task.delay.to;
  if (task.delay.kind == DelayRule::Kind::kOverIterations) {
    json["delay_to"] = task.delay.to;
    json["over"] = task.delay.over;
  }
  return json;
}

Json consistency_json(const RunSpec& run) {
  const ConsistencySpec& consistency = run.consistency;
  Json json = {{"model", consistency_name(consistency.model)}};
  switch (consistency.model) {
    case ConsistencyModel::kSsp:
      json["staleness"] = consistency.staleness;
      json["cache"] = consistency.cache;
      if (consistency.eager) json["eager"] = true;
      break;
    case ConsistencyModel::kDynamicSsp:
      json["staleness"] = consistency.staleness;
      json["staleness_max"] = consistency.staleness_max;
      break;
    case ConsistencyModel::kBoundedDelay:
      json["delay"] = consistency.delay;
      break;
    case ConsistencyModel::kKSync:
    case ConsistencyModel::kKBatchSync:
    case ConsistencyModel::kKAsync:
    case ConsistencyModel::kKBatchAsync:
      json["gradients"] = consistency.gradients;
      break;
    case ConsistencyModel::kBackupWorkers:
      json["backups"] = run.cluster.workers - consistency.gradients;
      break;
    case ConsistencyModel::kGradientCoding:
      json["stragglers"] = consistency.stragglers;
      json["code"] =
          consistency.code == GradientCodeType::kCyclic ? "cyclic" : "fractional_repetition";
      break;
    case ConsistencyModel::kPartialGradients:
      json["redundancy"] = consistency.redundancy;
      break;
    case ConsistencyModel::kMdsCoding:
      json["stragglers"] = consistency.stragglers;
      break;
    case ConsistencyModel::kBspThenAsync:
      json["switch_at"] = consistency.switch_at;
      break;
    case ConsistencyModel::kTaskGraph:
      for (const TaskSpec& task : consistency.tasks) json["tasks"].push_back(task_json(task));
      break;
    case ConsistencyModel::kBsp:
    case ConsistencyModel::kAsync:
    case ConsistencyModel::kRoundRobin:
      break;
  }
  if (consistency.stale_step != StaleStep::kFull)
    json["stale_step"] = stale_step_name(consistency.stale_step);
  if (consistency.stale_step == StaleStep::kConstant)
    json["stale_factor"] = consistency.stale_factor;
  return json;
}

Json architecture_json(const ArchitectureSpec& architecture) {
  Json json = {{"type", architecture_name(architecture.type)}};
  if (architecture.type == Architecture::kMapReduce)
    json["storage_bandwidth"] = architecture.storage_bandwidth;
  return json;
}

Json partition_json(const PartitionSpec& partition) {
  Json json = {{"type", "range"}, {"shards_per_server", partition.shards_per_server}};
  if (partition.type == PartitionType::kRange) return json;
  json["type"] = "ring";
  json["virtual_nodes"] = partition.virtual_nodes;
  return json;
}

Json replication_json(const ReplicationSpec& replication) {
  return {{"factor", replication.factor},
          {"of", replication.after_aggregation ? "sums" : "pushes"},
          {"reads", replication.reads == Reads::kAny ? "any" : "tail"}};
}

Json failover_json(const RunSpec& run) {
  if (!run.detection.enabled) return {{"detection", false}};
  return {{"detection", true},
          {"heartbeat", run.detection.heartbeat.seconds},
          {"lease", run.detection.lease.seconds},
          {"worker_loss", run.worker_loss == WorkerLoss::kGoOn ? "go_on" : "wait"}};
}

Json checkpoint_json(const CheckpointSpec& checkpoint) {
  Json every = checkpoint.every.seconds;
  if (checkpoint.iterations > 0) every = {{"iterations", checkpoint.iterations}};
  return {{"every", every}, {"bandwidth", checkpoint.bandwidth}};
}

const char* optimizer_name(OptimizerType type) {
  switch (type) {
    case OptimizerType::kSgd:
      return "sgd";
    case OptimizerType::kMomentum:
      return "momentum";
    case OptimizerType::kAdagrad:
      return "adagrad";
    case OptimizerType::kAdam:
      return "adam";
    case OptimizerType::kProximal:
      return "proximal";
  }
  return "";
}

Json client_json(const ClientSpec& client) {
  Json retry = {{"timeout", client.retry.timeout.seconds}};
  if (client.retry.timeout.seconds > 0) {
    retry["backoff"] = client.retry.backoff;
    retry["timeout_max"] = client.retry.timeout_max.seconds;
  }
  Json json = {{"outstanding_pushes", client.outstanding_pushes}, {"retry", retry}};
  if (client.hedge_after.seconds > 0) json["hedge_after"] = client.hedge_after.seconds;
  return json;
}

Json sockets_json(const SocketsSpec& sockets) {
  return {{"nodes_per_process", sockets.nodes_per_process},
          {"network", sockets.emulate_network ? "emulated" : "raw"},
          {"compute", sockets.emulate_compute ? "emulated" : "raw"}};
}

}  // namespace psgrid::scenarios
