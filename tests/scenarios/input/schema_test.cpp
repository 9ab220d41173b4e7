// The schema is written in a part of JSON Schema that the program's own walk understands.
#include <set>

#include <gtest/gtest.h>

#include "scenarios/input/schema_library.hpp"
#include "scenarios/input/schema_text.hpp"

namespace psgrid::scenarios {
namespace {

const std::set<std::string> kWords = {"$ref",
                                      "pattern",
                                      "type",
                                      "const",
                                      "enum",
                                      "format",
                                      "minimum",
                                      "maximum",
                                      "items",
                                      "properties",
                                      "required",
                                      "minItems",
                                      "maxItems",
                                      "minLength",
                                      "maxLength",
                                      "exclusiveMinimum",
                                      "exclusiveMaximum",
                                      "minProperties",
                                      "additionalProperties",
                                      "dependencies",
                                      "allOf",
                                      "anyOf",
                                      "description",
                                      "default"};

void expect_known(const Json& schema, const std::string& where) {
  for (const auto& [word, value] : schema.items()) {
    EXPECT_TRUE(kWords.contains(word)) << where << ": " << word;
    if (word == "properties")
      for (const auto& [key, part] : value.items()) expect_known(part, where + "/" + key);
    if (word == "items") expect_known(value, where + "/items");
    // A format is for this program, the pattern beside it for editors.
    if (word == "format" && value.is_string()) {
      EXPECT_TRUE(schema.contains("pattern")) << where;
    }
    if (word == "format" && value.is_string() &&
        !value.get<std::string>().starts_with("psgrid-nodes")) {
      EXPECT_TRUE(quantity_of_format(value.get<std::string>())) << where << ": " << value;
    }
  }
}

TEST(Schema, UsesOnlyWordsThatTheWalkKnows) {
  Json schema = scenario_schema();
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  for (const auto& [name, part] : schema["definitions"].items()) expect_known(part, name);
  for (const char* word : {"$schema", "title", "definitions"}) schema.erase(word);
  expect_known(schema, "");
}

TEST(Schema, RefusesUnknownKeysOfEveryObject) {
  for (const auto& [name, part] : scenario_schema()["definitions"].items())
    if (part.contains("properties")) {
      EXPECT_EQ(part["additionalProperties"], false) << name;
    }
}

TEST(Suggestion, IsTheNearestWord) {
  const std::vector<std::string> words = {"workers", "servers", "staleness", "logistic_regression"};
  EXPECT_EQ(suggestion("wrokers", words), "; did you mean \"workers\"?");
  EXPECT_EQ(suggestion("worker", words), "; did you mean \"workers\"?");
  EXPECT_EQ(suggestion("stalenes", words), "; did you mean \"staleness\"?");
  EXPECT_EQ(suggestion("logistic", words), "; did you mean \"logistic_regression\"?");
  EXPECT_EQ(suggestion("gpu", words), "");
  EXPECT_EQ(suggestion(std::string(100000, 'w'), words), "");
}

}  // namespace
}  // namespace psgrid::scenarios
