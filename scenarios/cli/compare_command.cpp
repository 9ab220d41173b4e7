#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "analysis/compare_files.hpp"
#include "analysis/expectation.hpp"
#include "analysis/report.hpp"
#include "analysis/run_files.hpp"
#include "analysis/text_table.hpp"
#include "scenarios/cli/children.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/overview.hpp"
#include "scenarios/cli/variant_run.hpp"

namespace psgrid::scenarios {

namespace {

// One variant with one seed.
struct Job {
  std::size_t variant = 0;
  RunSpec run;
  std::filesystem::path directory;
};

std::vector<Job> plan(const Scenario& scenario, const std::vector<std::string>& directories,
                      const std::filesystem::path& output) {
  std::vector<Job> jobs;
  // Seed by seed, so that an interrupted comparison has as many of each variant as possible.
  for (std::uint32_t seed = 0; seed < scenario.seeds; ++seed)
    for (std::size_t variant = 0; variant < scenario.variants.size(); ++variant) {
      Job job{.variant = variant, .run = scenario.variants[variant].run, .directory = {}};
      job.run.seed += seed;
      job.directory = output / directories[variant] / analysis::seed_directory(job.run.seed);
      jobs.push_back(std::move(job));
    }
  return jobs;
}

std::vector<Overview::Run> overview_of(const std::vector<Job>& jobs, const Scenario& scenario) {
  std::vector<Overview::Run> runs;
  for (const Job& job : jobs)
    runs.push_back(
        {.name = fmt::format("{}, seed {}", scenario.variants[job.variant].name, job.run.seed),
         .variant = job.variant,
         .stop = job.run.job.stop});
  return runs;
}

// What the runs that began have written.
analysis::ComparisonData collect(const Scenario& scenario, const std::vector<Job>& jobs,
                                 const std::vector<std::string>& directories,
                                 const std::vector<ChildEnd>& ends) {
  analysis::ComparisonData data{.scenario = scenario.name,
                                .status = status_of(ends),
                                .variants = {},
                                .expectations = scenario.expectations};
  for (std::size_t v = 0; v < directories.size(); ++v)
    data.variants.push_back({scenario.variants[v].name, directories[v], {}});
  for (const Job& job : jobs) {
    if (!analysis::OutputDirectory::is_ours(job.directory)) continue;
    auto& runs = data.variants[job.variant].runs;
    auto run = analysis::read_run(job.directory, {.iterations = runs.empty()});
    if (run.ok()) runs.push_back(std::move(run.value()));
  }
  return data;
}

std::vector<std::string> names_of(const std::vector<Variant>& variants) {
  std::vector<std::string> names;
  for (const Variant& variant : variants) names.push_back(variant.name);
  return names;
}

std::vector<ChildEnd> run_all(const CompareOptions& options, const Scenario& scenario,
                              const std::vector<Job>& jobs) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  // Real processes would compete for the cores, and take longer than they should.
  const unsigned by_default = options.backend == Backend::kSim ? cores : 1;
  const unsigned at_once = options.jobs > 0 ? options.jobs : by_default;
  const unsigned math_threads = cores > at_once ? cores / at_once - 1 : 0;
  std::vector<VariantRun> runs;
  for (const Job& job : jobs) {
    const std::string& variant = scenario.variants[job.variant].name;
    runs.push_back({.name = variant,
                    .variant = variant,
                    .run = job.run,
                    .directory = job.directory,
                    .backend = options.backend,
                    .math_threads = math_threads});
  }
  return run_variants(runs, overview_of(jobs, scenario), at_once, options.quiet);
}

// One directory a variant, marked as ours, so that the next comparison removes it.
analysis::Failure make_directories(const analysis::OutputDirectory& output,
                                   const std::vector<std::string>& variants) {
  for (const std::string& variant : variants) {
    const auto made = analysis::OutputDirectory::create(output.path() / variant);
    if (!made.ok()) return made.error();
  }
  return {};
}

analysis::Failure write_results(const analysis::OutputDirectory& output,
                                const analysis::ComparisonData& data) {
  if (const auto failure = analysis::write_comparison(output, data)) return failure;
  return output.write("report.html", analysis::report_html(data));
}

}  // namespace

int compare_command(const CompareOptions& options) {
  auto scenario = load_with_options(options, true);
  if (!scenario) return kBadInput;
  scenario->seeds = options.seeds.value_or(scenario->seeds);
  if (scenario->variants.empty()) {
    print_error(options.scenario + ": found no \"variants\", expected at least one to compare");
    return kBadInput;
  }
  if (!check_inputs(*scenario, options.backend, true)) return kBadInput;
  catch_interrupts();
  const auto output = open_output(options, *scenario);
  if (!output) return kBadInput;
  const Json resolved = resolved_json(*scenario, output->path().string());
  if (const auto failure = write_scenario(*output, resolved)) return failed(*failure);
  const std::vector<std::string> directories =
      analysis::variant_directories(names_of(scenario->variants));
  if (const auto failure = make_directories(*output, directories)) return failed(*failure);

  const std::vector<Job> jobs = plan(*scenario, directories, output->path());
  const std::vector<ChildEnd> ends = run_all(options, *scenario, jobs);
  const analysis::ComparisonData data = collect(*scenario, jobs, directories, ends);
  if (const auto failure = write_results(*output, data)) return failed(*failure);
  const bool printed = print_result(analysis::compare_table(data));
  if (!options.quiet) print_report_path(*output);
  const bool as_expected = data.status != analysis::RunStatus::kDone || analysis::all_hold(data);
  return printed && as_expected ? exit_code(data.status) : kFailed;
}

}  // namespace psgrid::scenarios
