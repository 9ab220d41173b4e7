#include "scenarios/cli/front.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>

#include "scenarios/cli/children.hpp"
#include "scenarios/load_dataset.hpp"
#include "sim/transport/transport.hpp"

namespace psgrid::scenarios {

void print_error(const std::string& message) {
  std::fputs(("psgrid: " + message + "\n").c_str(), stderr);
}

void print_errors(const std::vector<InputError>& errors) {
  for (const InputError& error : errors)
    if (error.file.empty() && error.pointer.empty())
      print_error(error.message);
    else
      std::fputs((to_string(error) + "\n").c_str(), stderr);
}

void print_warnings(const std::vector<InputError>& warnings) {
  for (const InputError& warning : warnings)
    std::fputs(("warning: " + to_string(warning) + "\n").c_str(), stderr);
}

std::optional<Scenario> load_with_options(const RunOptions& options, bool with_variants) {
  LoadOptions load{.set = options.set, .with_variants = with_variants};
  if (options.seed) load.set.push_back("/seed=" + std::to_string(*options.seed));
  Result<Scenario> scenario = load_scenario(options.scenario, load);
  print_warnings(scenario.warnings);
  if (!scenario) print_errors(scenario.errors);
  return std::move(scenario.value);
}

int failed(const analysis::Error& error) {
  print_error(error.message);
  return kFailed;
}

int exit_code(analysis::RunStatus status) {
  switch (status) {
    case analysis::RunStatus::kDone:
      return kDone;
    case analysis::RunStatus::kInterrupted:
      return kInterrupted;
    case analysis::RunStatus::kFailed:
      break;
  }
  return kFailed;
}

namespace {

// Collects what is wrong with the inputs of runs, looking at each input once.
class InputCheck {
 public:
  explicit InputCheck(Backend backend) : backend_(backend) {}

  void check(const RunSpec& run) {
    if (const std::string why = unsupported(backend_, run); !why.empty()) add({{.message = why}});
    const Json document = resolved_json(run, "/");
    if (run.job.data && seen_.insert(data_key(document)).second) check_data(run);
    if (run.cluster.network.topology == Topology::kPlatform &&
        seen_.insert(document.at("cluster").dump()).second)
      check_network(run.cluster);
  }
  const std::vector<InputError>& errors() const { return errors_; }

 private:
  static std::string data_key(const Json& document) {
    const Json& job = document.at("job");
    return job.at("data").dump() + job.at("learner").at("type").dump();
  }
  void add(const std::vector<InputError>& errors) {
    for (const InputError& error : errors)
      if (std::find(errors_.begin(), errors_.end(), error) == errors_.end())
        errors_.push_back(error);
  }
  void check_data(const RunSpec& run) {
    const Result<TrainTest> loaded = load_dataset(*run.job.data, run.seed);
    add(loaded ? check_dataset(run.job, loaded->train) : loaded.errors);
  }
  // In a child: SimGrid has one engine per process, and may end it over a file it does not like.
  void check_network(const ClusterSpec& cluster) {
    const std::vector<ChildEnd> ends = run_children(1,
                                                    [&](std::size_t, ChildReport&) {
                                                      sim::make_transport(cluster);
                                                      return 0;
                                                    },
                                                    {});
    if (ends[0].exit_code == 0) return;
    const std::string why =
        ends[0].message.empty() ? "SimGrid cannot load this platform file" : ends[0].message;
    add({{.file = cluster.network.platform_file, .message = why}});
  }

  const Backend backend_;
  std::set<std::string> seen_;
  std::vector<InputError> errors_;
};

}  // namespace

bool check_inputs(const Scenario& scenario, Backend backend, bool with_variants) {
  InputCheck inputs(backend);
  inputs.check(scenario.base);
  if (with_variants)
    for (const Variant& variant : scenario.variants) inputs.check(variant.run);
  print_errors(inputs.errors());
  return inputs.errors().empty();
}

namespace {

std::string output_path(const RunOptions& options, const Scenario& scenario) {
  return options.output.empty() ? "psgrid-out/" + slug(scenario.name) : options.output;
}

std::optional<analysis::OutputDirectory> or_print(
    const analysis::Result<analysis::OutputDirectory>& directory) {
  if (directory.ok()) return directory.value();
  print_error(directory.error().message);
  return std::nullopt;
}

}  // namespace

std::optional<analysis::OutputDirectory> open_output(const RunOptions& options,
                                                     const Scenario& scenario) {
  return or_print(analysis::OutputDirectory::create(output_path(options, scenario)));
}

std::optional<analysis::OutputDirectory> plan_output(const RunOptions& options,
                                                     const Scenario& scenario) {
  return or_print(analysis::OutputDirectory::plan(output_path(options, scenario)));
}

analysis::Failure write_scenario(const analysis::OutputDirectory& directory, const Json& resolved) {
  return directory.write("scenario.json", resolved.dump(2) + "\n");
}

bool print_result(const std::string& text) {
  const std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if ((written == text.size() && std::fflush(stdout) == 0) || errno == EPIPE) return true;
  print_error(std::string("cannot write to standard output: ") + std::strerror(errno));
  return false;
}

void print_report_path(const analysis::OutputDirectory& directory) {
  std::fputs(("Report: " + (directory.path() / "report.html").string() + "\n").c_str(), stderr);
}

}  // namespace psgrid::scenarios
