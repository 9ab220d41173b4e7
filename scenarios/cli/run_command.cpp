#include <algorithm>
#include <cmath>
#include <thread>

#include <fmt/format.h>

#include "analysis/report.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/execute.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/job_files.hpp"
#include "scenarios/cli/single_run.hpp"

namespace psgrid::scenarios {

namespace {

constexpr double kTraceSeconds = 2;
constexpr std::uint32_t kTracedWorkersMax = 1000;

// "42%  max 8 s left  iteration 168/400  12.3 s virtual  loss 0.3123  61k events/s"
std::vector<std::string> progress_parts(const StopSpec& stop, const RunProgress& progress,
                                        Countdown& countdown) {
  std::vector<std::string> parts = describe(stop, progress);
  if (progress.wall_s > 0)
    parts.push_back(rate_text(static_cast<double>(progress.events) / progress.wall_s));
  const auto fraction = fraction_done(stop, progress);
  if (fraction && *fraction >= 0.01) {
    const double left_s = progress.wall_s * (1 - *fraction) / *fraction;
    parts.insert(parts.begin(), {fmt::format("{:.0f}%", std::floor(100 * *fraction)),
                                 left_text(countdown.steadied(progress.wall_s, left_s),
                                           stop.target_loss.has_value())});
  }
  return parts;
}

}  // namespace

int run_single(const RunSpec& run, const SingleRunOptions& options,
               const analysis::OutputDirectory& directory,
               const std::optional<SocketCluster>& cluster) {
  const StopSpec& stop = run.job.stop;
  ProgressLine line(options.quiet);
  Countdown countdown;
  ExecuteOptions execution;
  execution.backend = options.backend;
  execution.cluster = cluster;
  if (cluster) execution.on_begin = [&] { return directory.make(); };
  execution.on_note = [&](const std::string& text) { line.note(text); };
  execution.resume = options.resume;
  execution.math_threads = std::max(1u, std::thread::hardware_concurrency()) - 1;
  execution.trace_s =
      options.trace_s.value_or(run.cluster.workers > kTracedWorkersMax ? 0 : kTraceSeconds);
  execution.on_progress = [&](const RunProgress& progress) {
    if (line.is_due()) line.show(progress_parts(stop, progress, countdown));
  };
  const Result<analysis::RunData> result = execute(run, directory, execution);
  line.clear();
  if (!result) {
    print_errors(result.errors);
    return interrupted() ? kInterrupted : kFailed;
  }
  if (const auto failure = directory.write("report.html", analysis::report_html(*result))) {
    print_error(failure->message);
    return kFailed;
  }
  const bool printed = print_result(analysis::run_table(*result));
  if (result->status == analysis::RunStatus::kFailed) print_error(result->failure);
  if (!options.quiet) print_report_path(directory);
  return printed ? exit_code(result->status) : kFailed;
}

int run_command(const SingleRunOptions& options) {
  const auto scenario = load_with_options(options, false);
  if (!scenario || !check_inputs(*scenario, options.backend, false)) return kBadInput;
  if (!options.resume.empty()) {  // before anything is removed or written
    const auto job = load_job(scenario->base, options.resume);
    print_errors(job.errors);
    if (!job) return kBadInput;
  }
  catch_interrupts();
  const auto directory = open_output(options, *scenario);
  return directory ? run_single(scenario->base, options, *directory, {}) : kBadInput;
}

}  // namespace psgrid::scenarios
