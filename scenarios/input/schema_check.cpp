#include "scenarios/input/schema_check.hpp"

#include "scenarios/input/schema_library.hpp"
#include "scenarios/input/schema_rules.hpp"
#include "scenarios/input/schema_text.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

class Walk {
 public:
  Walk(const Json& root, Problems& problems) : root_(root), problems_(problems) {}

  void check(Json& value, Place& place, const Json& written, const std::string& pointer) {
    const Json& schema = resolve_reference(written, root_);
    if (!fits(value, schema)) return misfit(value, schema, pointer);
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i)
        check(value[i], place.items[i], schema["items"], pointer + "/" + std::to_string(i));
    } else if (value.is_object() &&
               (schema.contains("properties") || schema.contains("additionalProperties"))) {
      check_object(value, place, schema, pointer);
    }
  }

 private:
  void misfit(const Json& value, const Json& schema, const std::string& pointer) {
    std::string message =
        "found " + found_text(value) + ", expected " + expected_text(schema, root_);
    if (value.is_string() && schema.contains("enum"))
      message +=
          suggestion(value.get<std::string>(), schema["enum"].get<std::vector<std::string>>());
    problems_.error(pointer, std::move(message));
  }

  void check_object(Json& value, Place& place, const Json& schema, const std::string& pointer) {
    drop_overridden(value, place, schema, pointer);
    for (auto& [key, member] : value.items()) {
      const std::string member_pointer = pointer + pointer_token(key);
      if (schema.contains("properties") && schema["properties"].contains(key))
        check(member, place.members.at(key), schema["properties"][key], member_pointer);
      else if (schema.contains("additionalProperties") &&
               schema["additionalProperties"].is_object())
        check(member, place.members.at(key), schema["additionalProperties"], member_pointer);
      else
        unknown_key(key, schema, member_pointer);
    }
    require(value, schema, schema, pointer);
    if (const auto rules = schema.find("allOf"); rules != schema.end())
      for (const Json& rule : *rules)
        if (!first_unmet(value, rule["if"])) require(value, rule["then"], schema, pointer);
    check_choice(value, schema, pointer);
    check_effects(value, schema, pointer);
  }

  void unknown_key(const std::string& key, const Json& schema, const std::string& pointer) {
    std::vector<std::string> known, names;
    for (const auto& [name, unused] : schema["properties"].items()) {
      if (name.starts_with('$')) continue;
      known.push_back(name);
      names.push_back(in_quotes(name));
    }
    const std::string hint = suggestion(key, known);
    problems_.key_error(pointer, "found the unknown key " + in_quotes(key) + ", expected " +
                                     either_text(names) + hint);
  }

  // Keys of "required" in `rule` that are missing.
  void require(const Json& value, const Json& rule, const Json& schema,
               const std::string& pointer) {
    const auto required = rule.find("required");
    if (required == rule.end()) return;
    for (const Json& name : *required) {
      const auto& key = name.get_ref<const std::string&>();
      if (value.contains(key)) continue;
      problems_.error(pointer + pointer_token(key),
                      "found no key " + in_quotes(key) + ", expected " +
                          expected_text(schema["properties"][key], root_));
    }
  }

  // "anyOf" with nothing but lists of required keys.
  void check_choice(const Json& value, const Json& schema, const std::string& pointer) {
    if (!schema.contains("anyOf")) return;
    std::vector<std::string> choices;
    for (const Json& choice : schema["anyOf"]) {
      const auto key = choice["required"][0].get<std::string>();
      if (value.contains(key)) return;
      choices.push_back("the key " + in_quotes(key));
    }
    problems_.error(pointer, "found neither, expected " + either_text(choices));
  }

  // Dependencies say which settings have an effect beside which others. First, what a later layer
  // has made void goes; what remains without effect is a mistake (see check_effects).
  void drop_overridden(Json& value, Place& place, const Json& schema, const std::string& pointer) {
    const auto dependencies = schema.find("dependencies");
    if (dependencies == schema.end()) return;
    for (const auto& [key, condition] : dependencies->items()) {
      if (!value.contains(key)) continue;
      const std::optional<Unmet> unmet = first_unmet(value, condition);
      if (!unmet) continue;
      if (*unmet->schema == false && dropped_partner(value, place, key, unmet->key)) continue;
      if (!problems_.overridden(pointer + pointer_token(key), pointer + unmet->pointer)) continue;
      value.erase(key);
      place.members.erase(key);
    }
  }

  void check_effects(const Json& value, const Json& schema, const std::string& pointer) {
    const auto dependencies = schema.find("dependencies");
    if (dependencies == schema.end()) return;
    for (const auto& [key, condition] : dependencies->items()) {
      if (!value.contains(key)) continue;
      const std::optional<Unmet> unmet = first_unmet(value, condition);
      if (unmet && problems_.sound(pointer + unmet->pointer))
        problems_.key_error(pointer + pointer_token(key), no_effect_text(key, *unmet));
    }
  }

  // Of two settings that exclude each other, the one of the earlier layer goes.
  bool dropped_partner(Json& value, Place& place, const std::string& key,
                       const std::string& partner) {
    if (place.members.at(partner).layer >= place.members.at(key).layer) return false;
    value.erase(partner);
    place.members.erase(partner);
    return true;
  }

  std::string no_effect_text(const std::string& key, const Unmet& unmet) {
    const std::string other = in_quotes(unmet.key);
    if (*unmet.schema == false)
      return "found " + in_quotes(key) + " beside " + other + ", expected only one of them";
    std::string text = "found " + in_quotes(key) + ", which has no effect ";
    text += unmet.found ? "with " + other + ": " + found_text(*unmet.found) : "without " + other;
    if (unmet.schema->empty()) return text;
    return text + ", expected " + other + ": " + expected_text(*unmet.schema, root_);
  }

  const Json& root_;
  Problems& problems_;
};

}  // namespace

void check_schema(Document& document, Problems& problems) {
  Walk(scenario_schema(), problems).check(document.value, document.place, scenario_schema(), "");
  if (problems.errors().empty()) check_with_library(document.value, problems);
}

}  // namespace psgrid::scenarios
