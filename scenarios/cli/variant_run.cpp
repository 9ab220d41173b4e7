#include "scenarios/cli/variant_run.hpp"

#include <chrono>
#include <cstdio>

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
