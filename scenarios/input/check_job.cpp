#include <bit>
#include <string>

#include <fmt/format.h>

#include "model/consistency.hpp"
#include "model/learners/tally.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/input/check_run.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

void check_files(const DataSpec& data, const ReadContext& context) {
  const auto check = [&](const std::string& path, const char* key) {
    const std::string pointer = std::string("/job/data/") + key;
    if (!path.empty() && context.problems.sound(pointer) && !context.files.is_file(path))
      context.problems.error(pointer, "found no file " + path +
                                          ", expected data (paths are relative to the scenario)");
  };
  check(data.file, "file");
  check(data.labels, "labels");
  check(data.test_file, "test_file");
  check(data.test_labels, "test_labels");
}

// What examples are made of.
enum class Kind { kClasses, kNumbers, kRatings, kDocuments };

const char* text_of(Kind kind) {
  switch (kind) {
    case Kind::kClasses:
      return "examples with classes";
    case Kind::kNumbers:
      return "examples with numbers as labels";
    case Kind::kRatings:
      return "ratings";
    case Kind::kDocuments:
      return "documents (\"lda_c\")";
  }
  return "";
}

Kind kind_of(const DataSpec& data) {
  if (data.synthetic)
    return data.synthetic->type == SyntheticType::kLinear ? Kind::kNumbers : Kind::kRatings;
  if (data.format == DataFormat::kLdaC) return Kind::kDocuments;
  return data.format == DataFormat::kRatings ? Kind::kRatings : Kind::kNumbers;
}

Kind kind_for(LearnerType learner) {
  if (learner == LearnerType::kMatrixFactorization) return Kind::kRatings;
  if (learner == LearnerType::kLda) return Kind::kDocuments;
  const bool of_numbers =
      learner == LearnerType::kLinearRegression || learner == LearnerType::kCodedLinearRegression;
  return of_numbers ? Kind::kNumbers : Kind::kClasses;
}

void check_synthetic(const JobSpec& job, const ReadContext& context) {
  if (!job.data->synthetic || job.data->synthetic->type != SyntheticType::kRatings) return;
  const SyntheticSpec& drawn = *job.data->synthetic;
  const std::uint64_t pairs = std::uint64_t{drawn.users} * drawn.items;
  if (2 * std::uint64_t{drawn.rows} > pairs)
    context.problems.error(
        "/job/data/synthetic/rows",
        fmt::format("found {} ratings, expected at most {}, half of the pairs of users and items",
                    drawn.rows, pairs / 2));
}

void check_kind(const JobSpec& job, const ReadContext& context) {
  if (!context.problems.sound("/job/learner") || !context.problems.sound("/job/data")) return;
  const Kind data = kind_of(*job.data), wanted = kind_for(job.learner.type);
  // Labels in a file may be either.
  const bool labelled = data == Kind::kNumbers && !job.data->synthetic;
  if (data == wanted || (labelled && wanted == Kind::kClasses))
    return check_synthetic(job, context);
  context.problems.error(
      job.data->synthetic ? "/job/data/synthetic" : "/job/data/format",
      fmt::format("found {}, expected {} for the job's learner",
                  labelled ? "labelled examples" : text_of(data), text_of(wanted)));
}

void check_stop(RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  StopSpec& stop = run.job.stop;
  if (!problems.sound("/job/stop") || !problems.sound("/job/learner")) return;
  const LearnerType learner = run.job.learner.type;
  const bool learns = learner != LearnerType::kNone && learner != LearnerType::kTally &&
                      learner != LearnerType::kCountMin;
  if (stop.target_loss && !learns) {
    if (problems.overridden("/job/stop/target_loss", "/job/learner/type") &&
        (stop.iterations || stop.time))
      stop.target_loss.reset();
    else
      problems.key_error(
          "/job/stop/target_loss",
          "found \"target_loss\", which has no effect with a learner that does not learn, "
          "expected \"iterations\" or \"time\"");
  }
  if (stop.target_loss && !stop.iterations && !stop.time)
    problems.warning("/job/stop",
                     "a run that never reaches the target loss never ends; add \"iterations\" or "
                     "\"time\"");
}

