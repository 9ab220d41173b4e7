#include "scenarios/cli/variant_run.hpp"

#include <chrono>
#include <cstdio>
#include <utility>

#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/execute.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"

namespace psgrid::scenarios {

int run_variant(const VariantRun& run, ChildReport& report) {
  auto directory = analysis::OutputDirectory::create(run.directory);
  if (!directory.ok()) {
    report.fail(directory.error().message);
    return kFailed;
  }
  auto last = std::chrono::steady_clock::now();
  ExecuteOptions execution{
      .backend = run.backend, .variant = run.variant, .math_threads = run.math_threads};
  execution.on_note = [&](const std::string& text) {
    std::fputs((run.name + ": " + text + "\n").c_str(), stderr);
  };
  execution.on_progress = [&](const RunProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last < std::chrono::milliseconds(100)) return;
    last = now;
    report.progress(progress);
  };
  const Result<analysis::RunData> result = execute(run.run, directory.value(), execution);
  if (!result) {
    report.fail(to_string(result.errors.front()));
    return kFailed;
  }
  if (result->status == analysis::RunStatus::kFailed) report.fail(result->failure);
  return exit_code(result->status);
}

std::vector<ChildEnd> run_variants(const std::vector<VariantRun>& runs,
                                   std::vector<Overview::Run> shown, unsigned at_once, bool quiet) {
  Overview overview(std::move(shown), at_once, quiet);
  return run_children(
      runs.size(),
      [&](std::size_t job, ChildReport& report) { return run_variant(runs[job], report); },
      {.at_once = at_once,
       .on_start = [&](std::size_t job) { overview.on_start(job); },
       .on_progress = [&](std::size_t job,
                          const RunProgress& progress) { overview.on_progress(job, progress); },
       .on_end = [&](std::size_t job, const ChildEnd& end) { overview.on_end(job, end); }});
}

analysis::RunStatus status_of(const std::vector<ChildEnd>& ends) {
  analysis::RunStatus status = analysis::RunStatus::kDone;
  for (const ChildEnd& end : ends) {
    if (end.ran && end.exit_code == kDone) continue;
    if (!end.ran || end.exit_code == kInterrupted || interrupted())
      return analysis::RunStatus::kInterrupted;
    status = analysis::RunStatus::kFailed;
  }
  return status;
}

}  // namespace psgrid::scenarios
