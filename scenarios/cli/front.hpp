// What several commands do before and after a run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/output_directory.hpp"
#include "analysis/run_data.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/input_error.hpp"
#include "scenarios/scenario.hpp"

namespace psgrid::scenarios {

// On standard error, a line each.
void print_errors(const std::vector<InputError>& errors);
void print_warnings(const std::vector<InputError>& warnings);
void print_error(const std::string& message);

// Prints it; the exit code of a command that it ends.
int failed(const analysis::Error& error);

// The scenario with the options applied, to be run by itself or with its variants; errors and
// warnings are printed.
std::optional<Scenario> load_with_options(const RunOptions& options, bool with_variants);

// The directory for the results, made or, at first, only planned; an error is printed.
std::optional<analysis::OutputDirectory> open_output(const RunOptions& options,
                                                     const Scenario& scenario);
std::optional<analysis::OutputDirectory> plan_output(const RunOptions& options,
                                                     const Scenario& scenario);

// What only reading the data and building the network can tell: both work for all runs. Errors are
// printed. Nothing may be written before.
bool check_inputs(const Scenario& scenario, Backend backend, bool with_variants);

// Writes scenario.json into the results.
analysis::Failure write_scenario(const analysis::OutputDirectory& directory, const Json& resolved);

// ExitCode of a process whose run or comparison ended so.
int exit_code(analysis::RunStatus status);

// On standard output, at the end of a command. A reader that has gone away is no failure; otherwise
// an error is printed.
bool print_result(const std::string& text);

// Where the report is, on standard error.
void print_report_path(const analysis::OutputDirectory& directory);

}  // namespace psgrid::scenarios
