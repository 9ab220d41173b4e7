#include "scenarios/input/schema_text.hpp"

#include <algorithm>
#include <numeric>

#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

std::string number_of(const Json& value) {
  return value.is_number_float() ? number_text(value.get<double>()) : value.dump();
}

// " from 1 to 64", " of at least 1", " above 0", ...
std::string range_text(const Json& schema) {
  const bool least = schema.contains("minimum"), most = schema.contains("maximum");
  if (least && most)
    return " from " + number_of(schema["minimum"]) + " to " + number_of(schema["maximum"]);
  std::string text;
  if (least) text = " of at least " + number_of(schema["minimum"]);
  if (schema.contains("exclusiveMinimum")) text = " above " + number_of(schema["exclusiveMinimum"]);
  std::string upper;
  if (most) upper = " of at most " + number_of(schema["maximum"]);
  if (schema.contains("exclusiveMaximum"))
    upper = " below " + number_of(schema["exclusiveMaximum"]);
  return text + (!text.empty() && !upper.empty() ? " and" : "") + upper;
}

std::string list_text(const Json& schema, const Json& root) {
  const auto least = schema.value("minItems", std::uint64_t{0});
  std::string text = "a list";
  if (schema.contains("maxItems"))
    text += " of " + std::to_string(least) + " to " + schema["maxItems"].dump() + " items";
  else if (least > 0)
    text += " of at least " + std::to_string(least) + (least == 1 ? " item" : " items");
  const Json& items = resolve_reference(schema["items"], root);
  if (items.value("type", Json()) == "object") return text;
  return text + ", each " + expected_text(items, root);
}

std::string keys_text(const Json& schema) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : schema["properties"].items()) keys.push_back(in_quotes(key));
  return either_text(keys);
}

// Damerau-Levenshtein distance (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<Quantity> quantity_of_format(std::string_view format) {
  if (format == "psgrid-seconds") return Quantity::kSeconds;
  if (format == "psgrid-bytes-per-second") return Quantity::kBytesPerSecond;
  if (format == "psgrid-flops-per-second") return Quantity::kFlopsPerSecond;
  if (format == "psgrid-flops" || format == "psgrid-flops-or-auto") return Quantity::kFlops;
  return std::nullopt;
}

const Json& resolve_reference(const Json& schema, const Json& root) {
  const auto reference = schema.find("$ref");
  if (reference == schema.end()) return schema;
  return root.at(Json::json_pointer(reference->get_ref<const std::string&>().substr(1)));
}

std::string expected_text(const Json& schema, const Json& root) {
  if (schema.contains("$ref")) return expected_text(resolve_reference(schema, root), root);
  if (schema.contains("const")) return schema["const"].dump();
  if (schema.contains("enum")) {
    std::vector<std::string> choices;
    for (const Json& choice : schema["enum"]) choices.push_back(choice.dump());
    return either_text(choices);
  }
  const std::string format = schema.value("format", "");
  if (format == "psgrid-nodes")
    return schema["type"].is_array()
               ? "nodes such as \"worker[*]\", \"worker[0-7]\" or \"server[2]\", or a list of these"
               : "nodes such as \"worker[*]\", \"worker[0-7]\" or \"server[2]\"";
  if (format == "psgrid-nodes-or-cluster")
    return "\"cluster\", nodes such as \"worker[*]\", \"worker[0-7]\" or \"server[2]\", or a list "
           "of "
           "these";
  if (const std::optional<Quantity> quantity = quantity_of_format(format))
    return quantity_name(*quantity) + range_text(schema) + ", such as " +
           quantity_example(*quantity) + (format == "psgrid-flops-or-auto" ? ", or \"auto\"" : "") +
           (schema.contains("properties") ? ", or an object with the key " + keys_text(schema)
                                          : "");
  const Json type = schema.value("type", Json("object"));
  if (type == "integer" && schema.contains("minimum") &&
      schema["minimum"] == schema.value("maximum", Json()))
    return number_of(schema["minimum"]);
  if (type == "integer") return "an integer" + range_text(schema);
  if (type == "number") return "a number" + range_text(schema);
  if (type == "boolean") return "true or false";
  if (type == "array") return list_text(schema, root);
  if (type == "object") {
    if (!schema.contains("minProperties") || !schema.contains("properties")) return "an object";
    const auto least = schema["minProperties"].get<int>();
    return "an object with at least " + std::to_string(least) +
           (least == 1 ? " key: " : " keys: ") + keys_text(schema);
  }
  std::string text = schema.contains("minLength") ? "a non-empty string" : "a string";
  if (schema.contains("maxLength"))
    text += " of at most " + schema["maxLength"].dump() + " characters";
  return text;
}

std::string found_text(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      if (value.size() > 1) return "an object";
      return value.empty() ? "an empty object" : "an object with one key";
    case Json::value_t::array:
      return value.empty() ? "an empty list" : "a list";
    case Json::value_t::string:
      return in_quotes(value.get_ref<const std::string&>());
    default:
      return number_of(value);
  }
}

std::string either_text(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += i + 1 == items.size() ? " or " : ", ";
    text += items[i];
  }
  return text;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongest = 64;
  if (word.size() > kLongest) return "";
  std::size_t nearest = std::max<std::size_t>(word.size() / 3, 1) + 1;
  const std::string* best = nullptr;
  for (const std::string& candidate : candidates) {
    const bool begun = word.size() >= 3 && candidate.starts_with(word);
    const std::size_t distance = begun ? 1 : edit_distance(word, candidate);
    if (distance >= nearest) continue;
    nearest = distance;
    best = &candidate;
  }
  return best ? "; did you mean " + in_quotes(*best) + "?" : "";
}

}  // namespace psgrid::scenarios
