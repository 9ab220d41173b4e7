#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "analysis/compare_files.hpp"
#include "analysis/fidelity_files.hpp"
#include "analysis/fidelity_report.hpp"
#include "analysis/run_files.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/overview.hpp"
#include "scenarios/cli/variant_run.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::uint32_t kSeeds = 3;

struct Case {
  std::string scenario, variant;
  RunSpec run;
  std::filesystem::path directory;  // of the results, below that of all
  std::uint32_t seeds = 1;
};

const char* model_of(const RunSpec& run) {
  return has_parameter_server(run.architecture) ? name_of(run.consistency.model)
                                                : name_of(run.architecture.type);
}

// Every variant, or the scenario itself if it has none.
std::vector<Variant> variants_of(const Scenario& scenario) {
  if (!scenario.variants.empty()) return scenario.variants;
  return {{.name = model_of(scenario.base), .run = scenario.base}};
}

template <class Named>
std::vector<std::string> directories_of(const std::vector<Named>& things) {
  std::vector<std::string> names;
  for (const Named& thing : things) names.push_back(thing.name);
  return analysis::variant_directories(names);
}

std::vector<Case> cases_of(const std::vector<Scenario>& scenarios,
                           std::optional<std::uint32_t> seeds) {
  std::vector<Case> cases;
  const std::vector<std::string> directories = directories_of(scenarios);
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    const Scenario& scenario = scenarios[s];
    const std::vector<Variant> variants = variants_of(scenario);
    const std::vector<std::string> below = directories_of(variants);
    const std::uint32_t by_default = scenario.source.contains("seeds") ? scenario.seeds : kSeeds;
    for (std::size_t v = 0; v < variants.size(); ++v)
      cases.push_back({.scenario = scenario.name,
                       .variant = variants[v].name,
                       .run = variants[v].run,
                       .directory = std::filesystem::path(directories[s]) / below[v],
                       .seeds = seeds.value_or(by_default)});
  }
  return cases;
}

// Everything that is to run on one of the two, and which case each run is of.
struct Plan {
  std::vector<VariantRun> runs;
  std::vector<std::size_t> case_of;
};

Plan plan(const std::vector<Case>& cases, Backend backend, const std::filesystem::path& output) {
  Plan plan;
  std::uint32_t seeds = 0;
  for (const Case& each : cases) seeds = std::max(seeds, each.seeds);
  // Seed by seed, so that an interrupted check has as many of each case as possible.
  for (std::uint32_t seed = 0; seed < seeds; ++seed)
    for (std::size_t c = 0; c < cases.size(); ++c) {
      const Case& each = cases[c];
      if (seed >= each.seeds) continue;
      VariantRun run{.variant = each.variant, .run = each.run, .backend = backend};
      run.run.seed += seed;
      run.name = fmt::format("{}, {}, {}, seed {}", each.scenario, each.variant,
                             backend_name(backend), run.run.seed);
      run.directory =
          output / each.directory / backend_name(backend) / analysis::seed_directory(run.run.seed);
      plan.runs.push_back(std::move(run));
      plan.case_of.push_back(c);
    }
  return plan;
}

std::vector<ChildEnd> run_all(const Plan& plan, unsigned at_once, bool quiet) {
  std::vector<Overview::Run> shown;
  for (std::size_t i = 0; i < plan.runs.size(); ++i)
    shown.push_back({plan.runs[i].name, plan.case_of[i], plan.runs[i].run.job.stop});
  return run_variants(plan.runs, std::move(shown), at_once, quiet);
}

// What the runs of a plan that began have written, by case.
void collect(const Plan& plan, std::vector<analysis::RunData> analysis::CaseRuns::*side,
             analysis::FidelityData& data) {
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    if (!analysis::OutputDirectory::is_ours(plan.runs[i].directory)) continue;
    auto run = analysis::read_run(plan.runs[i].directory, {.iterations = false});
    if (run.ok()) (data.cases[plan.case_of[i]].*side).push_back(std::move(run.value()));
  }
}

// The levels above the runs, marked as ours, so that the next check removes them.
analysis::Failure make_directories(const std::filesystem::path& output,
                                   const std::vector<Case>& cases) {
  std::vector<std::filesystem::path> paths;
  for (const Case& each : cases)
    for (const auto& path : {each.directory.parent_path(), each.directory, each.directory / "sim",
                             each.directory / "sockets"})
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  for (const auto& path : paths) {
    const auto made = analysis::OutputDirectory::create(output / path);
    if (!made.ok()) return made.error();
  }
  return {};
}

std::optional<std::vector<Scenario>> load_all(const std::vector<std::string>& files) {
  std::vector<Scenario> scenarios;
  bool valid = true;
  for (const std::string& file : files) {
    auto scenario = load_with_options({.scenario = file}, true);
    valid &= scenario && check_inputs(*scenario, Backend::kSockets, true);
    if (scenario) scenarios.push_back(std::move(*scenario));
  }
  if (!valid) return std::nullopt;
  return scenarios;
}

analysis::RunStatus together(analysis::RunStatus a, analysis::RunStatus b) {
  for (const auto status : {analysis::RunStatus::kInterrupted, analysis::RunStatus::kFailed})
    if (a == status || b == status) return status;
  return analysis::RunStatus::kDone;
}

}  // namespace

int fidelity_command(const FidelityOptions& options) {
  const auto scenarios = load_all(options.scenarios);
  if (!scenarios) return kBadInput;
  catch_interrupts();
  const auto output = open_output({.output = options.output}, scenarios->front());
  if (!output) return kBadInput;
  const std::vector<Case> cases = cases_of(*scenarios, options.seeds);
  if (const auto failure = make_directories(output->path(), cases)) return failed(*failure);

  analysis::FidelityData data;
  for (const Case& each : cases)
    data.cases.push_back({.scenario = each.scenario,
                          .variant = each.variant,
                          .model = model_of(each.run),
                          .directory = each.directory.string(),
                          .seeds = each.seeds});
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const Plan simulated = plan(cases, Backend::kSim, output->path());
  const std::vector<ChildEnd> sim_ends = run_all(simulated, cores, options.quiet);
  // In real time: beside anything else they would take longer than they should.
  const Plan real = plan(cases, Backend::kSockets, output->path());
  const std::vector<ChildEnd> socket_ends = run_all(real, 1, options.quiet);
  data.status = together(status_of(sim_ends), status_of(socket_ends));
  collect(simulated, &analysis::CaseRuns::sim, data);
  collect(real, &analysis::CaseRuns::sockets, data);

  if (const auto failure = analysis::write_fidelity(*output, data)) return failed(*failure);
  if (const auto failure = output->write("report.html", analysis::fidelity_html(data)))
    return failed(*failure);
  const bool printed = print_result(analysis::fidelity_table(data));
  if (!options.quiet) print_report_path(*output);
  return printed ? exit_code(data.status) : kFailed;
}

}  // namespace psgrid::scenarios
