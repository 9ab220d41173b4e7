// Comma-separated values as RFC 4180 has them, with "\n" line ends and a header line.
#pragma once

#include <charconv>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/result.hpp"

namespace psgrid::analysis {

// Writes one table, field by field; numbers in their shortest exact form.
class CsvWriter {
 public:
  CsvWriter(std::ostream& out, const std::vector<std::string_view>& columns);

  CsvWriter& text(std::string_view value);  // quoted if it must be
  CsvWriter& number(double value);
  CsvWriter& number(std::uint64_t value);
  CsvWriter& empty();
  void end_row();

 private:
  void separate();

  std::ostream& out_;
  std::string row_;
  std::size_t fields_ = 0;
  std::size_t columns_;
};

// Reads a table whose columns must be those that are expected, in that order.
class CsvReader {
 public:
  // `name` is for messages.
  CsvReader(std::istream& in, std::string name, std::vector<std::string_view> columns);

  // False at the end of the table or at an error; then see failure().
  bool next();
  const Failure& failure() const { return failure_; }

  // Fields of the current row. A field that is not a number makes next() fail.
  const std::string& text(std::size_t column) const { return fields_[column]; }
  bool is_empty(std::size_t column) const { return fields_[column].empty(); }
  double number(std::size_t column);
  template <class Integer>
  Integer integer(std::size_t column) {
    Integer value = 0;
    const std::string& field = fields_[column];
    const auto [end, status] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (status != std::errc() || end != field.data() + field.size()) not_a_number(column);
    return value;
  }

 private:
  bool read_row();
  void fail(std::string what);
  void not_a_number(std::size_t column);

  std::istream& in_;
  std::string name_;
  std::vector<std::string_view> columns_;
  std::vector<std::string> fields_;
  std::uint64_t line_ = 0;
  Failure failure_;
};

}  // namespace psgrid::analysis
