#include "scenarios/input/document.hpp"

#include <gtest/gtest.h>

namespace psgrid::scenarios {
namespace {

Document parsed(const std::string& text) {
  Result<Document> document = parse_document(text, "test.json");
  EXPECT_TRUE(document) << text;
  return document ? *document : Document();
}

std::string merged(const std::string& target, const std::string& patch) {
  Document document = parsed(target);
  merge_patch(document, parsed(patch));
  return document.value.dump();
}

TEST(Document, KnowsWhereEveryValueIs) {
  const Document document = parsed("{\n  \"a\": [1, {\"b~/\": \"x\\\"y\"}],\n\t\"c\" :\n true}");
  const auto at = [&](const char* pointer) {
    const Position position = place_at(document.place, pointer).value;
    return std::to_string(position.line) + ":" + std::to_string(position.column);
  };
  EXPECT_EQ(at(""), "1:1");
  EXPECT_EQ(at("/a"), "2:8");
  EXPECT_EQ(at("/a/0"), "2:9");
  EXPECT_EQ(at("/a/1"), "2:12");
  EXPECT_EQ(at("/a/1/b~0~1"), "2:20");
  EXPECT_EQ(at("/c"), "4:2");
  EXPECT_EQ(place_at(document.place, "/c").key.line, 3u);
  EXPECT_EQ(at("/a/1/missing"), "2:12") << "the deepest part on the way";
  EXPECT_EQ(at("/a/7"), "2:8");
}

TEST(Document, CountsBytesAfterAByteOrderMark) {
  const Document document = parsed("\xEF\xBB\xBF{\"a\": 1}");
  EXPECT_EQ(place_at(document.place, "/a").value.column, 7u);
}

TEST(Document, TakesWholeNumbersAsIntegers) {
  EXPECT_TRUE(parsed("1e6").value.is_number_integer());
  EXPECT_TRUE(parsed("4.0").value.is_number_integer());
  EXPECT_TRUE(parsed("0.5").value.is_number_float());
  EXPECT_TRUE(parsed("1e300").value.is_number_float());
}

// The examples of RFC 7396, appendix A.
TEST(MergePatch, FollowsTheStandard) {
  struct Row {
    const char *target, *patch, *result;
  };
  const Row rows[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"a":1,"e":null})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const Row& row : rows) EXPECT_EQ(merged(row.target, row.patch), row.result) << row.patch;
}

TEST(MergePatch, KeepsPlacesInStep) {
  Document document = parsed("{\"a\": {\"b\": 1, \"c\": 2}}");
  Document patch = parsed("{\n\"a\": {\"c\": [3], \"b\": null}}");
  set_layer(patch.place, Layer::kVariant);
  merge_patch(document, patch);
  const Place& c = place_at(document.place, "/a/c");
  EXPECT_EQ(c.layer, Layer::kVariant);
  EXPECT_EQ(c.value.line, 2u);
  EXPECT_EQ(c.items.size(), 1u);
  EXPECT_FALSE(document.place.members.at("a").members.contains("b"));
  EXPECT_EQ(place_at(document.place, "/a").layer, Layer::kFile) << "the object itself stays";
}

TEST(Pointer, EscapesAndBack) {
  EXPECT_EQ(pointer_token("a/b~c"), "/a~1b~0c");
  EXPECT_EQ(split_pointer("/a~1b~0c/0"), (std::vector<std::string>{"a/b~c", "0"}));
  EXPECT_FALSE(split_pointer("a"));
  EXPECT_FALSE(split_pointer("/~2"));
  EXPECT_FALSE(split_pointer("/~"));
}

}  // namespace
}  // namespace psgrid::scenarios
