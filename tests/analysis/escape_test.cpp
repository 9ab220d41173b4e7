#include "analysis/escape.hpp"

#include <gtest/gtest.h>

#include "analysis/json_text.hpp"

namespace psgrid::analysis {
namespace {

TEST(Escape, HtmlHasNoMarkupLeft) {
  EXPECT_EQ(escape_html("<b onclick='x' class=\"y\">&amp;</b>"),
            "&lt;b onclick=&#39;x&#39; class=&quot;y&quot;&gt;&amp;amp;&lt;/b&gt;");
  EXPECT_EQ(escape_html("λ = 2"), "λ = 2");
}

TEST(Escape, JsonCannotLeaveItsScriptElement) {
  const nlohmann::json value = {{"name", "</script><!-- & \u2028 λ"}};
  const std::string text = json_for_script(value);
  EXPECT_EQ(text, "{\"name\":\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028 \\u03bb\"}");
  EXPECT_EQ(nlohmann::json::parse(text), value);
}

TEST(Escape, BytesThatAreNoTextAreReplaced) {
  EXPECT_EQ(json_for_script(nlohmann::json("a\xff")), "\"a\\ufffd\"");
  EXPECT_EQ(json_text(nlohmann::json("a\xff")), "\"a\xEF\xBF\xBD\"\n");
}

}  // namespace
}  // namespace psgrid::analysis
