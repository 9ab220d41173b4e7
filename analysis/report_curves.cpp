#include "analysis/report_curves.hpp"

#include <algorithm>

#include "analysis/comparison.hpp"

namespace psgrid::analysis {
namespace {

double position(const ConvergenceRow& row, CurveAxis axis) {
  return axis == CurveAxis::kTime ? row.time_s : row.iteration;
}

struct Point {
  double loss = 0;
  double metric = 0;
};

// Requires evaluations.
Point interpolated(const std::vector<ConvergenceRow>& rows, CurveAxis axis, double x) {
  const auto after = std::upper_bound(
      rows.begin(), rows.end(), x,
      [axis](double at, const ConvergenceRow& row) { return at < position(row, axis); });
  if (after == rows.begin()) return {rows.front().loss, rows.front().metric};
  const ConvergenceRow& left = *(after - 1);
  if (after == rows.end()) return {left.loss, left.metric};
  const ConvergenceRow& right = *after;
  const double share = (x - position(left, axis)) / (position(right, axis) - position(left, axis));
  return {left.loss + share * (right.loss - left.loss),
          left.metric + share * (right.metric - left.metric)};
}

void append(const std::vector<Point>& points, Curve& curve) {
  std::vector<double> losses, metrics;
  for (const Point& point : points) {
    losses.push_back(point.loss);
    metrics.push_back(point.metric);
  }
  const Range loss = range_of(losses), metric = range_of(metrics);
  curve.loss.push_back(loss.median);
  curve.loss_min.push_back(loss.min);
  curve.loss_max.push_back(loss.max);
  curve.metric.push_back(metric.median);
  curve.metric_min.push_back(metric.min);
  curve.metric_max.push_back(metric.max);
}

}  // namespace

Curve learning_curve(const std::vector<RunData>& runs, CurveAxis axis, std::size_t points_max) {
  std::vector<const std::vector<ConvergenceRow>*> series;
  std::vector<double> ends;
  for (const RunData& run : runs) {
    if (run.convergence.empty()) continue;
    series.push_back(&run.convergence);
    ends.push_back(position(run.convergence.back(), axis));
  }
  Curve curve;
  if (series.empty()) return curve;
  if (series.size() == 1 && series[0]->size() <= points_max) {
    for (const ConvergenceRow& row : *series[0]) {
      curve.x.push_back(position(row, axis));
      append({{row.loss, row.metric}}, curve);
    }
    return curve;
  }
  std::sort(ends.begin(), ends.end());
  const double end = ends[ends.size() / 2];
  for (std::size_t i = 0; i < points_max; ++i) {
    const double x = end * static_cast<double>(i) / static_cast<double>(points_max - 1);
    std::vector<Point> points;
    for (const auto* rows : series) points.push_back(interpolated(*rows, axis, x));
    curve.x.push_back(x);
    append(points, curve);
  }
  return curve;
}

}  // namespace psgrid::analysis
