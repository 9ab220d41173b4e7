#include "scenarios/input/schema_rules.hpp"

#include "scenarios/input/node_range.hpp"
#include "scenarios/input/schema_text.hpp"

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
         (!schema.contains("exclusiveMaximum") ||
          number < schema["exclusiveMaximum"].get<double>());
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) == 0x80 ? 0 : 1;
  return count;
}

bool string_fits(const std::string& text, const Json& schema) {
  const std::string format = schema.value("format", "");
  if (format == "psgrid-nodes") return parse_node_range(text).has_value();
  if (format == "psgrid-nodes-or-cluster")
    return text == "cluster" || parse_node_range(text).has_value();
  if (format == "psgrid-flops-or-auto" && text == "auto") return true;
  if (const std::optional<Quantity> quantity = quantity_of_format(format)) {
    const std::optional<double> number = parse_quantity(text, *quantity);
    return number && in_range(*number, schema);
  }
  const std::size_t length = characters(text);
  return length >= schema.value("minLength", std::size_t{0}) &&
         length <= schema.value("maxLength", std::size_t{4096});
}

}  // namespace

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

}  // namespace psgrid::scenarios
