#include <string>

#include <fmt/format.h>

#include "model/codes/cyclic_code.hpp"
#include "model/consistency.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/input/check_run.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// Pushes are float32: what a sum of them may be wrong by.
constexpr double kErrorMost = 1e-3;

void check_code(const RunSpec& run, Problems& problems) {
  const ConsistencySpec& spec = run.consistency;
  const std::uint32_t workers = run.cluster.workers, late = spec.stragglers;
  if (spec.model == ConsistencyModel::kPartialGradients) {
    if (spec.redundancy > workers)
      problems.error(
          "/consistency/redundancy",
          fmt::format("found {}, expected at most the {} workers", spec.redundancy, workers));
    return;
  }
  if (late >= workers)
    return problems.error(
        "/consistency/stragglers",
        fmt::format("found {}, expected fewer than the {} workers", late, workers));
  if (spec.model != ConsistencyModel::kGradientCoding) return;
  if (spec.code == GradientCodeType::kFractionalRepetition) {
    if (workers % (late + 1) != 0)
      problems.error(
          "/consistency/stragglers",
          fmt::format("found {} with {} workers, expected a number that, plus 1, divides "
                      "the number of workers, or the code \"cyclic\"",
                      late, workers));
    return;
  }
  constexpr double kRounding = 1.0 / (1 << 24);
  const double error = CyclicCode(workers, late).error_growth() * kRounding;
  if (error > kErrorMost)
    problems.error(
        "/consistency/stragglers",
        fmt::format("found {} of {} workers, of whose gradients the cyclic code may lose "
                    "a part of {:.1g} to rounding, expected fewer, or the code "
                    "\"fractional_repetition\"",
                    late, workers, error));
}

void check_learner(const RunSpec& run, Problems& problems) {
  const bool is_coded = run.job.learner.type == LearnerType::kCodedLinearRegression;
  const bool multiplies = run.consistency.model == ConsistencyModel::kMdsCoding;
  if (is_coded && !multiplies)
    problems.error("/consistency/model",
                   fmt::format("found {} with the learner \"coded_linear_regression\", expected "
                               "\"mds_coding\"",
                               in_quotes(consistency_name(run.consistency.model))));
  if (multiplies && !is_coded)
    problems.error("/consistency/model",
                   "found \"mds_coding\" with a learner that multiplies no matrix, expected the "
                   "learner \"coded_linear_regression\"");
}

// A code is for as many workers as there are, and for sums of what is pushed.
void check_company(const RunSpec& run, Problems& problems) {
  const std::string model = in_quotes(consistency_name(run.consistency.model));
  if (run.job.learner.type == LearnerType::kTally)
    problems.error("/consistency/model",
                   fmt::format("found {} with the learner \"tally\", expected a model that applies "
                               "every push by itself",
                               model));
  if (run.audited)
    problems.error("/audit",
                   fmt::format("found an audit with {}, expected \"no\": what a push adds "
                               "cannot be told from what others of its part do",
                               model));
  if (run.worker_loss == WorkerLoss::kGoOn)
    problems.error("/failover/worker_loss",
                   fmt::format("found \"go_on\" with {}, expected \"wait\": it is for a certain "
                               "number of workers, and goes on without some of them anyway",
                               model));
  for (const FaultSpec& fault : run.faults)
    if ((fault.kind == FaultKind::kJoin || fault.kind == FaultKind::kLeave) &&
        has_role(fault.nodes, Role::kWorker))
      return problems.error("/consistency/model",
                            fmt::format("found {} with workers that {}, expected another model: it "
                                        "is for a certain number of workers",
                                        model, fault_name(fault)));
}

}  // namespace

void check_redundancy(const RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  for (const char* pointer : {"/consistency", "/cluster/workers", "/job/learner"})
    if (!problems.sound(pointer)) return;
  check_learner(run, problems);
  if (!make_consistency(run.consistency)->redundancy()) return;
  check_code(run, problems);
  check_company(run, problems);
}

}  // namespace psgrid::scenarios
