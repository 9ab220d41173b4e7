// psgrid: the command line.
#include <CLI/CLI.hpp>

#include "scenarios/cli/commands.hpp"

namespace {

using namespace psgrid::scenarios;

void add_run_options(CLI::App& command, RunOptions& options) {
  command.add_option("SCENARIO", options.scenario, "Scenario file (JSON)")->required();
  command.add_option("-o,--output", options.output,
                     "Directory for the results (default: psgrid-out/<scenario name>)");
  command.add_option("--seed", options.seed, "Seed in place of the scenario's");
  command
      .add_option("--set", options.set,
                  "Change a setting: /json/pointer=VALUE (VALUE is JSON, or else a string)")
      ->take_all()
      ->allow_extra_args(false);
  command.add_flag("--quiet", options.quiet, "No progress on standard error");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulates parameter-server clusters that really learn.", "psgrid");
  app.set_version_flag("--version", PSGRID_VERSION);
  app.require_subcommand(1);
  int exit_code = kDone;

  SingleRunOptions run;
  CLI::App* run_app = app.add_subcommand("run", "Run a scenario");
  add_run_options(*run_app, run);
  run_app->add_option("--trace", run.trace_s,
                      "Virtual seconds that trace.json covers (default: 10; none above 1,000 "
                      "workers); 0: no trace")
      ->check(CLI::NonNegativeNumber);
  run_app->callback([&] { exit_code = run_command(run); });

  CompareOptions compare;
  CLI::App* compare_app =
      app.add_subcommand("compare", "Run every variant of a scenario, side by side");
  add_run_options(*compare_app, compare);
  compare_app->add_option("--jobs", compare.jobs, "Runs at a time (default: one a core)")
      ->check(CLI::PositiveNumber);
  compare_app->add_option("--seeds", compare.seeds, "Runs of each variant (default: the scenario's)")
      ->check(CLI::PositiveNumber);
  compare_app->callback([&] { exit_code = compare_command(compare); });

  std::vector<std::string> to_validate;
  CLI::App* validate_app = app.add_subcommand("validate", "Check scenarios, run nothing");
  validate_app->add_option("SCENARIO", to_validate, "Scenario files (JSON)")->required();
  validate_app->callback([&] { exit_code = validate_command(to_validate); });

  app.add_subcommand("schema", "Print the JSON Schema of scenarios")->callback([&] {
    exit_code = schema_command();
  });

  std::string directory;
  CLI::App* report_app =
      app.add_subcommand("report", "Make report.html again from the results of a finished run");
  report_app->add_option("DIR", directory, "Directory of results")->required();
  report_app->callback([&] { exit_code = report_command(directory); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kBadInput;
  }
  return exit_code;
}
