#include "scenarios/cli/front.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "scenarios/load_dataset.hpp"

namespace psgrid::scenarios {

void print_error(const std::string& message) { fmt::print(stderr, "psgrid: {}\n", message); }

void print_errors(const std::vector<InputError>& errors) {
  for (const InputError& error : errors) fmt::print(stderr, "{}\n", to_string(error));
}

void print_warnings(const std::vector<InputError>& warnings) {
  for (const InputError& warning : warnings)
    fmt::print(stderr, "warning: {}\n", to_string(warning));
}

std::optional<Scenario> load_with_options(const RunOptions& options) {
  LoadOptions load{.set = options.set};
  if (options.seed) load.set.push_back("/seed=" + std::to_string(*options.seed));
  Result<Scenario> scenario = load_scenario(options.scenario, load);
  print_warnings(scenario.warnings);
  if (!scenario) print_errors(scenario.errors);
  return std::move(scenario.value);
}

bool check_data(const Scenario& scenario, bool with_variants) {
  std::vector<DataSpec> read;
  std::vector<InputError> errors;
  const auto check = [&](const RunSpec& run) {
    if (!run.job.data) return;
    const DataSpec& data = *run.job.data;
    const bool known = std::any_of(read.begin(), read.end(), [&](const DataSpec& other) {
      return other.file == data.file && other.labels == data.labels &&
             other.test_file == data.test_file && other.test_labels == data.test_labels &&
             other.format == data.format;
    });
    if (known) return;
    read.push_back(data);
    const Result<TrainTest> loaded = load_dataset(data, run.seed);
    errors.insert(errors.end(), loaded.errors.begin(), loaded.errors.end());
  };
  check(scenario.base);
  if (with_variants)
    for (const Variant& variant : scenario.variants) check(variant.run);
  print_errors(errors);
  return errors.empty();
}

std::optional<analysis::OutputDirectory> open_output(const RunOptions& options,
                                                     const Scenario& scenario) {
  const std::string path =
      options.output.empty() ? "psgrid-out/" + slug(scenario.name) : options.output;
  auto directory = analysis::OutputDirectory::create(path);
  if (directory.ok()) return directory.value();
  print_error(directory.error().message);
  return std::nullopt;
}

bool write_scenario(const analysis::OutputDirectory& directory, const std::string& text) {
  const auto failure = directory.write("scenario.json", text);
  if (failure) print_error(failure->message);
  return !failure;
}

}  // namespace psgrid::scenarios
