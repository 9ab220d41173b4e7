#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/consistency.hpp"
#include "scenarios/consistency_names.hpp"
#include "scenarios/input/check_run.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

bool is_quantizer(FilterType type) {
  return type == FilterType::kFixedPoint || type == FilterType::kOneBit;
}

bool changes_values(FilterType type) {
  return type != FilterType::kKeyCaching && type != FilterType::kSnappy;
}

// Only what is sent is smaller, whatever the values are.
bool works_on_phantoms(FilterType type) {
  return type == FilterType::kKeyCaching || type == FilterType::kTopK ||
         type == FilterType::kRandomSkip || is_quantizer(type);
}

bool is_redundant(const ConsistencySpec& spec) {
  return make_consistency(spec)->redundancy().has_value();
}

bool meet(const FilterSpec& a, const FilterSpec& b) {
  if (!(a.push && b.push) && !(a.pull && b.pull)) return false;
  return a.tables.empty() || b.tables.empty() ||
         std::any_of(a.tables.begin(), a.tables.end(), [&](const std::string& table) {
           return std::find(b.tables.begin(), b.tables.end(), table) != b.tables.end();
         });
}

std::vector<std::string> table_names(const LearnerSpec& learner) {
  switch (learner.type) {
    case LearnerType::kLogisticRegression:
    case LearnerType::kSvm:
    case LearnerType::kLinearRegression:
    case LearnerType::kCodedLinearRegression:
    case LearnerType::kSoftmaxRegression:
    case LearnerType::kSparseLogisticRegression:
      return {"weights"};
    case LearnerType::kMatrixFactorization:
      return {"users", "items"};
    case LearnerType::kLda:
      return {"words", "totals"};
    case LearnerType::kCountMin:
      return {"counters", "batches"};
    case LearnerType::kPerceptron: {
      std::vector<std::string> names;
      for (std::size_t layer = 1; layer <= learner.hidden.size() + 1; ++layer)
        names.push_back("layer" + std::to_string(layer));
      return names;
    }
    case LearnerType::kTally:
      return {"first", "second"};
    case LearnerType::kNone:
      break;
  }
  return {"parameters"};
}

// Weights cannot be answered with in parts, nor what they lack made up for later.
void check_direction(const FilterSpec& filter, const std::string& pointer, Problems& problems) {
  if (!filter.pull || !changes_values(filter.type) || filter.type == FilterType::kFixedPoint)
    return;
  problems.error(pointer + "/direction",
                 fmt::format("found \"{}\", expected \"push\": this filter is for gradients",
                             filter.push ? "both" : "pull"));
}

void check_tables(const FilterSpec& filter, const std::string& pointer, const RunSpec& run,
                  Problems& problems) {
  const std::vector<std::string> names = table_names(run.job.learner);
  for (std::size_t i = 0; i < filter.tables.size(); ++i)
    if (std::find(names.begin(), names.end(), filter.tables[i]) == names.end())
      problems.error(fmt::format("{}/tables/{}", pointer, i),
                     fmt::format("found {}, expected a table of the learner: {}",
                                 in_quotes(filter.tables[i]), fmt::join(names, ", ")));
}

void check_learner(const FilterSpec& filter, const std::string& pointer, const RunSpec& run,
                   Problems& problems) {
  if (run.job.learner.type == LearnerType::kNone && !works_on_phantoms(filter.type))
    problems.error(pointer + "/type",
                   "found a filter whose effect depends on values with the learner \"none\", which "
                   "has none, expected key_caching, fixed_point, one_bit, random_skip or top_k");
  const LearnerType learner = run.job.learner.type;
  const bool is_exact = learner == LearnerType::kTally || has_own_rule(learner);
  if (is_exact && changes_values(filter.type))
    problems.error(pointer + "/type",
                   "found a filter that changes values with a learner whose pushes must arrive as "
                   "they are, expected key_caching or snappy");
  else if (filter.push && changes_values(filter.type) && is_redundant(run.consistency))
    problems.error(pointer + "/type",
                   fmt::format("found a filter that changes what is pushed with the consistency "
                               "model {}, which decodes it, expected key_caching or snappy",
                               in_quotes(consistency_name(run.consistency.model))));
  const OptimizerSpec& optimizer = run.job.optimizer;
  if (filter.type != FilterType::kKkt) return;
  if (optimizer.type != OptimizerType::kProximal || optimizer.l1 == 0)
    problems.error(pointer + "/type",
                   "found \"kkt\", expected the optimizer \"proximal\" with an \"l1\" above 0");
  else if (filter.margin >= optimizer.l1)
    problems.error(pointer + "/margin",
                   fmt::format("found {}, expected less than l1, which is {}",
                               number_text(filter.margin), number_text(optimizer.l1)));
}

// What comes after a filter that writes values its own way must not change them again.
void check_order(const RunSpec& run, std::size_t at, Problems& problems) {
  const FilterSpec& filter = run.filters[at];
  const std::string pointer = fmt::format("/filters/{}", at);
  for (std::size_t before = 0; before < at; ++before) {
    const FilterSpec& earlier = run.filters[before];
    if (!meet(filter, earlier)) continue;
    if (earlier.type == FilterType::kSnappy)
      return problems.error(pointer,
                            fmt::format("found a filter after the \"snappy\" of /filters/{}, "
                                        "expected \"snappy\" last",
                                        before));
    if (is_quantizer(earlier.type) && changes_values(filter.type))
      return problems.error(
          pointer, fmt::format("found a filter that changes values after /filters/{}, which writes "
                               "them in few bits, expected it before",
                               before));
    if (earlier.type == filter.type)
      return problems.error(
          pointer,
          fmt::format("found the type of /filters/{} again for the same messages", before));
  }
}

}  // namespace

void check_filters(const RunSpec& run, const ReadContext& context) {
  Problems& problems = context.problems;
  for (const char* pointer : {"/filters", "/job/learner", "/job/optimizer"})
    if (!problems.sound(pointer)) return;
  for (std::size_t i = 0; i < run.filters.size(); ++i) {
    const std::string pointer = fmt::format("/filters/{}", i);
    check_direction(run.filters[i], pointer, problems);
    check_tables(run.filters[i], pointer, run, problems);
    check_learner(run.filters[i], pointer, run, problems);
    check_order(run, i, problems);
  }
}

}  // namespace psgrid::scenarios
