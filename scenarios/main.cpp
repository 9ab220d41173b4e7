// psgrid: the command line.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/input/schema_text.hpp"

namespace {

using namespace psgrid::scenarios;

constexpr std::uint64_t kSeedMax = (1ULL << 53) - 1;  // JSON has no larger exact integers

// Digits only: no sign, no octal, no hexadecimal.
CLI::Validator whole_number(std::uint64_t min, std::uint64_t max) {
  const auto check = [=](std::string& text) -> std::string {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && value >= min && value <= max) return "";
    return "found \"" + text + "\", expected an integer from " + std::to_string(min) + " to " +
           std::to_string(max);
  };
  return CLI::Validator(check, "", "whole number");
}

CLI::Validator not_negative() {
  const auto check = [](std::string& text) -> std::string {
    double value = -1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && value >= 0) return "";
    return "found \"" + text + "\", expected a number of seconds, 0 or more";
  };
  return CLI::Validator(check, "", "seconds");
}

CLI::Option* add_scenario(CLI::App& command, RunOptions& options) {
  return command.add_option("SCENARIO", options.scenario, "Scenario file (JSON)")->type_name("");
}

void add_run_options(CLI::App& command, RunOptions& options) {
  command
      .add_option("-o,--output", options.output,
                  "Directory for the results (default: psgrid-out/<scenario name>)")
      ->type_name("DIR");
  command.add_option("--seed", options.seed, "Seed in place of the scenario's")
      ->check(whole_number(0, kSeedMax))
      ->type_name("N");
  command
      .add_option("--set", options.set,
                  "Change a setting: /json/pointer=VALUE, where VALUE is JSON or else a string; "
                  "may be repeated")
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("POINTER=VALUE");
  command.add_flag("--quiet", options.quiet, "No progress on standard error");
}

void add_backend(CLI::App& command, RunOptions& options) {
  const std::map<std::string, Backend> backends = {{"sim", Backend::kSim},
                                                   {"sockets", Backend::kSockets}};
  command
      .add_option_function<std::string>(
          "--on",
          [&options, backends](const std::string& name) { options.backend = backends.at(name); },
          "Where to run: sim (the default), or sockets: real processes on this machine")
      ->check(CLI::IsMember({"sim", "sockets"}))
      ->type_name("BACKEND");
}

void add_trace(CLI::App& command, SingleRunOptions& options) {
  command
      .add_option("--trace", options.trace_s,
                  "Virtual seconds that trace.json covers (default: 2; none above 1,000 "
                  "workers); 0: no trace")
      ->check(not_negative())
      ->type_name("SECONDS");
}

void add_run(CLI::App& app, SingleRunOptions& options, int& exit_code) {
  CLI::App* command = app.add_subcommand("run", "Run a scenario");
  add_scenario(*command, options)->required();
  add_run_options(*command, options);
  add_backend(*command, options);
  add_trace(*command, options);
  command
      ->add_option(
          "--resume", options.resume,
          "Begin from the checkpoint in this directory (DIR/checkpoint of a run's results)")
      ->type_name("DIR");
  command->callback([&] { exit_code = run_command(options); });
}

void add_node(CLI::App& app, NodeOptions& options, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "node", "One process of a cluster on sockets, for clusters of several machines");
  add_scenario(*command, options);
  command
      ->add_option("--role", options.role,
                   "Its role; the rank of a process that srun or mpirun starts is known: 0 is the "
                   "manager, then come servers, then workers")
      ->check(CLI::IsMember({"manager", "server", "worker"}))
      ->type_name("ROLE");
  command->add_option("--rank", options.rank, "Its number among those of its role, from 0")
      ->check(whole_number(0, UINT32_MAX))
      ->needs("--role")
      ->type_name("N");
  command
      ->add_option("--manager", options.manager,
                   "Where the manager listens (default: PSGRID_MANAGER)")
      ->type_name("HOST:PORT");
  command
      ->add_option("--listen", options.listen,
                   "Address that this process listens at (default: the one that it reaches the "
                   "manager from)")
      ->type_name("ADDRESS");
  command
      ->add_option("--token-file", options.token_file,
                   "File with the secret that all processes share (default: PSGRID_TOKEN; none is "
                   "needed on the loopback interface)")
      ->type_name("FILE");
  command->add_flag("--make-token", options.make_token, "Print a new token, do nothing else");
  command->add_option("--wait", options.wait_s, "How long to wait for the others (default: 60)")
      ->check(not_negative())
      ->type_name("SECONDS");
  add_run_options(*command, options);
  add_trace(*command, options);
  command->footer(
      "All processes get the same scenario and settings. The manager writes the results.\n"
      "The token keeps strangers out; what is sent is not encrypted.");
  command->callback([&] { exit_code = node_command(options); });
}

void add_compare(CLI::App& app, CompareOptions& options, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("compare", "Run every variant of a scenario, side by side");
  add_scenario(*command, options)->required();
  add_run_options(*command, options);
  add_backend(*command, options);
  command->add_option("--jobs", options.jobs, "Runs at a time (default: one a core)")
      ->check(whole_number(1, 1024))
      ->type_name("N");
  command->add_option("--seeds", options.seeds, "Runs of each variant (default: the scenario's)")
      ->check(whole_number(1, 1000))
      ->type_name("N");
  command->callback([&] { exit_code = compare_command(options); });
}

