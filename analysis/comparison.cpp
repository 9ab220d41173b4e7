#include "analysis/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace psgrid::analysis {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Member>
double median_of(const std::vector<Summary>& summaries, Member member) {
  std::vector<double> values;
  for (const Summary& summary : summaries) values.push_back(static_cast<double>(summary.*member));
  return values.empty() ? 0 : range_of(values).median;
}

// The values that are there.
std::vector<double> present(const std::vector<Summary>& summaries,
                            std::optional<double> Summary::*member) {
  std::vector<double> values;
  for (const Summary& summary : summaries) {
    if (summary.*member) values.push_back(*(summary.*member));
  }
  return values;
}

std::optional<double> finite_median(std::vector<double> reached, std::size_t runs) {
  reached.resize(runs, infinity);
  if (reached.empty()) return {};
  const double median = range_of(reached).median;
  return std::isfinite(median) ? std::optional(median) : std::nullopt;
}

void summarize_target(const std::vector<Summary>& summaries, VariantSummary& variant) {
  const std::vector<double> times = present(summaries, &Summary::time_to_target_s);
  variant.reached = times.size();
  variant.time_to_target_s = finite_median(times, summaries.size());
  variant.iterations_to_target =
      finite_median(present(summaries, &Summary::iterations_to_target), summaries.size());
  if (times.empty()) return;
  const Range range = range_of(times);
  variant.time_to_target_s_min = range.min;
  variant.time_to_target_s_max = range.max;
}

void summarize_totals(const std::vector<RunData>& runs, VariantSummary& variant) {
  TimeSplit sum;
  double iterations = 0, gradients = 0, staleness = 0, staleness_updates = 0;
  for (const RunData& run : runs) {
    if (run.status == RunStatus::kFailed && variant.failed++ == 0) variant.failure = run.failure;
    sum.compute_s += run.time.compute_s;
    sum.wait_s += run.time.wait_s;
    sum.pull_s += run.time.pull_s;
    sum.push_s += run.time.push_s;
    iterations += static_cast<double>(run.worker_iterations);
    gradients += static_cast<double>(run.staleness.count());
    staleness += static_cast<double>(run.staleness.sum());
    staleness_updates += static_cast<double>(run.staleness_updates.sum());
    variant.max_staleness = std::max(variant.max_staleness, run.staleness.max());
    variant.max_staleness_updates =
        std::max(variant.max_staleness_updates, run.staleness_updates.max());
  }
  if (iterations > 0) {
    variant.time_per_iteration = {sum.compute_s / iterations, sum.wait_s / iterations,
                                  sum.pull_s / iterations, sum.push_s / iterations};
    variant.iteration_s_mean = variant.time_per_iteration.total();
  }
  if (gradients > 0) {
    variant.mean_staleness = staleness / gradients;
    variant.mean_staleness_updates = staleness_updates / gradients;
  }
}

VariantSummary summarize_variant(const VariantRuns& data, const std::vector<Summary>& summaries) {
  VariantSummary variant;
  variant.name = data.name;
  variant.runs = summaries.size();
  summarize_target(summaries, variant);
  if (const auto losses = present(summaries, &Summary::final_loss); !losses.empty()) {
    variant.final_loss = range_of(losses);
  }
  if (const auto metrics = present(summaries, &Summary::final_metric); !metrics.empty()) {
    variant.final_metric = range_of(metrics).median;
  }
  std::vector<double> times;
  for (const RunData& run : data.runs) times.push_back(run.virtual_time_s);
  if (!times.empty()) variant.virtual_time_s = range_of(times).median;
  variant.iterations = median_of(summaries, &Summary::iterations);
  variant.iterations_per_s = median_of(summaries, &Summary::iterations_per_s);
  variant.bytes_on_wire = median_of(summaries, &Summary::bytes_on_wire);
  variant.messages = median_of(summaries, &Summary::messages);
  variant.replication_bytes = median_of(summaries, &Summary::replication_bytes);
  variant.failovers = median_of(summaries, &Summary::failovers);
  for (const auto& [from, to] :
       {std::pair{&Summary::recovery_s_max, &VariantSummary::recovery_s_max},
        {&Summary::throughput_recovery_s_max, &VariantSummary::throughput_recovery_s_max}})
    if (const auto longest = present(summaries, from); !longest.empty())
      variant.*to = range_of(longest).max;
  summarize_totals(data.runs, variant);
  return variant;
}

// What speed-ups compare, smaller being faster: seconds to the target, or seconds an iteration.
// What has failed is infinitely slow, however fast it was until then.
double slowness(const Summary& summary, bool has_target) {
  if (summary.failed) return infinity;
  if (has_target) return summary.time_to_target_s.value_or(infinity);
  return summary.iterations_per_s > 0 ? 1 / summary.iterations_per_s : infinity;
}

double slowness(const VariantSummary& variant, bool has_target) {
  if (2 * variant.failed >= variant.runs) return infinity;
  if (has_target) return variant.time_to_target_s.value_or(infinity);
  return variant.iterations_per_s > 0 ? 1 / variant.iterations_per_s : infinity;
}

void compare_with(const VariantRuns& base_runs, const std::vector<Summary>& base,
                  const VariantRuns& runs, const std::vector<Summary>& summaries, bool has_target,
                  VariantSummary& variant) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < runs.runs.size(); ++i) {
    for (std::size_t j = 0; j < base_runs.runs.size(); ++j) {
      if (runs.runs[i].header.seed != base_runs.runs[j].header.seed) continue;
      const double ratio = slowness(base[j], has_target) / slowness(summaries[i], has_target);
      if (std::isfinite(ratio) && ratio > 0) ratios.push_back(ratio);
    }
  }
  if (ratios.empty()) return;
  const Range range = range_of(ratios);
  variant.speedup_min = range.min;
  variant.speedup_max = range.max;
}

}  // namespace

Range range_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[half] : values[half - 1] / 2 + values[half] / 2;
  return {median, values.front(), values.back()};
}

bool has_failures(const Comparison& comparison) {
  return std::any_of(comparison.variants.begin(), comparison.variants.end(),
                     [](const VariantSummary& v) { return v.failed > 0 || v.failovers > 0; });
}

Comparison compare(const ComparisonData& data) {
  Comparison comparison;
  comparison.scenario = data.scenario;
  std::vector<std::vector<Summary>> summaries;
  for (const VariantRuns& variant : data.variants) {
    std::vector<Summary>& of_variant = summaries.emplace_back();
    for (const RunData& run : variant.runs) {
      of_variant.push_back(summarize(run));
      if (!comparison.target_loss) comparison.target_loss = run.header.target_loss;
    }
    comparison.variants.push_back(summarize_variant(variant, of_variant));
  }
  const bool has_target = comparison.target_loss.has_value();
  double fastest = infinity;
  for (std::size_t i = 0; i < data.variants.size(); ++i) {
    VariantSummary& variant = comparison.variants[i];
    compare_with(data.variants[0], summaries[0], data.variants[i], summaries[i], has_target,
                 variant);
    const double own = slowness(variant, has_target);
    const double ratio = slowness(comparison.variants[0], has_target) / own;
    if (std::isfinite(ratio) && ratio > 0) variant.speedup = ratio;
    if (own < fastest) {
      fastest = own;
      comparison.first = i;
    }
  }
  return comparison;
}

}  // namespace psgrid::analysis
