#include "analysis/fidelity_files.hpp"

#include <sstream>

#include <fmt/format.h>

#include "analysis/compare_files.hpp"
#include "analysis/csv.hpp"
#include "analysis/json_text.hpp"
#include "analysis/run_files.hpp"

namespace psgrid::analysis {
namespace {

using nlohmann::json;

enum class ErrorKind { kRelative, kDifference };

void add(CsvWriter& csv, const std::optional<BothWays>& both, ErrorKind error) {
  if (!both) {
    csv.empty().empty().empty();
    return;
  }
  csv.number(both->sim).number(both->sockets);
  csv.number(error == ErrorKind::kRelative ? both->relative_error() : both->difference());
}

json group_json(const GroupFidelity& group) {
  return {
      {"cases", group.cases},
      {"iteration_s_error_median", or_null(group.error_median)},
      {"iteration_s_error_p90", or_null(group.error_p90)},
      {"iteration_s_error_max", or_null(group.error_max)},
      {"kendall_tau", or_null(group.kendall_tau)},
      {"compute_s_error_median", or_null(group.compute_error_median)},
      {"cases_bytes_equal", group.cases_bytes_equal},
  };
}

json seeds_json(const std::vector<RunData>& runs) {
  json seeds = json::array();
  for (const RunData& run : runs) seeds.push_back(run.header.seed);
  return seeds;
}

Result<std::vector<RunData>> read_runs(const std::filesystem::path& directory, const json& seeds) {
  std::vector<RunData> runs;
  for (const json& seed : seeds) {
    Result<RunData> run =
        read_run(directory / seed_directory(seed.get<std::uint64_t>()), {.iterations = false});
    if (!run.ok()) return run.error();
    runs.push_back(std::move(run.value()));
  }
  return runs;
}

Result<CaseRuns> read_case(const std::filesystem::path& directory, const json& object) {
  CaseRuns runs{.scenario = object.at("scenario"),
                .variant = object.at("variant"),
                .model = object.at("model"),
                .directory = object.at("directory"),
                .seeds = object.at("seeds_asked")};
  const std::filesystem::path of_case = directory / runs.directory;
  auto sim = read_runs(of_case / "sim", object.at("seeds_sim"));
  if (!sim.ok()) return sim.error();
  auto sockets = read_runs(of_case / "sockets", object.at("seeds_sockets"));
  if (!sockets.ok()) return sockets.error();
  runs.sim = std::move(sim.value());
  runs.sockets = std::move(sockets.value());
  return runs;
}

}  // namespace

std::string fidelity_csv(const Fidelity& fidelity) {
  std::ostringstream text;
  CsvWriter csv(text, {"scenario",
                       "variant",
                       "model",
                       "seeds",
                       "seeds_missing",
                       "sim_iteration_s",
                       "sockets_iteration_s",
                       "iteration_s_relative_error",
                       "sim_compute_s",
                       "sockets_compute_s",
                       "compute_s_relative_error",
                       "seeds_reached",
                       "sim_time_to_target_s",
                       "sockets_time_to_target_s",
                       "time_to_target_s_relative_error",
                       "sim_wait_share",
                       "sockets_wait_share",
                       "wait_share_difference",
                       "sim_mean_staleness_clocks",
                       "sockets_mean_staleness_clocks",
                       "mean_staleness_clocks_difference",
                       "sim_bytes_on_wire",
                       "sockets_bytes_on_wire",
                       "bytes_on_wire_relative_error",
                       "bytes_equal"});
  for (const CaseFidelity& each : fidelity.cases) {
    csv.text(each.scenario).text(each.variant).text(each.model);
    csv.number(std::uint64_t{each.seeds}).number(std::uint64_t{each.seeds_missing});
    add(csv, each.iteration_s, ErrorKind::kRelative);
    add(csv, each.compute_s, ErrorKind::kRelative);
    csv.number(std::uint64_t{each.seeds_reached});
    add(csv, each.time_to_target_s, ErrorKind::kRelative);
    add(csv, each.wait_share, ErrorKind::kDifference);
    add(csv, each.mean_staleness, ErrorKind::kDifference);
    add(csv, each.bytes_on_wire, ErrorKind::kRelative);
    csv.text(each.bytes_equal ? "true" : "false");
    csv.end_row();
  }
  return std::move(text).str();
}

std::string fidelity_json(const FidelityData& data, const Fidelity& fidelity) {
  json cases = json::array();
  for (const CaseRuns& runs : data.cases) {
    cases.push_back({{"scenario", runs.scenario},
                     {"variant", runs.variant},
                     {"model", runs.model},
                     {"directory", runs.directory},
                     {"seeds_asked", runs.seeds},
                     {"seeds_sim", seeds_json(runs.sim)},
                     {"seeds_sockets", seeds_json(runs.sockets)}});
  }
  json models = json::object();
  for (const GroupFidelity& group : fidelity.models) models[group.model] = group_json(group);
  return json_text({
      {"format", "psgrid-fidelity-1"},
      {"status", status_name(data.status)},
      {"verdict", verdict(fidelity)},
      {"overall", group_json(fidelity.overall)},
      {"models", std::move(models)},
      {"cases", std::move(cases)},
  });
}

Failure write_fidelity(const OutputDirectory& directory, const FidelityData& data) {
  const Fidelity fidelity = judge(data);
  if (Failure failure = directory.write("fidelity.csv", fidelity_csv(fidelity))) return failure;
  return directory.write("fidelity.json", fidelity_json(data, fidelity));
}

Result<FidelityData> read_fidelity(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "fidelity.json";
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.error();
  FidelityData data;
  try {
    const json object = json::parse(text.value());
    for (RunStatus status : {RunStatus::kInterrupted, RunStatus::kFailed}) {
      if (object.at("status") == status_name(status)) data.status = status;
    }
    for (const json& each : object.at("cases")) {
      Result<CaseRuns> runs = read_case(directory, each);
      if (!runs.ok()) return runs.error();
      data.cases.push_back(std::move(runs.value()));
    }
  } catch (const json::exception& exception) {
    return Error{fmt::format("{} is not a fidelity check that psgrid wrote: {}", path.string(),
                             exception.what())};
  }
  return data;
}

}  // namespace psgrid::analysis
