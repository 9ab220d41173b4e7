#include "scenarios/scenario.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "analysis/expectation.hpp"
#include "scenarios/embedded.hpp"
#include "scenarios/input/check_run.hpp"
#include "scenarios/input/document.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/input/overrides.hpp"
#include "scenarios/input/problems.hpp"
#include "scenarios/input/read_run.hpp"
#include "scenarios/input/schema_check.hpp"
#include "scenarios/input/schema_text.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// Options with a value that is still somewhere in a document. An object or a list counts by what
// is in it: a variant may have replaced all that the option put there.
void collect_options(const Place& place, std::set<std::uint32_t>& options) {
  const bool is_leaf = place.members.empty() && place.items.empty();
  if (is_leaf && place.layer == Layer::kOption) options.insert(place.option);
  for (const auto& [key, member] : place.members) collect_options(member, options);
  for (const Place& item : place.items) collect_options(item, options);
}

void remove(Document& document, const std::string& key) {
  if (!document.value.is_object()) return;
  document.value.erase(key);
  document.place.members.erase(key);
}

// Loads one scenario: the file itself, then each variant, collecting every mistake.
class Loader {
 public:
  Loader(const std::string& path, const LoadOptions& options) : options_(options) {
    origin_.file = path;
    for (const std::string& set : options.set) origin_.options.push_back(option_text(set));
    directory_ = std::filesystem::path(path).parent_path().string();
  }

  Result<Scenario> load(std::string_view text) {
    Result<Document> parsed = parse_document(text, origin_.file);
    if (!parsed) return parsed.errors;
    keep(apply_overrides(*parsed, options_.set));
    Document base = *parsed;
    scenario_.source = base.value;
    scenario_.file = origin_.file;
    scenario_.base = load_run(base);
    const Json& document = base.value;
    scenario_.name = std::filesystem::path(origin_.file).stem().string();
    const Fields fields(document);
    fields.read("name", scenario_.name);
    fields.read("seeds", scenario_.seeds);
    if (const Json* exploration = fields.find("exploration")) load_exploration(base, *exploration);
    scenario_.base.name = scenario_.name;
    load_variants(base);
    if (errors_.empty()) load_expectations(base);
    if (errors_.empty()) warn_of_void_options(base.place);
    return finish();
  }

