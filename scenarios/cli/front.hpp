// What several commands do before and after a run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/output_directory.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/input_error.hpp"
#include "scenarios/scenario.hpp"

namespace psgrid::scenarios {

// On standard error, a line each.
void print_errors(const std::vector<InputError>& errors);
void print_warnings(const std::vector<InputError>& warnings);
void print_error(const std::string& message);

// The scenario with the options applied; errors and warnings are printed.
std::optional<Scenario> load_with_options(const RunOptions& options);

// The directory for the results; an error is printed.
std::optional<analysis::OutputDirectory> open_output(const RunOptions& options,
                                                     const Scenario& scenario);

// The data files of all runs can be read; errors are printed. Nothing may be written before.
bool check_data(const Scenario& scenario, bool with_variants);

// Writes scenario.json into the results; an error is printed.
bool write_scenario(const analysis::OutputDirectory& directory, const std::string& text);

}  // namespace psgrid::scenarios