// What is pushed to a rule of the learner's own counts as it is, and all of it; the derivatives of
// a block of features even together.
void check_own_rule(const RunSpec& run, const ReadContext& context) {
  const ConsistencySpec& consistency = run.consistency;
  const LearnerType learner = run.job.learner.type;
  if (!has_own_rule(learner) || !context.problems.sound("/consistency") ||
      !context.problems.sound("/job/learner"))
    return;
  const auto model = make_consistency(consistency);
  const bool in_blocks = learner == LearnerType::kSparseLogisticRegression;
  if (in_blocks ? !model->sums_iterations() : model->quorum().has_value())
    context.problems.error(
        "/consistency/model",
        fmt::format("found {}, expected {}", in_quotes(consistency_name(consistency.model)),
                    in_blocks ? "\"bsp\" or \"bounded_delay\": a block is updated by all workers' "
                                "derivatives together"
                              : "a model that applies every push"));
  if (consistency.stale_step != StaleStep::kFull)
    context.problems.error("/consistency/stale_step",
                           "found a factor for pushes that are not gradients, expected \"full\"");
}

// A worker's cache replays its own updates, which only plain SGD and increments allow.
void check_cache(RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  if (!run.consistency.cache || !problems.sound("/job/optimizer")) return;
  const LearnerType learner = run.job.learner.type;
  if (has_own_rule(learner) ? learner != LearnerType::kSparseLogisticRegression
                            : run.job.optimizer.type == OptimizerType::kSgd)
    return;
  if (problems.overridden("/consistency/cache", "/job/optimizer/type"))
    run.consistency.cache = false;
  else
    problems.error(
        "/consistency/cache",
        "found true with an optimizer other than \"sgd\", expected \"sgd\" (a cache adds "
        "a worker's own updates itself)");
}

void check_consistency(const RunSpec& run, const Json& document, const ReadContext& context) {
  Problems& problems = context.problems;
  if (!problems.sound("/consistency") || !problems.sound("/cluster/workers")) return;
  const ConsistencySpec& consistency = run.consistency;
  const Fields fields = Fields::of(document, "consistency");
  const std::uint32_t workers = run.cluster.workers;
  const auto quorum = make_consistency(consistency)->quorum();
  if (quorum && quorum->one_each && consistency.gradients > workers)
    problems.error("/consistency/gradients",
                   fmt::format("found {} gradients of different workers, expected at most {}, the "
                               "number of workers",
                               consistency.gradients, workers));
  std::uint32_t backups = 0;
  fields.read("backups", backups);
  if (backups >= workers)
    problems.error("/consistency/backups",
                   fmt::format("found {}, expected fewer than the {} workers", backups, workers));
  if (consistency.model == ConsistencyModel::kDynamicSsp &&
      consistency.staleness_max < consistency.staleness)
    problems.error("/consistency/staleness_max",
                   fmt::format("found {}, expected at least \"staleness\", which is {}",
                               consistency.staleness_max, consistency.staleness));
  if (consistency.model != ConsistencyModel::kRoundRobin) return;
  if (run.worker_loss == WorkerLoss::kGoOn)
    problems.error(
        "/failover/worker_loss",
        "found \"go_on\" with \"round_robin\", expected \"wait\": the turn could be lost "
        "with its worker");
  for (const FaultSpec& fault : run.faults)
    if ((fault.kind == FaultKind::kCrash || fault.kind == FaultKind::kJoin ||
         fault.kind == FaultKind::kLeave) &&
        has_role(fault.nodes, Role::kWorker))
      return problems.error(
          "/consistency/model",
          fmt::format("found \"round_robin\" with a fault {} of workers, expected "
                      "another model: the turn could be lost with its worker",
                      in_quotes(fault_name(fault))));
}

