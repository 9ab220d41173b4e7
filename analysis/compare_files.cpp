#include "analysis/compare_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/expectation.hpp"
#include "analysis/json_text.hpp"
#include "analysis/run_files.hpp"

namespace psgrid::analysis {
namespace {

using nlohmann::json;

std::string slug(const std::string& name) {
  std::string text;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    if (plain) {
      text += c;
    } else if (!text.empty() && text.back() != '-') {
      text += '-';
    }
  }
  while (!text.empty() && (text.back() == '-' || text.back() == '.')) text.pop_back();
  const std::size_t start = text.find_first_not_of("-.");
  text = start == std::string::npos ? "" : text.substr(start, 60);
  return text.empty() ? "variant" : text;
}

json range_json(const std::optional<Range>& range) {
  if (!range) return nullptr;
  return {{"median", range->median}, {"min", range->min}, {"max", range->max}};
}

json runs_json(const VariantRuns& variant) {
  json runs = json::array();
  for (const RunData& run : variant.runs) {
    const Summary summary = summarize(run);
    runs.push_back({{"seed", run.header.seed},
                    {"directory", variant.directory + "/" + seed_directory(run.header.seed)},
                    {"status", status_name(run.status)},
                    {"virtual_time_s", run.virtual_time_s},
                    {"time_to_target_s", or_null(summary.time_to_target_s)},
                    {"final_loss", or_null(summary.final_loss)}});
  }
  return runs;
}

json variant_json(const VariantRuns& runs, const VariantSummary& variant) {
  const TimeSplit& time = variant.time_per_iteration;
  const double total = std::max(time.total(), 1e-300);
  return {
      {"name", variant.name},
      {"directory", runs.directory},
      {"runs", runs_json(runs)},
      {"runs_failed", variant.failed},
      {"failure", or_null(variant.failure)},
      {"failovers", variant.failovers},
      {"recovery_s_max", or_null(variant.recovery_s_max)},
      {"throughput_recovery_s_max", or_null(variant.throughput_recovery_s_max)},
      {"replication_bytes", variant.replication_bytes},
      {"runs_reached", variant.reached},
      {"time_to_target_s", or_null(variant.time_to_target_s)},
      {"time_to_target_s_min", or_null(variant.time_to_target_s_min)},
      {"time_to_target_s_max", or_null(variant.time_to_target_s_max)},
      {"iterations_to_target", or_null(variant.iterations_to_target)},
      {"speedup", or_null(variant.speedup)},
      {"speedup_min", or_null(variant.speedup_min)},
      {"speedup_max", or_null(variant.speedup_max)},
      {"final_loss", range_json(variant.final_loss)},
      {"final_metric", or_null(variant.final_metric)},
      {"virtual_time_s", variant.virtual_time_s},
      {"iterations", variant.iterations},
      {"iteration_s_mean", variant.iteration_s_mean},
      {"iterations_per_s", variant.iterations_per_s},
      {"compute_share", time.compute_s / total},
      {"wait_share", time.wait_s / total},
      {"pull_share", time.pull_s / total},
      {"push_share", time.push_s / total},
      {"mean_staleness", variant.mean_staleness},
      {"max_staleness", variant.max_staleness},
      {"mean_staleness_updates", variant.mean_staleness_updates},
      {"max_staleness_updates", variant.max_staleness_updates},
      {"bytes_on_wire", variant.bytes_on_wire},
      {"messages", variant.messages},
  };
}

Result<VariantRuns> read_variant(const std::filesystem::path& directory, const json& object) {
  VariantRuns variant;
  variant.name = object.at("name");
  variant.directory = object.at("directory");
  for (const json& run : object.at("runs")) {
    Result<RunData> data = read_run(directory / run.at("directory").get<std::string>(),
                                    {.iterations = variant.runs.empty()});
    if (!data.ok()) return data.error();
    variant.runs.push_back(std::move(data.value()));
  }
  return variant;
}

}  // namespace

std::vector<std::string> variant_directories(const std::vector<std::string>& names) {
  std::vector<std::string> directories;
  for (const std::string& name : names) {
    const std::string base = slug(name);
    std::string directory = base;
    for (int n = 2; std::count(directories.begin(), directories.end(), directory) > 0; ++n) {
      directory = fmt::format("{}-{}", base, n);
    }
    directories.push_back(directory);
  }
  return directories;
}

std::string seed_directory(std::uint64_t seed) { return fmt::format("seed-{}", seed); }

std::string compare_json(const ComparisonData& data) {
  const Comparison comparison = compare(data);
  json variants = json::array();
  for (std::size_t i = 0; i < data.variants.size(); ++i) {
    variants.push_back(variant_json(data.variants[i], comparison.variants[i]));
  }
  json expected = json::array();
  for (const Expectation& expectation : data.expectations) {
    const Verified verified = verify(expectation, data);
    json each = to_json(expectation);
    each["found"] = verified.text;
    each["holds"] = verified.holds;
    expected.push_back(std::move(each));
  }
  return json_text({
      {"expect", std::move(expected)},
      {"format", "psgrid-compare-1"},
      {"scenario", data.scenario},
      {"status", status_name(data.status)},
      {"target_loss", or_null(comparison.target_loss)},
      {"first", comparison.first ? json(comparison.variants[*comparison.first].name) : nullptr},
      {"verdict", verdict(comparison)},
      {"variants", std::move(variants)},
  });
}

Failure write_comparison(const OutputDirectory& directory, const ComparisonData& data) {
  return directory.write("compare.json", compare_json(data));
}

Result<ComparisonData> read_comparison(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "compare.json";
  const Result<std::string> text = read_text(path);
  if (!text.ok()) return text.error();
  ComparisonData data;
  try {
    const json object = json::parse(text.value());
    data.scenario = object.at("scenario");
    for (RunStatus status : {RunStatus::kInterrupted, RunStatus::kFailed}) {
      if (object.at("status") == status_name(status)) data.status = status;
    }
    for (const json& variant : object.at("variants")) {
      Result<VariantRuns> runs = read_variant(directory, variant);
      if (!runs.ok()) return runs.error();
      data.variants.push_back(std::move(runs.value()));
    }
    for (const json& expectation : object.at("expect"))
      data.expectations.push_back(expectation_of_json(expectation));
  } catch (const json::exception& exception) {
    return Error{fmt::format("{} is not a comparison that psgrid wrote: {}", path.string(),
                             exception.what())};
  }
  return data;
}

}  // namespace psgrid::analysis
