// Scenarios: from a JSON file to runs, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "analysis/comparison.hpp"
#include "model/run_spec.hpp"
#include "scenarios/explore/exploration.hpp"
#include "scenarios/input/file_source.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

using Json = nlohmann::json;

// The scenario changed by a merge patch.
struct Variant {
  std::string name;
  RunSpec run;
  Json document;  // the scenario with the patch applied, without "variants"
};

struct Scenario {
  std::string name;
  std::string file;
  Json source;  // as written, with the options applied
  RunSpec base;
  std::vector<Variant> variants;
  std::uint32_t seeds = 1;  // that `compare` runs of each variant
  std::optional<Exploration> exploration;
  std::vector<analysis::Expectation> expectations;  // of a comparison
};

struct LoadOptions {
  // "/json/pointer=VALUE": changes made to the document as if written in the file. VALUE is JSON,
  // or else a string; null removes the key. "/variants/0/set/..." reaches into variants.
  std::vector<std::string> set;
  bool with_variants = true;  // what will be run, for warnings: the variants or the scenario itself
  const FileSource* files = &disk();
};

// Reads and checks a scenario with all its variants. Every mistake is reported at once. Nothing is
// thrown. Data files must exist, but are not read; trace files are.
Result<Scenario> load_scenario(const std::string& path, const LoadOptions& options = {});

// The same from memory; paths in it are relative to the directory of `path`.
Result<Scenario> load_scenario_text(std::string_view text, const std::string& path,
                                    const LoadOptions& options = {});

// The scenario, fully resolved: no option, preset or default is left open. A file with it in
// `directory` loads as the same runs: paths are relative to the directory.
Json resolved_json(const Scenario& scenario, const std::string& directory);

// The same for a single run.
Json resolved_json(const RunSpec& run, const std::string& directory);

// A name as part of a path: lower case letters, digits and single dashes; never empty. Names of
// variants differ in theirs.
std::string slug(std::string_view name);

// The JSON Schema of scenario files, as text.
std::string_view schema_text();

}  // namespace psgrid::scenarios
