// What a scenario says about the training job. Plain structs with the defaults of the format;
// checked by the loader before anything runs.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"

namespace psgrid {

enum class LearnerType {
  kLogisticRegression,
  kSvm,
  kLinearRegression,
  kCodedLinearRegression,
  kSoftmaxRegression,
  kSparseLogisticRegression,
  kMatrixFactorization,
  kLda,
  kCountMin,
  kPerceptron,
  kTally,
  kNone
};

struct LearnerSpec {
  LearnerType type = LearnerType::kLogisticRegression;
  double l2 = 0;                      // adds l2/2 * |weights|^2 to the loss (biases excluded)
  std::vector<std::uint32_t> hidden;  // perceptron: units of each hidden layer
  std::uint64_t parameters = 0;       // none: number of float32 parameters
  std::uint32_t keys = 0;             // tally: each worker's own, in each of two tables
  std::uint32_t rank = 0;             // matrix_factorization: values of a user's or item's row
  bool biases = false;                // matrix_factorization: one more
  std::uint32_t topics = 0;           // lda
  double alpha = 0.1, beta = 0.01;    // lda: priors of a document's topics and a topic's words
  double l1 = 0;                      // sparse_logistic_regression: adds l1 * |weights| to the loss
  std::uint32_t blocks = 1;           // sparse_logistic_regression: of features
  bool random_order = true;           // sparse_logistic_regression: of the blocks
  double step = 1;                    // sparse_logistic_regression: of the safe step's length
  double coupling = 1;                // sparse_logistic_regression: of two blocks, at most 1
  bool kkt_filter = false;            // sparse_logistic_regression: zeros that stay are not pushed
  std::uint32_t width = 0, depth = 0;  // count_min: counters of a row, and rows
  std::uint64_t items = 0;             // count_min: different items of the stream
  double skew = 1.1;                   // count_min: the i-th has a share proportional to i^-skew

