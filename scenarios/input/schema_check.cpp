#include "scenarios/input/schema_check.hpp"

#include <exception>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "scenarios/embedded.hpp"
#include "scenarios/input/node_range.hpp"
#include "scenarios/input/schema_text.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

bool has_type(const Json& value, const Json& type) {
  if (type.is_array()) {
    for (const Json& choice : type)
      if (has_type(value, choice)) return true;
    return false;
  }
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  return value.is_object();
}

bool in_range(double number, const Json& schema) {
  return (!schema.contains("minimum") || number >= schema["minimum"].get<double>()) &&
         (!schema.contains("maximum") || number <= schema["maximum"].get<double>()) &&
         (!schema.contains("exclusiveMinimum") ||
          number > schema["exclusiveMinimum"].get<double>()) &&
         (!schema.contains("exclusiveMaximum") || number < schema["exclusiveMaximum"].get<double>());
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) == 0x80 ? 0 : 1;
  return count;
}

bool string_fits(const std::string& text, const Json& schema) {
  const std::string format = schema.value("format", "");
  if (format == "psgrid-nodes") return parse_node_range(text).has_value();
  if (format == "psgrid-flops-or-auto" && text == "auto") return true;
  if (const std::optional<Quantity> quantity = quantity_of_format(format)) {
    const std::optional<double> number = parse_quantity(text, *quantity);
    return number && in_range(*number, schema);
  }
  const std::size_t length = characters(text);
  return length >= schema.value("minLength", std::size_t{0}) &&
         length <= schema.value("maxLength", std::size_t{4096});
}

// The value itself, not its parts.
bool fits(const Json& value, const Json& schema) {
  if (schema.contains("type") && !has_type(value, schema["type"])) return false;
  if (schema.contains("const")) return value == schema["const"];
  if (schema.contains("enum")) {
    for (const Json& choice : schema["enum"])
      if (value == choice) return true;
    return false;
  }
  if (value.is_number()) return in_range(value.get<double>(), schema);
  if (value.is_string()) return string_fits(value.get_ref<const std::string&>(), schema);
  if (value.is_object()) return value.size() >= schema.value("minProperties", std::size_t{0});
  if (value.is_array())
    return value.size() >= schema.value("minItems", std::size_t{0}) &&
           value.size() <= schema.value("maxItems", std::size_t{1} << 24);
  return true;
}

// What a condition (the schema of "if", or of a dependency) demands and the value does not meet.
struct Unmet {
  std::string pointer;       // below the value
  std::string key;           // the same for people: "learner/type"
  const Json* schema;        // false: the key must be absent
  const Json* found;         // null: it is absent
};

std::optional<Unmet> first_unmet(const Json& value, const Json& condition) {
  static const Json kNothing = Json::object();
  if (!value.is_object()) return std::nullopt;
  const auto found = condition.find("properties");
  const Json& properties = found == condition.end() ? kNothing : *found;
  for (const auto& [key, schema] : properties.items()) {
    const auto member = value.find(key);
    if (member == value.end()) continue;
    if (schema == false || !fits(*member, schema))
      return Unmet{pointer_token(key), key, &schema, &*member};
    if (std::optional<Unmet> inner = first_unmet(*member, schema)) {
      inner->pointer = pointer_token(key) + inner->pointer;
      inner->key = key + "/" + inner->key;
      return inner;
    }
  }
  const auto required = condition.find("required");
  if (required == condition.end()) return std::nullopt;
  for (const Json& name : *required) {
    const auto& key = name.get_ref<const std::string&>();
    if (value.contains(key)) continue;
    const auto schema = properties.find(key);
    return Unmet{pointer_token(key), key, schema == properties.end() ? &kNothing : &*schema,
                 nullptr};
  }
  return std::nullopt;
}

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
    std::string message = "found " + found_text(value) + ", expected " + expected_text(schema, root_);
    if (value.is_string() && schema.contains("enum"))
      message += suggestion(value.get<std::string>(), schema["enum"].get<std::vector<std::string>>());
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

// valijson wants a string wherever there is a "format", also one that it does not know.
void remove_formats(Json& schema) {
  if (schema.is_object() && schema.contains("format") && schema["format"].is_string())
    schema.erase("format");
  for (Json& part : schema)
    if (part.is_structured()) remove_formats(part);
}

// Not thread-safe to destroy while in use, so never destroyed.
const valijson::Schema& compiled_schema() {
  static const valijson::Schema* const compiled = [] {
    Json plain = scenario_schema();
    remove_formats(plain);
    auto* schema = new valijson::Schema;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::NlohmannJsonAdapter(plain), *schema);
    return schema;
  }();
  return *compiled;
}

// Only if the walk has passed it: says in valijson's words what the walk missed.
void check_with_library(const Json& value, Problems& problems) {
  const valijson::adapters::NlohmannJsonAdapter target(value);
  valijson::ValidationResults results;
  valijson::Validator validator;
  try {
    if (validator.validate(compiled_schema(), target, &results)) return;
  } catch (const std::exception& error) {
    return problems.error("", std::string("cannot be checked against the schema: ") + error.what());
  }
  valijson::ValidationResults::Error error;
  std::string pointer, message = "does not match the schema";
  while (results.popError(error)) {
    pointer.clear();
    for (std::size_t i = 1; i < error.context.size(); ++i) {
      std::string token = error.context[i];
      if (token.starts_with('[')) token = token.substr(1, token.size() - 2);
      pointer += pointer_token(token);
    }
    message = "does not match the schema: " + error.description;
  }
  problems.error(pointer, message);
}

}  // namespace

const Json& scenario_schema() {
  static const Json schema = Json::parse(embedded_file("scenario.schema.json"));
  return schema;
}

void check_schema(Document& document, Problems& problems) {
  Walk(scenario_schema(), problems).check(document.value, document.place, scenario_schema(), "");
  if (problems.errors().empty()) check_with_library(document.value, problems);
}

}  // namespace psgrid::scenarios
