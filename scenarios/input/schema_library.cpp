#include "scenarios/input/schema_library.hpp"

#include <exception>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "scenarios/embedded.hpp"

namespace psgrid::scenarios {
namespace {

// valijson wants a string wherever there is a "format", also one that it does not know; and it
// matches a "pattern" with std::regex, whose recursion a long string can drive off the stack.
void remove_string_rules(Json& schema) {
  for (const char* word : {"format", "pattern"})
    if (schema.is_object() && schema.contains(word) && schema[word].is_string()) schema.erase(word);
  for (Json& part : schema)
    if (part.is_structured()) remove_string_rules(part);
}

// Not thread-safe to destroy while in use, so never destroyed.
const valijson::Schema& compiled_schema() {
  static const valijson::Schema* const compiled = [] {
    Json plain = scenario_schema();
    remove_string_rules(plain);
    auto* schema = new valijson::Schema;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::NlohmannJsonAdapter(plain), *schema);
    return schema;
  }();
  return *compiled;
}

}  // namespace

const Json& scenario_schema() {
  static const Json schema = Json::parse(embedded_file("scenario.schema.json"));
  return schema;
}

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

}  // namespace psgrid::scenarios
