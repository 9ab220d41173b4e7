#include "scenarios/cli/execute.hpp"

#include <chrono>
#include <memory>
#include <thread>

#include <simgrid/forward.h>
#include <simgrid/version.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analysis/run_files.hpp"
#include "analysis/run_recorder.hpp"
#include "analysis/trace_writer.hpp"
#include "model/job.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/load_dataset.hpp"
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
  progress.iteration = static_cast<double>(data.worker_iterations) / workers;
  if (!data.convergence.empty()) progress.loss = data.convergence.back().loss;
  progress.events = events;
  progress.wall_s = std::chrono::duration<double>(Clock::now() - started).count();
  return progress;
}

InputError file_error(const analysis::Error& error) { return {.message = error.message}; }

}  // namespace

Result<analysis::RunData> execute(const RunSpec& run, const analysis::OutputDirectory& directory,
                                  const ExecuteOptions& options) {
  const auto started = Clock::now();
  if (const auto failure = write_scenario(directory, resolved_json(run, directory.path().string())))
    return file_error(*failure);
  TrainTest data;
  if (run.job.data) {
    Result<TrainTest> loaded = load_dataset(*run.job.data, run.seed);
    if (!loaded) return loaded.errors;
    data = std::move(*loaded);
  }
  const auto job = std::make_shared<const Job>(run, std::move(data.train), std::move(data.test));
  const auto learner = make_learner(run.job.learner, job->train.rows > 0 ? &job->train : nullptr);

  analysis::RecorderOptions recording;
  recording.trace.enabled = options.trace_s > 0;
  recording.trace.until_s = options.trace_s;
  analysis::RunRecorder recorder(analysis::describe(run, backend_name(options.backend),
                                                    learner->metric_name(), options.variant),
                                 recording);

  BackendOptions running{.backend = options.backend, .math_threads = options.math_threads};
  running.keep_going = [&](Time now, std::uint64_t events) {
    if (options.on_progress)
      options.on_progress(progress_of(recorder.data(), run.cluster.workers, now, events, started));
    return !interrupted();
  };
  running.on_note = options.on_note;
  BackendEnd end;
  try {
    end = run_job(job, recorder, running);
  } catch (const sim::PlatformFailure& failure) {
    return InputError{.message = failure.what()};
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