 private:
  // `document` may have variants; what a later layer makes void is removed from it.
  RunSpec load_run(Document& document) {
    Problems problems(origin_, document.place);
    check_schema(document, problems);
    const ReadContext context{directory_, *options_.files, problems};
    RunSpec run = read_run(document.value, context);
    check_run(run, document, context);
    keep(problems.errors());
    for (const InputError& warning : problems.warnings())
      if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end())
        warnings_.push_back(warning);
    return run;
  }

  void load_exploration(const Document& base, const Json& section) {
    Problems problems(origin_, base.place);
    scenario_.exploration = read_exploration(section, problems);
    keep(problems.errors());
  }

  void load_expectations(const Document& base) {
    const Json* list = Fields(base.value).find("expect");
    if (!list) return;
    Problems problems(origin_, base.place);
    const std::vector<std::string> metrics = analysis::summary_metrics();
    std::vector<std::string> variants;
    for (const Variant& variant : scenario_.variants) variants.push_back(variant.name);
    const auto check = [&](const std::string& pointer, const std::string& name, const char* what,
                           const std::vector<std::string>& known) {
      if (std::find(known.begin(), known.end(), name) == known.end())
        problems.error(pointer,
                       "found " + in_quotes(name) + ", expected " + what + suggestion(name, known));
    };
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string pointer = "/expect/" + std::to_string(i);
      const analysis::Expectation expectation = analysis::expectation_of_json((*list)[i]);
      check(pointer + "/metric", expectation.metric, "a number of summary.json", metrics);
      for (const std::string& name : expectation.variants)
        check(pointer, name, "the name of a variant", variants);
      if (!expectation.over.empty())
        check(pointer + "/over", expectation.over, "the name of a variant", variants);
      scenario_.expectations.push_back(expectation);
    }
    keep(problems.errors());
  }

  void load_variants(const Document& base) {
    const Json* list = Fields(base.value).find("variants");
    if (!list || !list->is_array()) return;
    std::map<std::string, std::string> slugs;  // of the variants before, with their names
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string pointer = "/variants/" + std::to_string(i);
      const Fields fields((*list)[i]);
      const Json* set = fields.find("set");
      std::string name;
      fields.read("name", name);
      Problems problems(origin_, base.place);
      const auto [before, added] = slugs.emplace(slug(name), name);
      if (!added && !name.empty())
        problems.error(pointer + "/name", "found " + in_quotes(name) +
                                              ", expected a name that differs from " +
                                              in_quotes(before->second) + " in letters or digits");
      for (const char* key :
           {"$schema", "name", "description", "seeds", "exploration", "expect", "variants"})
        if (set && set->is_object() && set->contains(key))
          problems.key_error(pointer + "/set/" + key,
                             "found the key " + in_quotes(key) + ", which no variant can change");
      keep(problems.errors());
      if (set && set->is_object()) load_variant(base, name, pointer + "/set");
    }
  }

  void load_variant(const Document& base, const std::string& name, const std::string& pointer) {
    Document merged = base;
    remove(merged, "variants");
    remove(merged, "seeds");
    remove(merged, "exploration");
    remove(merged, "expect");
    remove(merged, "description");
    remove(merged, "$schema");
    Document patch{base.value.at(Json::json_pointer(pointer)), place_at(base.place, pointer)};
    for (const char* key :
         {"$schema", "name", "description", "seeds", "exploration", "expect", "variants"})
      remove(patch, key);
    collect_options(patch.place, in_variants_);
    set_layer(patch.place, Layer::kVariant);
    merge_patch(merged, patch);
    origin_.variant = name;
    origin_.variant_pointer = pointer;
    RunSpec run = load_run(merged);
    origin_.variant.clear();
    collect_options(merged.place, in_variants_);
    run.name = scenario_.name;
    scenario_.variants.push_back({name, std::move(run), std::move(merged.value)});
  }

  // Options about the scenario as a whole or what is not part of a run, such as names.
  static std::set<std::uint32_t> options_outside_runs(const Place& base) {
    std::set<std::uint32_t> options;
    for (const auto& [key, member] : base.members)
      if (key == "seeds" || key == "name" || key == "description" || key == "exploration" ||
          key == "expect")
        collect_options(member, options);
    const auto variants = base.members.find("variants");
    if (variants == base.members.end()) return options;
    for (const Place& variant : variants->second.items)
      for (const auto& [key, member] : variant.members)
        if (key != "set") collect_options(member, options);
    return options;
  }

  // An option that a later one or every variant overrides does nothing, nor does one that is only
  // about variants if those are not run.
  void warn_of_void_options(const Place& base) {
    const bool runs_variants = options_.with_variants && !scenario_.variants.empty();
    std::set<std::uint32_t> anywhere, in_base, in_runs = options_outside_runs(base);
    collect_options(base, anywhere);
    for (const auto& [key, member] : base.members)
      if (key != "variants" && key != "seeds" && key != "exploration" && key != "expect")
        collect_options(member, in_base);
    if (runs_variants) in_runs.insert(in_variants_.begin(), in_variants_.end());
    for (std::uint32_t i = 0; i < options_.set.size(); ++i) {
      const auto warn = [&](const char* message) {
        warnings_.push_back({origin_.options[i], 0, 0, "", message});
      };
      if (options_.set[i].ends_with("=null")) continue;
      if (!anywhere.contains(i))
        warn("has no effect: overridden");
      else if (runs_variants && !in_runs.contains(i))
        warn("has no effect on any variant: each sets a value of its own");
      else if (!options_.with_variants && !in_base.contains(i))
        warn("has no effect on a single run, only on a comparison");
    }
  }

  // Mistakes of the file show up in each variant again, with the variant's name added.
  void keep(const std::vector<InputError>& errors) {
    for (const InputError& error : errors) {
      const auto same = [&](const InputError& other) {
        return std::tie(other.file, other.line, other.column, other.pointer) ==
                   std::tie(error.file, error.line, error.column, error.pointer) &&
               error.message.starts_with(other.message);
      };
      if (errors_.size() < Problems::kMaxErrors &&
          std::none_of(errors_.begin(), errors_.end(), same))
        errors_.push_back(error);
    }
  }

  Result<Scenario> finish() {
    Result<Scenario> result;
    const auto by_place = [](const InputError& a, const InputError& b) {
      return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
    };
    std::stable_sort(errors_.begin(), errors_.end(), by_place);
    std::stable_sort(warnings_.begin(), warnings_.end(), by_place);
    result.warnings = std::move(warnings_);
    if (errors_.empty())
      result.value = std::move(scenario_);
    else
      result.errors = std::move(errors_);
    return result;
  }

  const LoadOptions& options_;
  Origin origin_;
  std::string directory_;
  Scenario scenario_;
  std::vector<InputError> errors_, warnings_;
  std::set<std::uint32_t> in_variants_;  // options with an effect on some variant
};

}  // namespace

Result<Scenario> load_scenario_text(std::string_view text, const std::string& path,
                                    const LoadOptions& options) {
  return Loader(path, options).load(text);
}

Result<Scenario> load_scenario(const std::string& path, const LoadOptions& options) {
  const Result<std::string> text = options.files->read(path);
  if (!text) return text.errors;
  return load_scenario_text(*text, path, options);
}

std::string slug(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || upper;
    if (plain)
      text += upper ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!text.empty() && text.back() != '-')
      text += '-';
  }
  while (text.ends_with('-')) text.pop_back();
  return text.empty() ? "run" : text;
}

std::string_view schema_text() { return embedded_file("scenario.schema.json"); }

}  // namespace psgrid::scenarios
