#include "scenarios/input/overrides.hpp"

#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// An index into a list of `size` items; "-" is behind the last.
std::optional<std::size_t> list_index(const std::string& token, std::size_t size) {
  if (token == "-") return size;
  const std::optional<std::uint64_t> index = parse_unsigned(token);
  if (!index || *index > size) return std::nullopt;
  return static_cast<std::size_t>(*index);
}

// The parts of a document along a pointer.
struct Cursor {
  Json* value;
  Place* place;

  // An error message, empty if done. A missing key becomes one with nothing in it.
  std::string descend(const std::string& token) {
    if (value->is_array()) {
      const std::optional<std::size_t> index = list_index(token, value->size());
      if (!index)
        return "found " + in_quotes(token) + ", expected an index up to " +
               std::to_string(value->size()) + " of the list";
      if (*index == value->size()) {
        value->push_back(nullptr);
        place->items.emplace_back();
      }
      *this = {&(*value)[*index], &place->items[*index]};
      return "";
    }
    if (value->is_null()) *value = Json::object();
    if (!value->is_object())
      return "found " + in_quotes(token) + " below a value that is neither an object nor a list";
    *this = {&(*value)[token], &place->members[token]};
    return "";
  }
};

Json parse_value(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json(std::string(text)) : value;
}

// Places in the shape of a value.
Place shape(const Json& value) {
  Place place;
  if (value.is_object())
    for (const auto& [key, member] : value.items()) place.members[key] = shape(member);
  if (value.is_array())
    for (const Json& item : value) place.items.push_back(shape(item));
  return place;
}

std::string apply(Document& document, const std::string& set, std::uint32_t option) {
  const std::size_t equals = set.find('=');
  if (equals == std::string::npos) return "found no '=', expected /json/pointer=VALUE";
  const std::string pointer = set.substr(0, equals);
  const auto tokens = split_pointer(pointer);
  if (!tokens || tokens->empty())
    return "found " + in_quotes(pointer) + ", expected a JSON pointer such as /cluster/workers";
  const std::string text = set.substr(equals + 1);
  Document value;
  Result<Document> parsed = parse_document(text, "");
  if (parsed)
    value.value = parsed->value;
  else
    value.value = parse_value(text);
  if (value.value.is_structured() && !parsed) return parsed.errors[0].message;
  value.place = shape(value.value);
  set_layer(value.place, Layer::kOption, option);

  Cursor cursor{&document.value, &document.place};
  for (std::size_t i = 0; i + 1 < tokens->size(); ++i)
    if (std::string error = cursor.descend((*tokens)[i]); !error.empty()) return error;
  const std::string& last = tokens->back();
  if (value.value.is_null() && cursor.value->is_object()) {
    cursor.value->erase(last);
    cursor.place->members.erase(last);
    return "";
  }
  if (std::string error = cursor.descend(last); !error.empty()) return error;
  *cursor.value = std::move(value.value);
  *cursor.place = std::move(value.place);
  return "";
}

}  // namespace

std::string option_text(const std::string& set) {
  constexpr std::size_t kLongest = 100;
  return "--set " + (set.size() > kLongest ? set.substr(0, kLongest) + "..." : set);
}

std::vector<InputError> apply_overrides(Document& document, const std::vector<std::string>& set) {
  std::vector<InputError> errors;
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    std::string error = apply(document, set[i], i);
    if (!error.empty()) errors.push_back({option_text(set[i]), 0, 0, "", std::move(error)});
  }
  return errors;
}

}  // namespace psgrid::scenarios
