#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "analysis/report.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/execute.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"

namespace psgrid::scenarios {

namespace {

constexpr double kTraceSeconds = 10;
constexpr std::uint32_t kTracedWorkersMax = 1000;

int exit_code(analysis::RunStatus status) {
  switch (status) {
    case analysis::RunStatus::kDone: return kDone;
    case analysis::RunStatus::kInterrupted: return kInterrupted;
    case analysis::RunStatus::kFailed: break;
  }
  return kFailed;
}

}  // namespace

int run_command(const SingleRunOptions& options) {
  const auto scenario = load_with_options(options);
  if (!scenario || !check_data(*scenario, false)) return kBadInput;
  const auto directory = open_output(options, *scenario);
  if (!directory) return kBadInput;
  if (!write_scenario(*directory,
                      resolved_json(scenario->base, directory->path().string()).dump(2) + "\n"))
    return kFailed;

  catch_interrupts();
  const RunSpec& run = scenario->base;
  ProgressLine line(options.quiet);
  ExecuteOptions execution;
  execution.math_threads = std::max(1u, std::thread::hardware_concurrency()) - 1;
  execution.trace_s = options.trace_s.value_or(
      run.cluster.workers > kTracedWorkersMax ? 0 : kTraceSeconds);
  execution.on_progress = [&](const RunProgress& progress) {
    if (line.is_due())
      line.show(describe(run.job.stop, progress), fraction_done(run.job.stop, progress));
  };
  const Result<analysis::RunData> result = execute(run, *directory, execution);
  line.clear();
  if (!result) {
    print_errors(result.errors);
    return kBadInput;
  }
  if (const auto failure = directory->write("report.html", analysis::report_html(*result))) {
    print_error(failure->message);
    return kFailed;
  }
  fmt::print("{}", analysis::run_table(*result));
  if (result->status == analysis::RunStatus::kFailed) print_error(result->failure);
  if (!options.quiet)
    fmt::print(stderr, "Report: {}\n", (directory->path() / "report.html").string());
  return exit_code(result->status);
}

}  // namespace psgrid::scenarios