// Between its pushes a worker can do what plain SGD does, and nothing else.
void check_local_steps(RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  if (run.job.local_steps == 1 || !problems.sound("/job") || !problems.sound("/consistency"))
    return;
  const auto quorum = make_consistency(run.consistency)->quorum();
  const bool cancels = quorum && quorum->cancels;
  if (run.job.optimizer.type == OptimizerType::kSgd && !cancels) return;
  const char* cause = cancels ? "/consistency/model" : "/job/optimizer/type";
  if (problems.overridden("/job/local_steps", cause))
    run.job.local_steps = 1;
  else
    problems.error("/job/local_steps",
                   cancels ? fmt::format("found {} with the consistency model {}, expected 1: "
                                         "workers give gradients up",
                                         run.job.local_steps,
                                         in_quotes(consistency_name(run.consistency.model)))
                           : fmt::format("found {} with an optimizer other than \"sgd\", expected "
                                         "\"sgd\": a worker takes the steps in between by itself",
                                         run.job.local_steps));
}

// Models whose updates are not of all workers' gradients would not notice who did more.
void check_batches(const RunSpec& run, const ReadContext& context) {
  if (!run.job.batch_by_speed || !context.problems.sound("/job") ||
      !context.problems.sound("/consistency"))
    return;
  const auto model = make_consistency(run.consistency);
  if (model->quorum() || model->redundancy() || !has_parameter_server(run.architecture))
    context.problems.error("/job/batches",
                           fmt::format("found \"by_speed\" with {}, expected \"equal\"",
                                       has_parameter_server(run.architecture)
                                           ? "the consistency model " +
                                                 in_quotes(consistency_name(run.consistency.model))
                                           : "an architecture without a parameter server"));
}

// Pieces of one step's mini-batch, of workers who wait for one another.
void check_work_stealing(const RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  if (!run.job.work_stealing || !problems.sound("/job") || !problems.sound("/consistency") ||
      !problems.sound("/cluster/workers"))
    return;
  const ConsistencyModel model = run.consistency.model;
  if (!leaves_time_to_help(model))
    problems.error("/job/work_stealing",
                   fmt::format("found the consistency model {}, expected \"bsp\", \"ssp\" or "
                               "\"dynamic_ssp\", under which workers wait",
                               in_quotes(consistency_name(model))));
  if (run.job.local_steps > 1)
    problems.error(
        "/job/work_stealing",
        fmt::format("found {} local steps, expected 1: others do not have the weights in "
                    "between",
                    run.job.local_steps));
  if (run.job.work_stealing->partners >= run.cluster.workers)
    problems.error("/job/work_stealing/partners",
                   fmt::format("found {}, expected fewer than the {} workers",
                               run.job.work_stealing->partners, run.cluster.workers));
}

// Only another replica can answer instead.
void check_hedge(const RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  if (run.client.hedge_after.seconds == 0 || !problems.sound("/client") ||
      !problems.sound("/replication"))
    return;
  if (run.replication.factor == 1 || run.replication.reads != Reads::kAny)
    problems.key_error("/client/hedge_after",
                       "found \"hedge_after\", which has no effect unless any of several replicas "
                       "may answer: \"replication\": {\"factor\": 2, \"reads\": \"any\"}");
}

void check_retry(const RunSpec& run, const Json& document, const ReadContext& context) {
  Problems& problems = context.problems;
  const Json* client = Fields(document).find("client");
  if (!client || !problems.sound("/client/retry")) return;
  const Fields fields = Fields::of(*client, "retry");
  const RetrySpec& retry = run.client.retry;
  for (const char* key : {"backoff", "timeout_max"})
    if (retry.timeout.seconds == 0 && fields.has(key))
      problems.key_error(
          std::string("/client/retry/") + key,
          "found " + in_quotes(key) + ", which has no effect with \"timeout\": 0 (never repeat)");
  if (retry.timeout.seconds > retry.timeout_max.seconds)
    problems.error("/client/retry/timeout",
                   "found " + number_text(retry.timeout.seconds) +
                       " seconds, expected at most \"timeout_max\", which is " +
                       number_text(retry.timeout_max.seconds) + " seconds");
}

