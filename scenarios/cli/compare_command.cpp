#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "analysis/compare_files.hpp"
#include "analysis/report.hpp"
#include "analysis/run_files.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/cli/children.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/execute.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"

namespace psgrid::scenarios {

namespace {

// One variant with one seed.
struct Job {
  std::size_t variant = 0;
  RunSpec run;
  std::filesystem::path directory;
};

std::vector<Job> plan(const Scenario& scenario, const std::vector<std::string>& directories,
                      std::uint32_t seeds, const std::filesystem::path& output) {
  std::vector<Job> jobs;
  // Seed by seed, so that an interrupted comparison has as many of each variant as possible.
  for (std::uint32_t seed = 0; seed < seeds; ++seed)
    for (std::size_t variant = 0; variant < scenario.variants.size(); ++variant) {
      Job job{.variant = variant, .run = scenario.variants[variant].run, .directory = {}};
      job.run.seed += seed;
      job.directory =
          output / directories[variant] / analysis::seed_directory(job.run.seed);
      jobs.push_back(std::move(job));
    }
  return jobs;
}

// In the child. Exit code of the process.
int run_job(const Job& job, const std::string& variant, unsigned math_threads,
            ChildReport& report) {
  auto directory = analysis::OutputDirectory::create(job.directory);
  if (!directory.ok()) {
    report.fail(directory.error().message);
    return kFailed;
  }
  const std::string resolved = resolved_json(job.run, job.directory.string()).dump(2) + "\n";
  if (const auto failure = directory.value().write("scenario.json", resolved)) {
    report.fail(failure->message);
    return kFailed;
  }
  auto last = std::chrono::steady_clock::now();
  ExecuteOptions execution{.variant = variant, .math_threads = math_threads};
  execution.on_progress = [&](const RunProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last < std::chrono::milliseconds(100)) return;
    last = now;
    report.progress(progress);
  };
  const Result<analysis::RunData> result = execute(job.run, directory.value(), execution);
  if (!result) {
    report.fail(to_string(result.errors.front()));
    return kFailed;
  }
  if (result->status == analysis::RunStatus::kFailed) report.fail(result->failure);
  return result->status == analysis::RunStatus::kDone          ? kDone
         : result->status == analysis::RunStatus::kInterrupted ? kInterrupted
                                                               : kFailed;
}

// "3/30 runs  SSP 3, seed 7: 1.2 s virtual ..."
class Overview {
 public:
  Overview(const std::vector<Job>& jobs, const Scenario& scenario, bool quiet)
      : jobs_(jobs), scenario_(scenario), line_(quiet), fraction_(jobs.size()) {}

  void on_progress(std::size_t job, const RunProgress& progress) {
    const StopSpec& stop = jobs_[job].run.job.stop;
    fraction_[job] = fraction_done(stop, progress).value_or(0);
    show(name(job) + ": " + describe(stop, progress));
  }
  void on_end(std::size_t job, const ChildEnd& end) {
    ++ended_;
    fraction_[job] = 1;
    if (end.exit_code != kDone && end.exit_code != kInterrupted)
      line_.note(name(job) + " failed: " +
                 (end.message.empty() ? fmt::format("exit code {}", end.exit_code) : end.message));
    show(name(job) + ": done");
  }
  void clear() { line_.clear(); }

 private:
  std::string name(std::size_t job) const {
    return fmt::format("{}, seed {}", scenario_.variants[jobs_[job].variant].name,
                       jobs_[job].run.seed);
  }
  void show(const std::string& text) {
    if (!line_.is_due()) return;
    double done = 0;
    for (double fraction : fraction_) done += fraction;
    line_.show(fmt::format("{}/{} runs  {}", ended_, jobs_.size(), text),
               done / static_cast<double>(jobs_.size()));
  }

  const std::vector<Job>& jobs_;
  const Scenario& scenario_;
  ProgressLine line_;
  std::vector<double> fraction_;
  std::size_t ended_ = 0;
};

}  // namespace

int compare_command(const CompareOptions& options) {
  const auto scenario = load_with_options(options);
  if (!scenario) return kBadInput;
  if (scenario->variants.empty()) {
    print_error(options.scenario + ": found no \"variants\", expected at least one to compare");
    return kBadInput;
  }
  if (!check_data(*scenario, true)) return kBadInput;
  const auto directory = open_output(options, *scenario);
  if (!directory) return kBadInput;
  if (!write_scenario(*directory,
                      resolved_json(*scenario, directory->path().string()).dump(2) + "\n"))
    return kFailed;

  std::vector<std::string> names;
  for (const Variant& variant : scenario->variants) names.push_back(variant.name);
  const std::vector<std::string> directories = analysis::variant_directories(names);
  const std::vector<Job> jobs = plan(*scenario, directories,
                                     options.seeds.value_or(scenario->seeds), directory->path());
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned at_once = options.jobs > 0 ? options.jobs : cores;
  const unsigned math_threads = cores > at_once ? cores / at_once - 1 : 0;

  catch_interrupts();
  Overview overview(jobs, *scenario, options.quiet);
  const std::vector<ChildEnd> ends = run_children(
      jobs.size(),
      [&](std::size_t job, ChildReport& report) {
        return run_job(jobs[job], names[jobs[job].variant], math_threads, report);
      },
      {.at_once = at_once,
       .on_progress = [&](std::size_t job,
                          const RunProgress& progress) { overview.on_progress(job, progress); },
       .on_end = [&](std::size_t job, const ChildEnd& end) { overview.on_end(job, end); }});
  overview.clear();

  analysis::ComparisonData data{.scenario = scenario->name, .variants = {}};
  for (std::size_t v = 0; v < names.size(); ++v) data.variants.push_back({names[v], directories[v], {}});
  bool failed = false;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const bool complete = ends[job].ran && ends[job].exit_code == kDone;
    failed |= ends[job].ran && !complete && ends[job].exit_code != kInterrupted;
    if (!analysis::OutputDirectory::is_ours(jobs[job].directory)) continue;
    auto& runs = data.variants[jobs[job].variant].runs;
    auto run = analysis::read_run(jobs[job].directory, {.iterations = runs.empty()});
    if (run.ok()) runs.push_back(std::move(run.value()));
  }
  data.status = interrupted() ? analysis::RunStatus::kInterrupted
                : failed      ? analysis::RunStatus::kFailed
                              : analysis::RunStatus::kDone;

  auto failure = analysis::write_comparison(*directory, data);
  if (!failure) failure = directory->write("report.html", analysis::report_html(data));
  if (failure) {
    print_error(failure->message);
    return kFailed;
  }
  fmt::print("{}", analysis::compare_table(data));
  if (!options.quiet)
    fmt::print(stderr, "Report: {}\n", (directory->path() / "report.html").string());
  return interrupted() ? kInterrupted : failed ? kFailed : kDone;
}

}  // namespace psgrid::scenarios