  // Of the run, see learner_in().
  std::uint64_t seed = 1;
  std::uint32_t workers = 0;
  std::uint32_t batch = 0;
  std::uint32_t delay = 0;
  std::uint32_t stragglers = 0;
};

// Learners whose pushes are not gradients for an optimizer: they bring an update rule of their own.
constexpr bool has_own_rule(LearnerType learner) {
  return learner == LearnerType::kSparseLogisticRegression || learner == LearnerType::kLda ||
         learner == LearnerType::kCountMin;
}

enum class DataFormat { kLibsvm, kIdx, kCsv, kRatings, kLdaC };
enum class Transform { kNone, kLog1p, kStandardize, kLog1pStandardize, kMaxAbs };

enum class SyntheticType { kLinear, kRatings };

// Data drawn from a seed instead of read from files.
struct SyntheticSpec {
  SyntheticType type = SyntheticType::kLinear;
  std::uint32_t rows = 0;
  std::uint32_t features = 0;  // linear: standard normal, as are the true weights and bias
  double noise = 0;            // standard deviation of what is added to the true label
  std::uint32_t users = 0, items = 0, rank = 0;  // ratings: of the true matrix
};

struct DataSpec {
  std::optional<SyntheticSpec> synthetic;  // instead of all of the files
  std::string file;    // absolute, or relative to the working directory once resolved
  std::string labels;  // idx: the file of labels
  DataFormat format = DataFormat::kLibsvm;
  double test_fraction = 0.2;               // of the rows, drawn by a seed; unused with test_file
  std::optional<std::uint64_t> split_seed;  // that seed; absent: the run's
  std::string test_file, test_labels;       // held-out data in files of its own
  Transform transform = Transform::kNone;
  bool numeric_labels = false;     // labels are numbers, not classes: the learner says which
  std::uint32_t features = 0;      // 0: as many as the data have
  std::int32_t label_column = -1;  // csv: column of the label, negative counts from the end
};

enum class OptimizerType { kSgd, kMomentum, kAdagrad, kAdam, kProximal };

struct OptimizerSpec {
  OptimizerType type = OptimizerType::kSgd;
  double learning_rate = 0.1;  // step of one full round: one gradient of every worker
  double momentum = 0.9;
  double beta1 = 0.9, beta2 = 0.999;  // adam
  double epsilon = 1e-8;              // adagrad, adam
  double l1 = 0, l2 = 0;              // proximal: soft threshold and shrinkage
};

// How long a worker computes per iteration. Exactly one of the three is set.
struct ComputeSpec {
  bool automatic = true;                    // the learner's own count of operations
  std::optional<double> flops_per_example;  // divided by the host's speed
  std::optional<Duration> seconds;          // per iteration, on a host of nominal speed
};

struct StopSpec {
  std::optional<std::uint32_t> iterations;  // of each worker
  std::optional<double> target_loss;        // held-out loss
  std::optional<Duration> time;             // virtual (or real, on sockets) time
};

// Workers that have finished an iteration compute pieces of the mini-batches of those who have not.
struct WorkStealingSpec {
  std::uint32_t pieces = 8;    // of a mini-batch
  std::uint32_t partners = 1;  // the workers of the next ranks, whom a worker helps
};

struct JobSpec {
  LearnerSpec learner;
  std::optional<DataSpec> data;  // absent for learner "none"
  std::uint32_t batch = 32;      // examples of a mini-batch of one worker
  bool batch_by_speed =
      false;  // in the mean: in proportion to the speed of its host, as is its data
  OptimizerSpec optimizer;
  ComputeSpec compute;
  StopSpec stop;
  std::uint32_t local_steps = 1;  // mini-batches that a worker steps through before it pushes
  std::optional<WorkStealingSpec> work_stealing;
  double evaluate_every = 1;  // iterations (mean over workers) between evaluations
};

enum class ConsistencyModel {
  kBsp,
  kSsp,
  kBoundedDelay,
  kAsync,
  kKSync,
  kKBatchSync,
  kKAsync,
  kKBatchAsync,
  kBackupWorkers,
  kGradientCoding,
  kPartialGradients,
  kMdsCoding,
  kDynamicSsp,
  kBspThenAsync,
  kRoundRobin,
  kTaskGraph
};

// How gradient coding gives parts of a batch to workers (Tandon et al., ICML 2017).
enum class GradientCodeType {
  kFractionalRepetition,  // groups of workers do the same
  kCyclic,                // each worker does as many parts from its own on
};

// By what a stale gradient's step is multiplied, where gradients are applied one by one.
enum class StaleStep {
  kFull,      // 1
  kConstant,  // a factor, whatever the staleness
  kUpdates,   // 1 / staleness in updates (Zhang et al., IJCAI 2016)
  kClocks,    // 1 / (1 + staleness in clocks) (Jiang et al., SIGMOD 2017)
};

// How many iterations of a task may be unfinished when its next one begins.
struct DelayRule {
  enum class Kind {
    kFixed,           // `from`
    kAny,             // there is no bound
    kOverIterations,  // changes evenly from `from` at the first iteration to `to`, `over` later
    kAsNeeded,        // `from` to `to`: as many as keep the fastest worker busy
  };
  Kind kind = Kind::kFixed;
  std::uint32_t from = 0, to = 0;
  std::uint32_t over = 0;
};

// So many iterations of all workers, once other tasks have finished (task_graph.hpp).
struct TaskSpec {
  std::string name;
  std::uint32_t iterations = 0;  // 0: to the end of the job
  std::vector<std::string> after;
  DelayRule delay;
};

struct ConsistencySpec {
  ConsistencyModel model = ConsistencyModel::kBsp;
  std::uint32_t staleness = 0;      // ssp; dynamic_ssp: the least bound
  std::uint32_t staleness_max = 0;  // dynamic_ssp: the greatest
  std::uint32_t delay = 0;          // bounded_delay
  bool cache = false;               // ssp: workers read fresh-enough rows from a cache of their own
  bool eager = false;               // ssp with a cache: servers send it rows as clocks rise
  std::uint32_t gradients = 1;      // k_sync, k_batch_sync, k_async, k_batch_async, backup_workers:
                                    // in an update; gradient_coding, mds_coding: pushes that are
                                    // enough for one; partial_gradients: parts
  std::uint32_t stragglers = 0;     // gradient_coding, mds_coding: workers that may be late
  std::uint32_t redundancy = 1;     // partial_gradients: workers that compute a part
  GradientCodeType code = GradientCodeType::kFractionalRepetition;  // gradient_coding
  std::uint32_t switch_at = 0;              // bsp_then_async: iterations before
  std::vector<TaskSpec> tasks;              // task_graph
  StaleStep stale_step = StaleStep::kFull;  // ssp, dynamic_ssp, async, bsp_then_async, round_robin
  double stale_factor = 1;                  // of StaleStep::kConstant
};

enum class PartitionType { kRing, kRange };

struct PartitionSpec {
  PartitionType type = PartitionType::kRing;
  std::uint32_t virtual_nodes = 64;     // of each shard, ring only
  std::uint32_t shards_per_server = 1;  // at the start; what moves when servers join or leave
  bool operator==(const PartitionSpec&) const = default;
};

// Work of a server beyond moving bytes; divided by its host's speed. The defaults are the means of
// what 22 runs of `psgrid calibrate` measured on 2 cores of 7.1 Gf/s, rounded: 2.2 to 2.4 flops to
// apply a value, 2.1 to 2.2 to serve one, 8e3 to 16e3 (1.2 to 2.3 us) a message.
struct CostSpec {
  double apply_flops_per_value = 2.3;  // one push: per value applied
  double serve_flops_per_value = 2.1;  // one pull: per value read
  double message_flops = 10e3;         // per message handled
};

// Retry of requests that got no answer.
struct RetrySpec {
  Duration timeout{0};  // of the first try; 0: never (nothing is lost without faults)
  double backoff = 2;   // factor from try to try
  Duration timeout_max{60};
};

struct ClientSpec {
  std::uint32_t outstanding_pushes = 4;  // clocks whose pushes may be unacknowledged at once
  Duration hedge_after{0};  // reads of any replica: an unanswered pull then goes to another, too
  RetrySpec retry;
};

// Which replica of a shard answers pulls.
enum class Reads { kTail, kAny };

// Chain replication (van Renesse, Schneider, OSDI 2004) of every shard over the next servers.
struct ReplicationSpec {
  std::uint32_t factor = 1;        // replicas of each shard, the first included
  bool after_aggregation = false;  // sum an iteration's gradients first, then replicate the sum
  Reads reads = Reads::kTail;
};

// How the manager notices that nodes are gone.
struct DetectionSpec {
  bool enabled = false;     // else every node is thought to be there for ever
  Duration heartbeat{0.1};  // between two signs of life
  Duration lease{0.4};      // without one for so long, a node is expelled; it has stopped by then
};

// How often a checkpoint is made, and how fast a server writes and reads its part.
struct CheckpointSpec {
  Duration every{0};             // from the end of one to the beginning of the next; or
  std::uint32_t iterations = 0;  // of the slowest worker, from the beginning of one to the next
  double bandwidth = 500e6;      // bytes per second
};

enum class WorkerLoss {
  kWait,  // the others go on as far as the consistency model lets them
  kGoOn,  // it leaves the view, and nobody waits for it
};

}  // namespace psgrid
