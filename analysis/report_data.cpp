#include "analysis/report_data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "analysis/json_text.hpp"
#include "analysis/recovery.hpp"
#include "analysis/report_curves.hpp"

namespace psgrid::analysis {
namespace {

using nlohmann::json;

// Five significant digits are more than a screen shows.
json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  const std::string text = fmt::format("{:.5g}", value);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  if (result == std::floor(result) && std::abs(result) < 1e15) {
    return static_cast<std::int64_t>(result);
  }
  return result;
}

// A moment, to the microsecond: it may be looked at through a magnifying glass.
double exactly(double seconds) { return std::round(seconds * 1e6) / 1e6; }

json rounded(const std::vector<double>& values) {
  json array = json::array();
  for (double value : values) array.push_back(rounded(value));
  return array;
}

// Every n-th of `count` indices so that at most `count_max` remain.
std::vector<std::size_t> sampled(std::size_t count, std::size_t count_max) {
  std::vector<std::size_t> indices;
  const std::size_t kept = std::min(count, count_max);
  for (std::size_t i = 0; i < kept; ++i) indices.push_back(i * count / kept);
  return indices;
}

json curve_json(const std::vector<RunData>& runs, CurveAxis axis, std::size_t points) {
  const Curve curve = learning_curve(runs, axis, points);
  return {
      {"x", rounded(curve.x)},
      {"loss", {rounded(curve.loss), rounded(curve.loss_min), rounded(curve.loss_max)}},
      {"metric", {rounded(curve.metric), rounded(curve.metric_min), rounded(curve.metric_max)}}};
}

// The share of gradients in bins of equal width, the same for all variants.
json staleness_json(const ComparisonData& data, Histogram RunData::*histogram, std::size_t bins) {
  std::uint32_t max = 0;
  for (const VariantRuns& variant : data.variants) {
    for (const RunData& run : variant.runs) max = std::max(max, (run.*histogram).max());
  }
  const std::size_t width = max / bins + 1;
  json shares = json::array();
  for (const VariantRuns& variant : data.variants) {
    std::vector<double> counts(max / width + 1);
    double total = 0;
    for (const RunData& run : variant.runs) {
      for (const Histogram::Bin& bin : (run.*histogram).non_empty_bins()) {
        counts[std::min<std::size_t>(bin.low / width, counts.size() - 1)] +=
            static_cast<double>(bin.count);
        total += static_cast<double>(bin.count);
      }
    }
    for (double& count : counts) count /= std::max(total, 1.0);
    shares.push_back(rounded(counts));
  }
  return {{"width", width}, {"shares", shares}};
}

// Mean bytes in and out of each server over the runs.
json servers_json(const VariantRuns& variant, std::size_t servers_max) {
  json servers = json::array();
  if (variant.runs.empty()) return servers;
  std::vector<std::array<double, 2>> bytes;
  for (const RunData& run : variant.runs) {
    for (const NodeRow& node : run.nodes) {
      if (node.node.role != Role::kServer) continue;
      if (node.node.rank >= bytes.size()) bytes.resize(node.node.rank + 1);
      bytes[node.node.rank][0] += static_cast<double>(node.bytes_received);
      bytes[node.node.rank][1] += static_cast<double>(node.bytes_sent);
    }
  }
  const auto runs = static_cast<double>(variant.runs.size());
  for (std::size_t rank : sampled(bytes.size(), servers_max)) {
    servers.push_back({rank, rounded(bytes[rank][0] / runs), rounded(bytes[rank][1] / runs)});
  }
  return servers;
}

// What the timelines show.
struct Span {
  double begin_s = 0, end_s = 0;
  double length() const { return end_s - begin_s; }
};

double rounded_up(double seconds) {
  const double unit = std::pow(10, std::floor(std::log10(seconds)) - 1);
  return std::ceil(seconds / unit) * unit;
}

// About a dozen iterations of the slowest variant, from the start or, if there was one, around the
// first failover; a round number of seconds.
Span timeline_span(const ComparisonData& data, const Comparison& comparison) {
  double slowest = 0, longest = 0;
  for (const VariantSummary& variant : comparison.variants) {
    slowest = std::max(slowest, variant.iteration_s_mean);
    longest = std::max(longest, variant.virtual_time_s);
  }
  double length = std::min(12 * slowest, longest);
  if (length <= 0) return {};
  for (const VariantRuns& variant : data.variants) {
    if (variant.runs.empty()) continue;
    const std::vector<Recovery> recoveries = recoveries_of(variant.runs.front());
    if (recoveries.empty()) continue;
    const Recovery& first = recoveries.front();
    length = rounded_up(length + first.accepting_s - first.fault_s);
    const double begin_s = std::max(0.0, first.fault_s - 4 * slowest);
    const double unit = length / 20;
    return {std::floor(begin_s / unit) * unit, std::floor(begin_s / unit) * unit + length};
  }
  return {0, std::stod(fmt::format("{:.1e}", length))};
}

constexpr double ticks_per_timeline = 50'000;

// [row, iteration, start, wait, pull, compute, push] of each iteration, in ticks.
json timeline_json(const VariantRuns& variant, const Span& span, const ReportLimits& limits) {
  if (variant.runs.empty() || !variant.runs.front().iterations_recorded || span.length() <= 0) {
    return nullptr;
  }
  const RunData& run = variant.runs.front();
  const auto ticks = [&](double seconds) {
    return static_cast<std::int64_t>(std::llround(seconds / span.length() * ticks_per_timeline));
  };
  const auto is_shown = [&](const IterationRow& row) {
    return row.start_s < span.end_s && row.end_s > span.begin_s;
  };
  std::size_t shown = limits.timeline_workers;
  std::size_t rows = 0;
  for (const IterationRow& row : run.iterations) rows += is_shown(row);
  const std::size_t of_worker = rows / std::max<std::size_t>(run.header.workers, 1) + 1;
  shown = std::max<std::size_t>(1, std::min(shown, limits.timeline_rows / of_worker));
  const std::vector<std::size_t> workers = sampled(run.header.workers, shown);
  json slices = json::array();
  for (const IterationRow& row : run.iterations) {
    const auto place = std::lower_bound(workers.begin(), workers.end(), row.worker);
    if (!is_shown(row) || place == workers.end() || *place != row.worker) continue;
    if (slices.size() == limits.timeline_rows) break;
    slices.push_back({place - workers.begin(), row.iteration, ticks(row.start_s - span.begin_s),
                      ticks(row.wait_s), ticks(row.pull_s), ticks(row.compute_s),
                      ticks(row.push_s)});
  }
  return {{"workers", workers}, {"slices", slices}};
}

// Times of faults, [time, epoch] of each view but the first, and [fault, accepting again] of each
// recovery.
json failovers_json(const VariantRuns& variant) {
  json faults = json::array(), views = json::array(), recoveries = json::array();
  if (variant.runs.empty())
    return {{"faults", faults}, {"views", views}, {"recoveries", recoveries}};
  const RunData& run = variant.runs.front();
  bool is_first = true;
  for (const EventRow& event : run.events) {
    if (is_fault(event) && faults.size() < 50) faults.push_back(exactly(event.time_s));
    if (event.event != "view" || std::exchange(is_first, false) || views.size() == 50) continue;
    views.push_back({exactly(event.time_s), event.detail.substr(0, event.detail.find(':'))});
  }
  for (const Recovery& recovery : recoveries_of(run))
    recoveries.push_back({exactly(recovery.fault_s), exactly(recovery.accepting_s)});
  return {{"faults", faults}, {"views", views}, {"recoveries", recoveries}};
}

json faults_json(const ComparisonData& data) {
  json faults = json::array();
  for (const VariantRuns& variant : data.variants) {
    for (const RunData& run : variant.runs) {
      for (const EventRow& event : run.events) {
        if (!is_fault(event) || faults.size() == 50) continue;
        faults.push_back({exactly(event.time_s), event.event + " " + to_string(event.node)});
      }
      if (!faults.empty()) return faults;
    }
  }
  return faults;
}

}  // namespace