// As many as its tables() will be.
std::uint64_t tables_of(const LearnerSpec& learner) {
  if (learner.type == LearnerType::kTally) return TallyLayout::kTables;
  if (learner.type == LearnerType::kMatrixFactorization || learner.type == LearnerType::kLda ||
      learner.type == LearnerType::kCountMin)
    return 2;
  return learner.type == LearnerType::kPerceptron ? learner.hidden.size() + 1 : 1;
}

// All nodes hold the points of all rings, one ring a table; a view has at most so many (codec.cpp).
void check_ring(const RunSpec& run, const ReadContext& context) {
  constexpr std::uint64_t kPointsMax = 1u << 20;
  if (run.partition.type != PartitionType::kRing) return;
  for (const char* pointer : {"/partition", "/job/learner", "/cluster/servers"})
    if (!context.problems.sound(pointer)) return;
  const std::uint64_t tables = tables_of(run.job.learner);
  const std::uint64_t shards = std::uint64_t{run.cluster.servers} * run.partition.shards_per_server;
  const std::uint64_t most = kPointsMax / (shards * tables);
  if (run.partition.virtual_nodes <= most) return;
  context.problems.error(
      "/partition/virtual_nodes",
      fmt::format("found {} points of each shard, expected at most {} with {} shards{}",
                  run.partition.virtual_nodes, most, shards,
                  tables > 1 ? fmt::format(" and {} tables", tables) : ""));
}

// Counters are float32, which holds integers up to 2^24.
void check_counts(const RunSpec& run, const ReadContext& context) {
  constexpr double kExact = 1u << 24;
  const auto& iterations = run.job.stop.iterations;
  if (run.job.learner.type != LearnerType::kCountMin || !iterations) return;
  const double length = 1.0 * run.cluster.workers * run.job.batch * *iterations;
  if (length > kExact)
    context.problems.error(
        "/job/stop/iterations",
        fmt::format("found a stream of {:.0f} items, expected at most {:.0f}, up to which "
                    "counters are exact",
                    length, kExact));
}

void check_tally(const RunSpec& run, const ReadContext& context) {
  if (run.job.learner.type != LearnerType::kTally) return;
  const auto expect_power_of_2 = [&](const char* pointer, std::uint32_t found) {
    if (!std::has_single_bit(found))
      context.problems.error(
          pointer, fmt::format("found {}, expected a power of 2, with which the learner \"tally\" "
                               "counts exactly",
                               found));
  };
  expect_power_of_2("/job/local_steps", run.job.local_steps);
  if (run.job.work_stealing)
    expect_power_of_2("/job/work_stealing/pieces", run.job.work_stealing->pieces);
  const std::uint32_t workers = run.cluster.workers;
  if (!context.problems.sound("/consistency")) return;
  if (const std::uint32_t gradients = gradients_in_update(run); gradients != workers) {
    if (!is_tally_exact(gradients) && !make_consistency(run.consistency)->redundancy())
      context.problems.error(
          "/consistency/gradients",
          fmt::format("found {}, expected a number of gradients of which the learner \"tally\" "
                      "counts means exactly (1 to 6, 8, 9, 10, 16)",
                      gradients));
    return;
  }
  if (is_tally_exact(workers)) return;
  context.problems.error(
      "/cluster/workers",
      fmt::format("found {} workers, expected a number for which the learner \"tally\" counts "
                  "exactly (1 to 6, 8, 9, 10, 16)",
                  workers));
}

}  // namespace

void check_job(RunSpec& run, const Json& document, const ReadContext& context) {
  if (run.job.data) {
    check_files(*run.job.data, context);
    check_kind(run.job, context);
  }
  check_stop(run, context);
  check_tasks(run, document, context);
  check_own_rule(run, context);
  check_counts(run, context);
  check_cache(run, context);
  check_consistency(run, document, context);
  check_local_steps(run, context);
  check_ring(run, context);
  check_tally(run, context);
  check_retry(run, document, context);
  check_hedge(run, context);
  check_work_stealing(run, context);
  check_batches(run, context);
}

}  // namespace psgrid::scenarios
