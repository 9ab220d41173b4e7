#include "analysis/report_curves.hpp"

#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

RunData run(const std::vector<std::pair<double, double>>& time_and_loss) {
  RunData data;
  for (const auto& [time, loss] : time_and_loss) {
    data.convergence.push_back({time, 10 * time, 0, loss, 1 - loss, 0, 0});
  }
  return data;
}

TEST(ReportCurves, ASingleShortRunIsShownAsItIs) {
  const Curve curve = learning_curve({run({{0, 0.7}, {1, 0.5}, {3, 0.4}})}, CurveAxis::kTime, 10);
  EXPECT_EQ(curve.x, (std::vector<double>{0, 1, 3}));
  EXPECT_EQ(curve.loss, (std::vector<double>{0.7, 0.5, 0.4}));
  EXPECT_EQ(curve.loss_min, curve.loss);
}

TEST(ReportCurves, IterationsAreTheOtherAxis) {
  const Curve curve = learning_curve({run({{0, 0.7}, {2, 0.5}})}, CurveAxis::kIteration, 10);
  EXPECT_EQ(curve.x, (std::vector<double>{0, 20}));
}

TEST(ReportCurves, SeedsAreInterpolatedAndEndAtTheMedianRun) {
  const Curve curve = learning_curve(
      {run({{0, 1.0}, {4, 0.0}}), run({{0, 0.8}, {2, 0.4}}), run({{0, 0.6}, {8, 0.6}})},
      CurveAxis::kTime, 5);
  EXPECT_EQ(curve.x, (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(curve.loss[0], 0.8);
  EXPECT_DOUBLE_EQ(curve.loss[2], 0.5);
  EXPECT_DOUBLE_EQ(curve.loss_min[2], 0.4);
  EXPECT_DOUBLE_EQ(curve.loss_max[2], 0.6);
  EXPECT_DOUBLE_EQ(curve.loss[4], 0.4) << "a run that has ended keeps its last value";
  EXPECT_DOUBLE_EQ(curve.metric[0], 1 - 0.8);
}

TEST(ReportCurves, LongRunsAreDownSampled) {
  std::vector<std::pair<double, double>> rows;
  for (int i = 0; i < 5000; ++i) rows.push_back({i, 1.0 / (1 + i)});
  const Curve curve = learning_curve({run(rows)}, CurveAxis::kTime, 100);
  EXPECT_EQ(curve.x.size(), 100u);
  EXPECT_EQ(curve.x.back(), 4999);
  EXPECT_EQ(curve.loss.back(), 1.0 / 5000);
}

TEST(ReportCurves, RunsWithoutEvaluationsGiveNothing) {
  EXPECT_TRUE(learning_curve({RunData{}}, CurveAxis::kTime, 10).x.empty());
}

}  // namespace
}  // namespace psgrid::analysis