json report_data(const ComparisonData& data, const Comparison& comparison,
                 const ReportLimits& limits) {
  const Span timeline = timeline_span(data, comparison);
  json variants = json::array();
  for (std::size_t i = 0; i < data.variants.size(); ++i) {
    const VariantRuns& runs = data.variants[i];
    const VariantSummary& variant = comparison.variants[i];
    const TimeSplit& time = variant.time_per_iteration;
    variants.push_back(
        {{"name", runs.name},
         {"seeds", runs.runs.size()},
         {"time_to_target", or_null(variant.time_to_target_s)},
         {"iterations_to_target", or_null(variant.iterations_to_target)},
         {"by_time", curve_json(runs.runs, CurveAxis::kTime, limits.curve_points)},
         {"by_iteration", curve_json(runs.runs, CurveAxis::kIteration, limits.curve_points)},
         {"split", rounded({time.compute_s, time.wait_s, time.pull_s, time.push_s})},
         {"staleness", {rounded(variant.mean_staleness), variant.max_staleness}},
         {"staleness_updates",
          {rounded(variant.mean_staleness_updates), variant.max_staleness_updates}},
         {"servers", servers_json(runs, limits.servers)},
         {"failovers", failovers_json(runs)},
         {"timeline", timeline_json(runs, timeline, limits)}});
  }
  const RunHeader header = data.variants.empty() || data.variants.front().runs.empty()
                               ? RunHeader{}
                               : data.variants.front().runs.front().header;
  return {{"target", or_null(comparison.target_loss)},
          {"metric", header.metric_name},
          {"timeline_begin_s", exactly(timeline.begin_s)},
          {"timeline_s", timeline.length()},
          {"ticks", ticks_per_timeline},
          {"clocks", staleness_json(data, &RunData::staleness, limits.staleness_bins)},
          {"updates", staleness_json(data, &RunData::staleness_updates, limits.staleness_bins)},
          {"faults", faults_json(data)},
          {"variants", variants}};
}

}  // namespace psgrid::analysis
