#include "scenarios/input/fields.hpp"

namespace psgrid::scenarios {
namespace {

const Json kNoMembers = Json::object();

const Json& object_or_nothing(const Json& value) { return value.is_object() ? value : kNoMembers; }

}  // namespace

Fields::Fields(const Json& object) : object_(object_or_nothing(object)) {}

Fields Fields::of(const Json& object, const char* key) {
  const Json* value = Fields(object).find(key);
  return Fields(value ? *value : kNoMembers);
}

const Json* Fields::find(const char* key) const {
  const auto member = object_.find(key);
  return member == object_.end() ? nullptr : &*member;
}

void Fields::read(const char* key, bool& field) const {
  const Json* value = find(key);
  if (value && value->is_boolean()) field = value->get<bool>();
}

void Fields::read(const char* key, double& field) const {
  const Json* value = find(key);
  if (value && value->is_number()) field = value->get<double>();
}

void Fields::read(const char* key, std::string& field) const {
  const Json* value = find(key);
  if (value && value->is_string()) field = value->get<std::string>();
}

void Fields::read(const char* key, std::vector<std::string>& field) const {
  const Json* value = find(key);
  if (!value || !value->is_array()) return;
  field.clear();
  for (const Json& item : *value)
    if (item.is_string()) field.push_back(item.get<std::string>());
}

void Fields::read(const char* key, std::vector<std::uint32_t>& field) const {
  const Json* value = find(key);
  if (!value || !value->is_array()) return;
  field.clear();
  for (const Json& item : *value)
    if (item.is_number_integer()) field.push_back(item.get<std::uint32_t>());
}

void Fields::read(const char* key, Quantity quantity, double& field) const {
  const Json* value = find(key);
  if (!value) return;
  if (value->is_number()) field = value->get<double>();
  if (value->is_string())
    field = parse_quantity(value->get_ref<const std::string&>(), quantity).value_or(field);
}

void Fields::read(const char* key, Quantity quantity, std::optional<double>& field) const {
  if (!has(key)) return;
  double value = 0;
  read(key, quantity, value);
  field = value;
}

}  // namespace psgrid::scenarios