void add_fidelity(CLI::App& app, FidelityOptions& options, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "fidelity", "Run every variant of scenarios simulated and on sockets, and compare the two");
  command->add_option("SCENARIO", options.scenarios, "Scenario files (JSON)")
      ->required()
      ->type_name("");
  command
      ->add_option("-o,--output", options.output,
                   "Directory for the results (default: psgrid-out/fidelity)")
      ->type_name("DIR");
  command
      ->add_option("--seeds", options.seeds,
                   "Runs of each variant on either (default: the scenario's, or 3)")
      ->check(whole_number(1, 1000))
      ->type_name("N");
  command->add_flag("--quiet", options.quiet, "No progress on standard error");
  command->callback([&] { exit_code = fidelity_command(options); });
}

void add_explore(CLI::App& app, ExploreOptions& options, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("explore", "Run random fault schedules and check what psgrid promises");
  add_scenario(*command, options)->required();
  command->add_option("--runs", options.runs, "Schedules to run (default: 300; 20 on sockets)")
      ->check(whole_number(1, 10'000'000))
      ->type_name("N");
  command->add_option("--first", options.first, "Number of the first schedule (default: 0)")
      ->check(whole_number(0, 10'000'000))
      ->type_name("N");
  command
      ->add_option("--jobs", options.jobs, "Runs at a time (default: one a core; two on sockets)")
      ->check(whole_number(1, 1024))
      ->type_name("N");
  command->add_flag("--shrink", options.shrink,
                    "Make runs that break a promise as small as they can be");
  command->add_flag("--beyond", options.beyond, "More failures than the replicas tolerate");
  add_run_options(*command, options);
  add_backend(*command, options);
  command->footer(
      "On the simulator a seed gives the same runs. On sockets it gives the same schedules, but "
      "real\n"
      "processes take real time: a schedule that broke a promise may keep it the next time. What\n"
      "was recorded is kept beside its scenario.");
  command->callback([&] { exit_code = explore_command(options); });
}

void add_validate(CLI::App& app, std::vector<std::string>& scenarios, int& exit_code) {
  CLI::App* command = app.add_subcommand("validate", "Check scenarios, run nothing");
  command->add_option("SCENARIO", scenarios, "Scenario files (JSON)")->required()->type_name("");
  command->callback([&] { exit_code = validate_command(scenarios); });
}

void add_calibrate(CLI::App& app, CalibrateOptions& options, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("calibrate", "Measure this machine; print a cluster block for scenarios");
  command
      ->add_option("-o,--output", options.output, "File for the block (default: standard output)")
      ->type_name("FILE");
  command->add_flag("--quiet", options.quiet, "Only the block");
  command->callback([&] { exit_code = calibrate_command(options); });
}

void add_schema(CLI::App& app, int& exit_code) {
  app.add_subcommand("schema", "Print the JSON Schema of scenarios")->callback([&] {
    exit_code = schema_command();
  });
}

void add_report(CLI::App& app, std::string& directory, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("report", "Make report.html again from the results of a finished run");
  command->add_option("DIR", directory, "Directory of results")->required()->type_name("");
  command->callback([&] { exit_code = report_command(directory); });
}

// CLI11 would only say that a command is required.
bool names_command(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    commands.push_back(command->get_name());
  const std::string word = argc > 1 ? argv[1] : "";
  if (word.starts_with('-') || std::find(commands.begin(), commands.end(), word) != commands.end())
    return true;
  print_error(word.empty()
                  ? "found no command, expected " + either_text(commands)
                  : "found the unknown command \"" + word + "\"" + suggestion(word, commands));
  std::fputs("Try: psgrid --help\n", stderr);
  return false;
}

std::string usage_error(const CLI::App* app, const CLI::Error& error) {
  std::string name = "psgrid";
  for (const CLI::App* command : app->get_subcommands()) name += " " + command->get_name();
  return "psgrid: " + std::string(error.what()) + "\nTry: " + name + " --help\n";
}

// Files that are opened later must not take the place of standard streams that are closed.
void open_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (fcntl(stream, F_GETFD) < 0) [[maybe_unused]]
      const int opened = open("/dev/null", O_RDWR);
}

int run_program(int argc, char** argv) {
  CLI::App app("Simulates parameter-server clusters that really learn.", "psgrid");
  app.set_version_flag("--version", PSGRID_VERSION);
  app.require_subcommand(1);
  app.failure_message(usage_error);
  int exit_code = kDone;
  SingleRunOptions run;
  CompareOptions compare;
  FidelityOptions fidelity;
  ExploreOptions explore;
  NodeOptions node;
  std::vector<std::string> to_validate;
  std::string directory;
  CalibrateOptions calibrate;
  add_run(app, run, exit_code);
  add_compare(app, compare, exit_code);
  add_fidelity(app, fidelity, exit_code);
  add_explore(app, explore, exit_code);
  add_node(app, node, exit_code);
  add_validate(app, to_validate, exit_code);
  add_calibrate(app, calibrate, exit_code);
  add_schema(app, exit_code);
  add_report(app, directory, exit_code);
  app.footer(
      "Exit codes: 0 done, 1 a run failed, 2 bad usage or bad input, 3 interrupted.\n"
      "Options of a command: psgrid COMMAND --help\n"
      "In the repository, ./psgrid test builds and runs all tests.");
  if (!names_command(app, argc, argv)) return kBadInput;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kBadInput;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // whoever stops reading still gets the files
  try {
    return run_program(argc, argv);
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
  } catch (const std::exception& error) {
    print_error(error.what());
  }
  return kFailed;
}
