#include "analysis/fidelity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/fidelity_files.hpp"
#include "analysis/fidelity_report.hpp"
#include "analysis/run_files.hpp"
#include "tests/analysis/scratch_directory.hpp"

namespace psgrid::analysis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Ten iterations that take `iteration_s` each, a quarter of it waiting; the target after half.
RunData run(std::uint64_t seed, double iteration_s, std::uint64_t bytes = 1000) {
  RunData data;
  data.header.seed = seed;
  data.header.workers = 1;
  data.header.target_loss = 0.25;
  data.worker_iterations = 10;
  data.virtual_time_s = 10 * iteration_s;
  data.time = {.compute_s = 7.5 * iteration_s, .wait_s = 2.5 * iteration_s};
  data.convergence = {{.time_s = 0, .loss = 0.7}, {.time_s = 5 * iteration_s, .loss = 0.2}};
  data.nodes.push_back({.node = worker_id(0), .bytes_sent = bytes, .bytes_received = bytes});
  data.staleness.add(1);
  return data;
}

CaseRuns case_of(const std::string& model, double sim_s, double sockets_s) {
  return {.scenario = "test",
          .variant = model,
          .model = model,
          .directory = "test/x",
          .seeds = 1,
          .sim = {run(1, sim_s)},
          .sockets = {run(1, sockets_s)}};
}

TEST(Fidelity, OfACaseIsTheMeanOverSeeds) {
  CaseRuns runs{.model = "BSP", .seeds = 2};
  runs.sim = {run(1, 1.0), run(2, 3.0)};
  runs.sockets = {run(1, 2.0), run(2, 3.0)};
  const CaseFidelity result = judge({.cases = {runs}}).cases[0];
  EXPECT_EQ(result.seeds, 2u);
  EXPECT_DOUBLE_EQ(result.iteration_s->sim, 2);
  EXPECT_DOUBLE_EQ(result.iteration_s->sockets, 2.5);
  EXPECT_DOUBLE_EQ(result.iteration_s->relative_error(), -0.2) << "the simulator is faster";
  EXPECT_DOUBLE_EQ(result.time_to_target_s->sim, 10);
  EXPECT_DOUBLE_EQ(result.wait_share->sockets, 0.25);
  EXPECT_DOUBLE_EQ(result.mean_staleness->difference(), 0);
  EXPECT_DOUBLE_EQ(result.bytes_on_wire->sim, 1000);
  EXPECT_TRUE(result.bytes_equal);
}

TEST(Fidelity, SeedsThatAreNotDoneOnBothDoNotCount) {
  CaseRuns runs{.model = "BSP", .seeds = 4};
  runs.sim = {run(1, 1.0), run(2, 5.0), run(3, 1.0)};
  runs.sockets = {run(1, 2.0), run(2, 9.0)};
  runs.sockets[1].status = RunStatus::kInterrupted;
  const CaseFidelity result = judge({.cases = {runs}}).cases[0];
  EXPECT_EQ(result.seeds, 1u);
  EXPECT_EQ(result.seeds_missing, 3u);
  EXPECT_DOUBLE_EQ(result.iteration_s->sim, 1);
  EXPECT_DOUBLE_EQ(result.iteration_s->sockets, 2);
}

TEST(Fidelity, ACaseWithoutAPairHasNoFigures) {
  CaseRuns runs{.model = "BSP", .seeds = 1, .sim = {run(1, 1.0)}};
  const Fidelity result = judge({.cases = {runs}});
  EXPECT_FALSE(result.cases[0].iteration_s);
  EXPECT_FALSE(result.cases[0].bytes_equal);
  EXPECT_EQ(result.overall.cases, 0u);
  EXPECT_FALSE(result.overall.error_median);
  EXPECT_EQ(verdict(result), "No case was run on both the simulator and sockets.");
}

TEST(Fidelity, TimeToTargetIsOverSeedsThatReachItOnBoth) {
  CaseRuns runs{.model = "BSP", .seeds = 2};
  runs.sim = {run(1, 1.0), run(2, 3.0)};
  runs.sockets = {run(1, 2.0), run(2, 3.0)};
  runs.sockets[1].convergence.pop_back();
  const CaseFidelity result = judge({.cases = {runs}}).cases[0];
  EXPECT_EQ(result.seeds, 2u);
  EXPECT_EQ(result.seeds_reached, 1u);
  EXPECT_DOUBLE_EQ(result.time_to_target_s->sim, 5);
}

TEST(Fidelity, BytesMustBeEqualAtEveryNode) {
  CaseRuns runs = case_of("BSP", 1, 1);
  for (RunData* data : {&runs.sim[0], &runs.sockets[0]})
    data->nodes.push_back({.node = server_id(0), .bytes_sent = 500, .bytes_received = 500});
  EXPECT_TRUE(judge({.cases = {runs}}).cases[0].bytes_equal);
  ++runs.sim[0].nodes[0].bytes_sent;
  --runs.sim[0].nodes[1].bytes_sent;
  const CaseFidelity result = judge({.cases = {runs}}).cases[0];
  EXPECT_EQ(result.bytes_on_wire->relative_error(), 0) << "the sum is the same";
  EXPECT_FALSE(result.bytes_equal);
}

