#include "analysis/run_data.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "analysis/filter_text.hpp"
#include "analysis/number_format.hpp"
#include "model/consistency.hpp"

namespace psgrid::analysis {
namespace {

const char* topology_text(Topology topology) {
  switch (topology) {
    case Topology::kStar:
      return "star";
    case Topology::kRacks:
      return "racks";
    case Topology::kFatTree:
      return "fat tree";
    case Topology::kTorus:
      return "torus";
    case Topology::kDragonfly:
      return "dragonfly";
    case Topology::kGraph:
      return "graph";
    case Topology::kPlatform:
      return "platform file";
  }
  return "";
}

std::string learner_text(const LearnerSpec& spec) {
  switch (spec.type) {
    case LearnerType::kLogisticRegression:
      return "logistic regression";
    case LearnerType::kSvm:
      return "support vector machine";
    case LearnerType::kLinearRegression:
      return "linear regression";
    case LearnerType::kCodedLinearRegression:
      return "coded linear regression";
    case LearnerType::kSoftmaxRegression:
      return "softmax regression";
    case LearnerType::kSparseLogisticRegression:
      return fmt::format("sparse logistic regression, {} {} blocks, l1 {}", spec.blocks,
                         spec.random_order ? "random" : "sequential", spec.l1);
    case LearnerType::kMatrixFactorization:
      return fmt::format("matrix factorization, rank {}{}", spec.rank,
                         spec.biases ? " with biases" : "");
    case LearnerType::kLda:
      return fmt::format("LDA, {} topics", spec.topics);
    case LearnerType::kCountMin:
      return fmt::format("CountMin sketch, {} rows of {} counters", spec.depth, spec.width);
    case LearnerType::kPerceptron:
      return fmt::format("perceptron, hidden units {}", fmt::join(spec.hidden, ", "));
    case LearnerType::kTally:
      return fmt::format("tally, {} keys of each worker in each of two tables", spec.keys);
    case LearnerType::kNone:
      return fmt::format("none (timing only), {} parameters", human_count(spec.parameters));
  }
  return {};
}

std::string optimizer_text(const OptimizerSpec& spec) {
  const auto name = [&] {
    switch (spec.type) {
      case OptimizerType::kSgd:
        return "SGD";
      case OptimizerType::kMomentum:
        return "momentum";
      case OptimizerType::kAdagrad:
        return "AdaGrad";
      case OptimizerType::kAdam:
        return "Adam";
      case OptimizerType::kProximal:
        return "proximal";
    }
    return "";
  };
  return fmt::format("{}, learning rate {}", name(), exact(spec.learning_rate));
}

std::string straggler_text(const StragglerSpec& spec) {
  switch (spec.model) {
    case StragglerModel::kPersistent:
      return fmt::format("persistent x{}", exact(spec.factor));
    case StragglerModel::kExponential:
      return fmt::format("exponential, rate {}", exact(spec.rate));
    case StragglerModel::kShiftedExponential:
      return fmt::format("1 + exponential, rate {}", exact(spec.rate));
    case StragglerModel::kPareto:
      return fmt::format("Pareto, alpha {}, minimum {}", exact(spec.alpha), exact(spec.minimum));
    case StragglerModel::kWeibull:
      return fmt::format("Weibull, shape {}, scale {}", exact(spec.shape), exact(spec.scale));
    case StragglerModel::kUniform:
      return fmt::format("uniform {} to {}", exact(spec.min), exact(spec.max));
    case StragglerModel::kTwoPoint:
      return fmt::format("x{} with probability {}", exact(spec.factor), exact(spec.probability));
    case StragglerModel::kBursts:
      return fmt::format("bursts of x{}", exact(spec.factor));
    case StragglerModel::kPeriodic:
      return fmt::format("x{} every {}", exact(spec.factor), human_seconds(spec.period));
    case StragglerModel::kTrace:
      return "trace file";
  }
  return {};
}

std::string replication_text(const ReplicationSpec& spec) {
  if (spec.factor == 1) return "";
  return counted(spec.factor, "replica") + (spec.after_aggregation ? ", of sums" : "") +
         (spec.reads == Reads::kAny ? ", reads at any" : "");
}

std::string failover_text(const DetectionSpec& detection, WorkerLoss worker_loss) {
  if (!detection.enabled) return "";
  return fmt::format("lease {}, heartbeat {}{}", human_seconds(detection.lease.seconds),
                     human_seconds(detection.heartbeat.seconds),
                     worker_loss == WorkerLoss::kGoOn ? ", goes on without lost workers" : "");
}

std::string architecture_text(const ArchitectureSpec& spec) {
  std::string text = name_of(spec.type);
  if (spec.type == Architecture::kMapReduce)
    text += fmt::format(", storage of {}/s", human_bytes(spec.storage_bandwidth));
  return text;
}

std::string nodes_text(const NodeSelector& selector) {
  std::string text;
  for (const NodeRange& range : selector) {
    if (!text.empty()) text += ", ";
    text += range.first == range.last
                ? to_string(NodeId{range.role, range.first})
                : fmt::format("{}[{}-{}]", role_name(range.role), range.first, range.last);
  }
  return text;
}

}  // namespace

const char* status_name(RunStatus status) {
  switch (status) {
    case RunStatus::kDone:
      return "done";
    case RunStatus::kInterrupted:
      return "interrupted";
    case RunStatus::kFailed:
      return "failed";
  }
  return "";
}

const char* stop_reason_name(StopReason reason) {
  switch (reason) {
    case StopReason::kIterations:
      return "iterations";
    case StopReason::kTargetLoss:
      return "target_loss";
    case StopReason::kTime:
      return "time";
    case StopReason::kLost:
      return "lost";
  }
  return "";
}

RunHeader describe(const RunSpec& spec, std::string backend, std::string metric_name,
                   std::string variant) {
  RunHeader header;
  header.scenario = spec.name;
  header.variant = std::move(variant);
  header.seed = spec.seed;
  header.backend = std::move(backend);
  header.architecture = architecture_text(spec.architecture);
  header.consistency = describe(spec.consistency);
  header.workers = spec.cluster.workers;
  header.servers = spec.cluster.servers;
  header.managers = spec.cluster.managers;
  header.replicas = spec.replication.factor;
  header.replication = replication_text(spec.replication);
  header.failover = failover_text(spec.detection, spec.worker_loss);
  header.filters = filters_text(spec.filters);
  const NetworkSpec& network = spec.cluster.network;
  header.network =
      network.topology == Topology::kPlatform
          ? topology_text(network.topology)
          : fmt::format("{}, {}/s, {}", topology_text(network.topology),
                        human_bytes(network.bandwidth), human_seconds(network.latency));
  if (spec.wire.fixed_keys) header.network += ", 8-byte keys";
  if (spec.wire.doubles) header.network += ", 8-byte values";
  for (const StragglerSpec& straggler : spec.stragglers) {
    if (!header.stragglers.empty()) header.stragglers += "; ";
    header.stragglers += nodes_text(straggler.nodes) + ": " + straggler_text(straggler);
  }
  header.learner = learner_text(spec.job.learner);
  header.optimizer = has_own_rule(spec.job.learner.type) ? "the learner's own"
                                                         : optimizer_text(spec.job.optimizer);
  if (spec.job.data) {
    header.data = std::filesystem::path(spec.job.data->file).filename().string();
  }
  header.batch = spec.job.batch;
  header.metric_name = std::move(metric_name);
  header.target_loss = spec.job.stop.target_loss;
  return header;
}

}  // namespace psgrid::analysis
