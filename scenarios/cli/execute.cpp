#include "scenarios/cli/execute.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <simgrid/forward.h>
#include <simgrid/version.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/sequence.hpp"
#include "analysis/run_files.hpp"
#include "analysis/run_recorder.hpp"
#include "analysis/trace_writer.hpp"
#include "model/job.hpp"
#include "scenarios/cli/checkpoint_writer.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/job_files.hpp"
#include "scenarios/explore/outcome.hpp"
#include "sim/platform/platform.hpp"

namespace psgrid::scenarios {

namespace {

using Clock = std::chrono::steady_clock;

analysis::RunInfo machine_facts(double wall_s, std::uint64_t events) {
  analysis::RunInfo info;
  info.wall_time_s = wall_s;
  info.events = events;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  info.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  info.host = name;
  info.cores = std::thread::hardware_concurrency();
  info.versions = {{"psgrid", PSGRID_VERSION},
                   {"simgrid", std::to_string(SIMGRID_VERSION_MAJOR) + "." +
                                   std::to_string(SIMGRID_VERSION_MINOR)},
                   {"compiler", __VERSION__}};
  return info;
}

RunProgress progress_of(const analysis::RunData& data, std::uint32_t workers, Time now,
                        std::uint64_t events, Clock::time_point started) {
  RunProgress progress;
  progress.virtual_time_s = now.seconds;
  progress.iteration = static_cast<double>(data.worker_iterations - data.iterations_lost) / workers;
  if (!data.convergence.empty()) progress.loss = data.convergence.back().loss;
  progress.events = events;
  progress.wall_s = std::chrono::duration<double>(Clock::now() - started).count();
  return progress;
}

// Of the messages of an audited run, so many are kept for the diagrams.
constexpr std::size_t kTracedMessages = 200'000;

// Writes which promises were kept. Those that were not have made the run fail.
analysis::Failure report_audit(const analysis::OutputDirectory& directory,
                               const analysis::Trail& trail, BackendEnd& end) {
  const analysis::BrokenList broken = analysis::check_promises(trail);
  if (auto failure = directory.write("promises.txt", analysis::promises_text(trail, broken)))
    return failure;
  if (broken.empty()) return {};
  end.status = analysis::RunStatus::kFailed;
  if (!end.failure.empty()) end.failure += "; ";
  end.failure += to_string(broken.front());
  if (broken.size() > 1)
    end.failure += fmt::format(" ({} more in promises.txt)", broken.size() - 1);
  const analysis::Sequence sequence = analysis::sequence_of(trail, broken.front());
  if (auto failure = directory.write("sequence.mmd", analysis::sequence_mermaid(sequence)))
    return failure;
  return directory.write("sequence.svg", analysis::sequence_svg(sequence));
}

bool is_within(const std::string& path, const std::filesystem::path& directory) {
  std::error_code why;
  if (path.empty()) return false;
  const auto relative = std::filesystem::relative(path, directory, why);
  return !why && !relative.empty() && *relative.begin() != "..";
}

InputError file_error(const analysis::Error& error) { return {.message = error.message}; }

}  // namespace

Result<analysis::RunData> execute(const RunSpec& run, const analysis::OutputDirectory& directory,
                                  const ExecuteOptions& options) {
  const auto started = Clock::now();
  const Result<std::shared_ptr<const Job>> loaded = load_job(run, options.resume);
  if (!loaded) return loaded.errors;
  const std::shared_ptr<const Job>& job = *loaded;
  const auto learner = make_learner(run.job.learner, job->train.rows > 0 ? &job->train : nullptr);

  analysis::RecorderOptions recording;
  recording.trace.enabled = options.trace_s > 0;
  recording.trace.until_s = options.trace_s;
  analysis::RunHeader header = analysis::describe(run, backend_name(options.backend),
                                                  learner->metric_name(), options.variant);
  for (const Table& table : job->tables) header.keys += table.keys;
  analysis::RunRecorder recorder(std::move(header), recording);

  std::optional<analysis::TrailRecorder> audit;
  if (run.audited)
    audit.emplace(run, &recorder, kTracedMessages, options.backend == Backend::kSockets);
  const std::filesystem::path checkpoints = directory.path() / kCheckpointFolder;
  CheckpointWriter writer(checkpoints, job, audit ? static_cast<RunObserver&>(*audit) : recorder);
  bool overdue = false;

  BackendOptions running{
      .backend = options.backend, .cluster = options.cluster, .math_threads = options.math_threads};
  running.keep_going = [&](Time now, std::uint64_t events) {
    if (options.on_progress)
      options.on_progress(progress_of(recorder.data(), run.cluster.workers, now, events, started));
    overdue = audit && now.seconds > audit_ends_s(run);
    return !overdue && !interrupted();
  };
  running.on_note = options.on_note;
  analysis::Failure not_begun;
  running.on_begin = [&] {
    if (options.on_begin) not_begun = options.on_begin();
    // One that this run begins from stays until there is a newer one.
    if (!not_begun && !is_within(options.resume, directory.path())) remove_checkpoint(checkpoints);
    if (!not_begun)
      not_begun = write_scenario(directory, resolved_json(run, directory.path().string()));
    return !not_begun;
  };
  BackendEnd end;
  try {
    end = run_job(job, writer, running);
  } catch (const sim::PlatformFailure& failure) {
    return InputError{.message = failure.what()};
  }
  if (not_begun) return file_error(*not_begun);
  if (!end.began)
    return InputError{.message = end.failure.empty() ? "interrupted before all processes came"
                                                     : end.failure};
  if (writer.failure()) {
    end.status = analysis::RunStatus::kFailed;
    end.failure = writer.failure()->message;
  }
  if (overdue) {
    end.status = analysis::RunStatus::kFailed;
    end.failure = "nobody ended the job when its time was over";
  }
  if (audit && end.status != analysis::RunStatus::kInterrupted) {
    const auto failure = report_audit(directory, audit->finish(), end);
    if (failure) return file_error(*failure);
  }
  analysis::RunData result = recorder.finish(end.status, end.failure);

  const double wall_s = std::chrono::duration<double>(Clock::now() - started).count();
  if (options.trace_s > 0)
    if (const auto failure = analysis::write_trace(directory, recorder.trace()))
      return file_error(*failure);
  if (const auto failure = analysis::write_run_info(directory, machine_facts(wall_s, end.events)))
    return file_error(*failure);
  if (const auto failure = analysis::write_run(directory, result)) return file_error(*failure);
  return result;
}

}  // namespace psgrid::scenarios
