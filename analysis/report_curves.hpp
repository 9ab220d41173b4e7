// Learning curves of several seeds as one median line with a band.
#pragma once

#include <vector>

#include "analysis/run_data.hpp"

namespace psgrid::analysis {

enum class CurveAxis { kTime, kIteration };

// Parallel arrays. Values of runs that diverge are infinite.
struct Curve {
  std::vector<double> x;
  std::vector<double> loss, loss_min, loss_max;        // median, least, greatest
  std::vector<double> metric, metric_min, metric_max;  // of the seeds at that x
};

// One run with at most `points_max` evaluations keeps them as they are. Otherwise the runs are
// interpolated at `points_max` places, evenly spaced, from the start to where the median run ends;
// a run that has ended earlier counts with its last values.
Curve learning_curve(const std::vector<RunData>& runs, CurveAxis axis, std::size_t points_max);

}  // namespace psgrid::analysis
