#include "analysis/csv.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

TEST(CsvWriter, QuotesOnlyWhatMustBeQuoted) {
  std::ostringstream out;
  CsvWriter csv(out, {"name", "value"});
  csv.text("plain text").number(0.1).end_row();
  csv.text("a, \"b\"\nc").empty().end_row();
  EXPECT_EQ(out.str(), "name,value\nplain text,0.1\n\"a, \"\"b\"\"\nc\",\n");
}

TEST(CsvWriter, RefusesARowOfTheWrongLength) {
  std::ostringstream out;
  CsvWriter csv(out, {"name", "value"});
  csv.text("alone").end_row();
  EXPECT_FALSE(out.good());
}

TEST(CsvReader, ReadsWhatTheWriterWrote) {
  std::ostringstream out;
  CsvWriter writer(out, {"text", "number", "count"});
  const std::string odd = "comma, \"quotes\",\n\nlines";
  writer.text(odd).number(1.0 / 3).number(std::uint64_t{18446744073709551615u}).end_row();
  writer.text("").number(-0.0).number(std::uint64_t{0}).end_row();

  std::istringstream in(out.str());
  CsvReader reader(in, "t.csv", {"text", "number", "count"});
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.text(0), odd);
  EXPECT_EQ(reader.number(1), 1.0 / 3);
  EXPECT_EQ(reader.integer<std::uint64_t>(2), 18446744073709551615u);
  ASSERT_TRUE(reader.next());
  EXPECT_TRUE(reader.is_empty(0));
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.failure());
}

std::string failure_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in, "t.csv", {"name", "count"});
  while (reader.next()) reader.integer<std::uint32_t>(1);
  return reader.failure() ? reader.failure()->message : "";
}

TEST(CsvReader, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(failure_of("name,count\na,1\n"), "");
  EXPECT_EQ(failure_of(""),
            "t.csv:0: the line is empty, but should start with a line of column names");
  EXPECT_EQ(failure_of("name,sum\n"), "t.csv:1: the line has other columns than name,count");
  EXPECT_EQ(failure_of("name,count\na\n"), "t.csv:2: the line has 1 fields where 2 are expected");
  EXPECT_EQ(failure_of("name,count\na,1\nb,x\n"),
            "t.csv:3: the line has \"x\" in column count, which is not a number it can hold");
  EXPECT_EQ(
      failure_of("name,count\na,4294967296\n"),
      "t.csv:2: the line has \"4294967296\" in column count, which is not a number it can hold");
  EXPECT_EQ(failure_of("name,count\n\"a,1\n"), "t.csv:2: the line ends within quotes");
}

}  // namespace
}  // namespace psgrid::analysis
