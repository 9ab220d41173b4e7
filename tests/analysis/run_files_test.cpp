#include "analysis/run_files.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "analysis/summary.hpp"
#include "tests/analysis/scratch_directory.hpp"
#include "tests/analysis/synthetic_run.hpp"

namespace psgrid::analysis {
namespace {

namespace fs = std::filesystem;
using testing::contents;
using testing::put;
using testing::ScratchDirectory;

RunData interesting_run() {
  testing::SyntheticSpec spec;
  spec.staleness = 2;
  spec.workers = 8;
  spec.iterations = 20;
  spec.crash = true;
  RunData run = testing::SyntheticRun(spec).run();
  run.header.scenario = "odd, \"name\" </script> λ";
  run.convergence.back().loss = std::numeric_limits<double>::infinity();
  run.convergence.back().metric = std::numeric_limits<double>::quiet_NaN();
  run.status = RunStatus::kInterrupted;
  run.failure = "stopped\nby hand";
  return run;
}

OutputDirectory written(const fs::path& path, const RunData& run) {
  const OutputDirectory directory = OutputDirectory::create(path).value();
  const Failure failure = write_run(directory, run);
  EXPECT_FALSE(failure) << failure->message;
  return directory;
}

TEST(RunFiles, ReadBackWhatWasWritten) {
  ScratchDirectory scratch;
  const RunData run = interesting_run();
  written(scratch / "run", run);
  const Result<RunData> read = read_run(scratch / "run");
  ASSERT_TRUE(read.ok()) << read.error().message;
  const RunData& back = read.value();

  EXPECT_EQ(back.header, run.header);
  EXPECT_EQ(back.status, run.status);
  EXPECT_EQ(back.failure, run.failure);
  EXPECT_EQ(back.stop, run.stop);
  EXPECT_EQ(back.virtual_time_s, run.virtual_time_s);
  EXPECT_EQ(back.time, run.time);
  EXPECT_EQ(back.iterations, run.iterations);
  EXPECT_EQ(back.nodes, run.nodes);
  EXPECT_EQ(back.events, run.events);
  EXPECT_EQ(back.staleness, run.staleness);
  EXPECT_EQ(back.staleness_updates, run.staleness_updates);
  EXPECT_EQ(back.convergence.size(), run.convergence.size());
  EXPECT_EQ(back.convergence.front(), run.convergence.front());
}

TEST(RunFiles, WritingWhatWasReadGivesTheSameBytes) {
  ScratchDirectory scratch;
  written(scratch / "first", interesting_run());
  written(scratch / "second", read_run(scratch / "first").value());
  int files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(scratch / "first")) {
    EXPECT_EQ(contents(entry.path()), contents(scratch / "second" / entry.path().filename()))
        << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 8) << "six tables, the summary and the marker";
}

TEST(RunFiles, ColumnsAreThoseOfTheDocumentation) {
  ScratchDirectory scratch;
  written(scratch / "run", interesting_run());
  const auto header = [&](const std::string& name) {
    const std::string text = contents(scratch / ("run/" + name));
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(header("convergence.csv"),
            "time_s,iteration,examples,loss,metric_name,metric,staleness_mean,staleness_max");
  EXPECT_EQ(header("iterations.csv"),
            "worker,iteration,start_s,end_s,compute_s,wait_s,pull_s,push_s,staleness");
  EXPECT_EQ(header("nodes.csv"),
            "node,role,host,busy_s,wait_s,bytes_sent,bytes_received,messages_sent,"
            "messages_received,incarnations");
  EXPECT_EQ(header("messages.csv"), "type,messages,bytes");
  EXPECT_EQ(header("events.csv"), "time_s,node,event,detail");
}

TEST(RunFiles, EventDetailsAreQuoted) {
  ScratchDirectory scratch;
  written(scratch / "run", interesting_run());
  EXPECT_NE(contents(scratch / "run/events.csv")
                .find("server[1],crash,\"memory lost, \"\"by schedule\"\"\"\n"),
            std::string::npos);
}

TEST(RunFiles, IterationsAreOptional) {
  ScratchDirectory scratch;
  RunData run = interesting_run();
  run.iterations.clear();
  run.iterations_recorded = false;
  written(scratch / "run", run);
  EXPECT_FALSE(fs::exists(scratch / "run/iterations.csv"));
  EXPECT_FALSE(read_run(scratch / "run").value().iterations_recorded);

  written(scratch / "other", interesting_run());
  const RunData without = read_run(scratch / "other", {.iterations = false}).value();
  EXPECT_TRUE(without.iterations_recorded);
  EXPECT_TRUE(without.iterations.empty());
}

TEST(RunFiles, DamagedFilesAreReported) {
  ScratchDirectory scratch;
  EXPECT_EQ(read_run(scratch / "none").error().message,
            "cannot read " + (scratch / "none/summary.json").string());
  written(scratch / "run", interesting_run());
  put(scratch / "run/nodes.csv", "node,role\n");
  EXPECT_NE(read_run(scratch / "run").error().message.find("nodes.csv:1:"), std::string::npos);
  put(scratch / "run/summary.json", "{\"format\": \"psgrid-run-1\"}");
  EXPECT_NE(read_run(scratch / "run").error().message.find("is not a summary that psgrid wrote"),
            std::string::npos);
}

TEST(RunFiles, RunInfoDerivesTheRateOfEvents) {
  ScratchDirectory scratch;
  const OutputDirectory directory = OutputDirectory::create(scratch / "run").value();
  RunInfo info;
  info.wall_time_s = 2;
  info.events = 300;
  info.versions = {{"psgrid", "0.1.0"}};
  ASSERT_FALSE(write_run_info(directory, info));
  const std::string text = contents(scratch / "run/run_info.json");
  EXPECT_NE(text.find("\"events_per_s\": 150.0"), std::string::npos) << text;
}

}  // namespace
}  // namespace psgrid::analysis
