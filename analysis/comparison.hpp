// The same scenario under several variants and seeds, side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/run_data.hpp"
#include "analysis/summary.hpp"

namespace psgrid::analysis {

// All runs of one variant, in the order of their seeds; fewer than asked for if interrupted.
struct VariantRuns {
  std::string name;
  std::string directory;  // of the variant, below that of the comparison
  std::vector<RunData> runs;
};

// A statement about a number of summary.json (its median over seeds) in some of the variants.
struct Expectation {
  enum class Kind {
    kFalls,  // strictly, from variant to variant
    kRises,
    kLeast,  // of all variants, it is least in one of these
    kGreatest,
    kBetween,  // the least of these, or its ratio to that of another, lies between two numbers
  };
  std::string says;  // where it is from, in words; may be empty
  std::string metric;
  Kind kind = Kind::kFalls;
  std::vector<std::string> variants;
  std::string over;  // kBetween: the other variant, if it is about a ratio
  double from = 0, to = 0;
};

// The first variant is the baseline that speed-ups refer to.
struct ComparisonData {
  std::string scenario;
  RunStatus status = RunStatus::kDone;
  std::vector<VariantRuns> variants;
  std::vector<Expectation> expectations;
};

// Over seeds.
struct Range {
  double median = 0;
  double min = 0;
  double max = 0;
};

struct VariantSummary {
  std::string name;
  std::size_t runs = 0;
  std::size_t failed = 0;   // neither done nor interrupted
  std::string failure;      // of the first that failed
  std::size_t reached = 0;  // runs that reached the target loss

  // Runs that never reach the target count as infinitely slow: the median is absent if it is
  // infinite. Least and greatest are of the runs that did reach it.
  std::optional<double> time_to_target_s;
  std::optional<double> time_to_target_s_min, time_to_target_s_max;
  std::optional<double> iterations_to_target;

  // Median of the baseline over median of this variant: of the time to target if there is a
  // target, else the inverse, of iterations per second. Least and greatest are of single seeds.
  std::optional<double> speedup;
  std::optional<double> speedup_min, speedup_max;

  std::optional<Range> final_loss;
  std::optional<double> final_metric;
  double virtual_time_s = 0;  // medians from here on
  double iterations = 0;      // mean over workers
  double iterations_per_s = 0;
  double bytes_on_wire = 0;
  double messages = 0;
  double replication_bytes = 0;

  double failovers = 0;                  // see recovery.hpp
  std::optional<double> recovery_s_max;  // of all runs, from here on
  std::optional<double> throughput_recovery_s_max;

  TimeSplit time_per_iteration;  // mean over all iterations of all runs
  double iteration_s_mean = 0;   // its total
  double mean_staleness = 0;     // clocks, over all gradients of all runs
  std::uint32_t max_staleness = 0;
  double mean_staleness_updates = 0;
  std::uint32_t max_staleness_updates = 0;
};

struct Comparison {
  std::string scenario;
  std::optional<double> target_loss;
  std::vector<VariantSummary> variants;
  // Index of the variant that is first at the target or, without one, runs the most iterations a
  // second; absent if none reaches the target.
  std::optional<std::size_t> first;
};

Comparison compare(const ComparisonData& data);

// Whether there is anything to tell about failures.
bool has_failures(const Comparison& comparison);

// "SSP 3 reaches the target loss 0.25 first: 12.3 s, 1.8x faster than BSP (22.1 s). ..."
std::string verdict(const Comparison& comparison);

// The same for a single run.
std::string verdict(const RunData& run);

// Least and greatest value, and the median (the mean of the middle two). Requires values.
Range range_of(std::vector<double> values);

}  // namespace psgrid::analysis
