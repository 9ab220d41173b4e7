#include "scenarios/cli/forecast.hpp"

#include <algorithm>

namespace psgrid::scenarios {

namespace {

constexpr double kFractionMin = 0.02;  // less says nothing about the rest

}  // namespace

Forecast::Forecast(std::vector<std::size_t> group, unsigned at_once)
    : group_(std::move(group)), at_once_(at_once), runs_(group_.size()) {}

void Forecast::on_start(std::size_t job, double now_s) { runs_[job].started_s = now_s; }

void Forecast::on_progress(std::size_t job, double fraction) { runs_[job].fraction = fraction; }

void Forecast::on_end(std::size_t job, double now_s) { runs_[job].ended_s = now_s; }

std::optional<double> Forecast::mean_duration_s(std::optional<std::size_t> group) const {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t job = 0; job < runs_.size(); ++job) {
    const Run& run = runs_[job];
    if (!run.ended_s || !run.started_s || (group && group_[job] != *group)) continue;
    sum += *run.ended_s - *run.started_s;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

std::optional<double> Forecast::by_fraction_s(const Run& run, double now_s) const {
  if (!run.started_s || run.fraction < kFractionMin) return std::nullopt;
  return (now_s - *run.started_s) / run.fraction;
}

std::optional<double> Forecast::duration_s(std::size_t job, double now_s) const {
  if (const auto known = mean_duration_s(group_[job])) return known;
  if (const auto expected = by_fraction_s(runs_[job], now_s)) return expected;
  for (std::size_t other = 0; other < runs_.size(); ++other)
    if (group_[other] == group_[job])
      if (const auto expected = by_fraction_s(runs_[other], now_s)) return expected;
  if (const auto others = mean_duration_s(std::nullopt)) return others;
  for (const Run& run : runs_)
    if (const auto expected = by_fraction_s(run, now_s)) return expected;
  return std::nullopt;
}

std::optional<double> Forecast::left_s(double now_s) const {
  double sum = 0, longest = 0;
  for (std::size_t job = 0; job < runs_.size(); ++job) {
    const Run& run = runs_[job];
    if (run.ended_s) continue;
    const auto duration = duration_s(job, now_s);
    if (!duration) return std::nullopt;
    const double elapsed = run.started_s ? now_s - *run.started_s : 0;
    const double left = std::max(0.0, *duration - elapsed);
    sum += left;
    longest = std::max(longest, left);
  }
  return std::max(longest, sum / at_once_);
}

}  // namespace psgrid::scenarios
