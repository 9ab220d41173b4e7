#include "analysis/report.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/text_table.hpp"
#include "tests/analysis/scratch_directory.hpp"
#include "tests/analysis/synthetic_run.hpp"
#include "tests/analysis/written_comparison.hpp"

namespace psgrid::analysis {
namespace {

using testing::contents;
using testing::ScratchDirectory;
using testing::SyntheticRun;
using testing::SyntheticSpec;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

nlohmann::json data_of(const std::string& html) {
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = html.find(open) + open.size();
  return nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

RunData crashed_run() {
  SyntheticSpec spec;
  spec.staleness = 3;
  spec.crash = true;
  return SyntheticRun(spec).run();
}

TEST(Report, OfARunIsTheSameFromItsFiles) {
  ScratchDirectory scratch;
  const RunData run = crashed_run();
  ASSERT_FALSE(write_run(OutputDirectory::create(scratch / "run").value(), run));
  const Failure failure = rebuild_report(scratch / "run");
  ASSERT_FALSE(failure) << failure->message;
  EXPECT_TRUE(contents(scratch / "run/report.html") == report_html(run));
}

TEST(Report, OfAComparisonIsTheSameFromItsFiles) {
  ScratchDirectory scratch;
  const ComparisonData data = testing::written_comparison(scratch / "out", 16, 80);
  const Failure failure = rebuild_report(scratch / "out");
  ASSERT_FALSE(failure) << failure->message;
  EXPECT_TRUE(contents(scratch / "out/report.html") == report_html(data));
}

TEST(Report, RefusesWhatIsNoResult) {
  ScratchDirectory scratch;
  EXPECT_EQ(rebuild_report(scratch.path())->message,
            scratch.path().string() + " holds no results of psgrid");
}

TEST(Report, IsSelfContained) {
  const std::string html = report_html(testing::synthetic_comparison(8, 40));
  for (const char* reference : {"src=\"", "href=\"http", "@import", "url(", "fetch(", "XMLHttp"}) {
    EXPECT_EQ(count(html, reference), 0u) << reference;
  }
  EXPECT_EQ(count(html, "{{"), 0u) << "a placeholder was left";
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
}

TEST(Report, NothingInAScenarioBecomesMarkup) {
  const std::string hostile = "</script><img src=x onerror=alert(1)>\"'&{{js}}";
  ComparisonData data = testing::synthetic_comparison(4, 20);
  data.scenario = hostile;
  for (VariantRuns& variant : data.variants) {
    variant.name += hostile;
    for (RunData& run : variant.runs) {
      run.failure = hostile;
      run.status = RunStatus::kFailed;
      run.events.push_back({1, server_id(0), hostile, hostile});
      for (auto member : {&RunHeader::consistency, &RunHeader::network, &RunHeader::stragglers,
                          &RunHeader::learner, &RunHeader::optimizer, &RunHeader::data,
                          &RunHeader::metric_name, &RunHeader::backend}) {
        run.header.*member = hostile;
      }
    }
  }
  for (const std::string& html : {report_html(data), report_html(data.variants[1].runs[0])}) {
    EXPECT_EQ(count(html, "<img"), 0u);
    EXPECT_EQ(count(html, "</script>"), 3u) << "data, uPlot and the page's own script";
    EXPECT_TRUE(data_of(html).is_object());
  }
}

TEST(Report, TellsTheVerdictAndMarksFaults) {
  const std::string html = report_html(crashed_run());
  EXPECT_NE(html.find("the target loss 0.25 is reached after"), std::string::npos);
  EXPECT_NE(html.find("<tr class=\"fault\">"), std::string::npos);
  EXPECT_NE(html.find("memory lost, &quot;by schedule&quot;"), std::string::npos);
  EXPECT_NE(html.find("(32 nodes)"), std::string::npos) << "joins share a line";
  EXPECT_EQ(data_of(html).at("faults").at(0).at(1), "crash server[1]");
}

TEST(Report, ShowsFailovers) {
  const RunData run = crashed_run();
  const std::string html = report_html(run);
  const nlohmann::json data = data_of(html);
  const nlohmann::json& failovers = data.at("variants").at(0).at("failovers");
  EXPECT_EQ(failovers.at("recoveries").dump(), "[[1.5,2.0]]");
  EXPECT_EQ(failovers.at("faults").dump(), "[1.5]");
  EXPECT_NE(html.find("<dt>Recovery</dt><dd>500 ms</dd>"), std::string::npos);
  const double begin_s = data.at("timeline_begin_s"), length_s = data.at("timeline_s");
  EXPECT_LT(begin_s, 1.5) << "the timeline is around the failover";
  EXPECT_GT(begin_s, 0);
  EXPECT_GT(begin_s + length_s, 2);
}

TEST(Report, SaysWhichVariantsFailed) {
  ComparisonData data = testing::synthetic_comparison(4, 10);
  EXPECT_EQ(report_html(data).find("What became of the faults"), std::string::npos);
  for (RunData& run : data.variants[1].runs) {
    run.status = RunStatus::kFailed;
    run.failure = "lost shard <1>";
  }
  const std::string html = report_html(data);
  EXPECT_NE(html.find("failed</strong> 3 of 3<small>lost shard &lt;1&gt;</small>"),
            std::string::npos);
  EXPECT_NE(compare_table(data).find("3 of 3 FAILED"), std::string::npos);
}

TEST(Report, StaysSmallForLongRuns) {
  SyntheticSpec spec;
  spec.workers = 300;
  spec.iterations = 150;
  spec.target_loss = 0;
  const nlohmann::json data = data_of(report_html(SyntheticRun(spec).run()));
  const nlohmann::json& timeline = data.at("variants").at(0).at("timeline");
  EXPECT_EQ(timeline.at("workers").size(), 48u);
  EXPECT_LE(timeline.at("slices").size(), 4000u);
  EXPECT_LE(data.at("clocks").at("shares").at(0).size(), 40u);
  EXPECT_LE(data.dump().size(), 200'000u);
}

TEST(Report, OfTimingOnlyRunsHasNoLoss) {
  RunData run = crashed_run();
  run.convergence.clear();
  run.header.target_loss.reset();
  run.header.metric_name.clear();
  run.iterations.clear();
  run.iterations_recorded = false;
  const std::string html = report_html(run);
  EXPECT_EQ(html.find("Final loss"), std::string::npos);
  EXPECT_TRUE(data_of(html).at("variants").at(0).at("timeline").is_null());
}

TEST(Report, OfADivergingRunIsStillJson) {
  RunData run = crashed_run();
  run.convergence.back().loss = std::numeric_limits<double>::quiet_NaN();
  const nlohmann::json data = data_of(report_html(run));
  EXPECT_TRUE(data.at("variants").at(0).at("by_time").at("loss").at(0).back().is_null());
}

TEST(Report, OfNothingIsAPage) {
  EXPECT_NE(report_html(ComparisonData{}).find("Nothing was run."), std::string::npos);
  EXPECT_FALSE(report_html(RunData{}).empty());
}

TEST(Report, MarksPartialResults) {
  ComparisonData data = testing::synthetic_comparison(4, 10);
  data.status = RunStatus::kInterrupted;
  data.variants[1].runs[0].status = RunStatus::kInterrupted;
  data.variants[4].runs.clear();
  const std::string html = report_html(data);
  EXPECT_NE(html.find("<strong>Interrupted.</strong>"), std::string::npos);
  EXPECT_NE(html.find("SSP 1, seed 7: interrupted"), std::string::npos);
}

}  // namespace
}  // namespace psgrid::analysis