// Errors without sign: 0.1, 0.2, 0 and, under async, 0.5. By time, sockets swap the last two.
TEST(Fidelity, JudgesEachModelAndAll) {
  const FidelityData data{.cases = {case_of("BSP", 1.1, 1), case_of("BSP", 1.6, 2),
                                    case_of("BSP", 4, 4), case_of("async", 4.5, 3)}};
  const Fidelity result = judge(data);
  ASSERT_EQ(result.models.size(), 2u);
  EXPECT_EQ(result.models[0].model, "BSP");
  EXPECT_EQ(result.models[0].cases, 3u);
  EXPECT_NEAR(*result.models[0].error_median, 0.1, 1e-12);
  EXPECT_NEAR(*result.models[0].error_p90, 0.18, 1e-12);
  EXPECT_DOUBLE_EQ(*result.models[0].kendall_tau, 1);
  EXPECT_FALSE(result.models[1].kendall_tau) << "one case is no ranking";
  EXPECT_NEAR(*result.overall.error_median, 0.15, 1e-12);
  EXPECT_NEAR(*result.overall.error_p90, 0.2 + 0.7 * 0.3, 1e-12);
  EXPECT_NEAR(*result.overall.error_max, 0.5, 1e-12);
  EXPECT_NEAR(*result.overall.kendall_tau, (5 - 1) / 6.0, 1e-12);
  EXPECT_EQ(verdict(result),
            "Over 4 cases the simulated time per iteration is off what sockets take by 15 % at the "
            "median and 41 % at the 90th percentile. Kendall's tau of the two rankings is 0.667.");
  EXPECT_EQ(bytes_verdict(result),
            "BSP: every node sends and receives exactly the same bytes on both in 3 of 3 cases.");
}

TEST(Fidelity, SaysWhatTheMachineAdds) {
  EXPECT_EQ(machine_verdict(judge({.cases = {case_of("BSP", 0.9, 1)}})),
            "On sockets computations took 10 % longer than the scenario says, at the median: what "
            "this machine adds.");
  EXPECT_EQ(machine_verdict(judge({})), "");
}

TEST(FidelityFiles, TableNamesTheCaseAndItsErrors) {
  FidelityData data{.status = RunStatus::kInterrupted, .cases = {case_of("BSP", 0.99, 1)}};
  data.cases[0].seeds = 3;
  const std::string table = fidelity_table(data);
  EXPECT_THAT(table, HasSubstr("Simulator against sockets: interrupted\n"));
  EXPECT_THAT(table,
              HasSubstr("test\n  BSP (1 of 3 seeds)     990 ms      1 s  -1.0 %   -1.0 %     -1.0 %"
                        "   0.0       0.00  equal\n"));
}

TEST(FidelityFiles, CsvHasARowACase) {
  CaseRuns absent{.scenario = "a, b", .variant = "x", .model = "SSP", .seeds = 1};
  const std::string csv = fidelity_csv(judge({.cases = {case_of("BSP", 1, 2), absent}}));
  EXPECT_THAT(csv,
              HasSubstr("\ntest,BSP,BSP,1,0,1,2,-0.5,0.75,1.5,-0.5,1,5,10,-0.5,0.25,0.25,0,1,1,0,"
                        "1000,1000,0,true\n"));
  EXPECT_THAT(csv, HasSubstr("\n\"a, b\",x,SSP,0,1,,,,,,,0,,,,,,,,,,,,,false\n"));
}

TEST(FidelityFiles, SurviveBeingWrittenAndRead) {
  const testing::ScratchDirectory scratch;
  const OutputDirectory output = OutputDirectory::create(scratch.path() / "out").value();
  FidelityData data{.status = RunStatus::kFailed, .cases = {case_of("BSP", 0.9, 1)}};
  for (const auto& [side, runs] :
       {std::pair("sim", &data.cases[0].sim), std::pair("sockets", &data.cases[0].sockets)}) {
    const auto path = output.path() / "test/x" / side / "seed-1";
    ASSERT_FALSE(write_run(OutputDirectory::create(path).value(), runs->front()));
  }
  ASSERT_FALSE(write_fidelity(output, data));
  const auto again = read_fidelity(output.path());
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(fidelity_json(again.value(), judge(again.value())), fidelity_json(data, judge(data)));
  EXPECT_EQ(fidelity_html(again.value()), fidelity_html(data));
}

TEST(FidelityReport, EscapesNames) {
  FidelityData data{.cases = {case_of("BSP", 1, 2)}};
  data.cases[0].scenario = data.cases[0].variant = "<script>alert(1)</script>";
  EXPECT_THAT(fidelity_html(data), Not(HasSubstr("<script>alert(1)")));
}

}  // namespace
}  // namespace psgrid::analysis
