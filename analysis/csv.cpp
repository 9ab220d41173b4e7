#include "analysis/csv.hpp"

#include <istream>
#include <ostream>

#include <fmt/format.h>

#include "analysis/number_format.hpp"

namespace psgrid::analysis {

CsvWriter::CsvWriter(std::ostream& out, const std::vector<std::string_view>& columns)
    : out_(out), columns_(columns.size()) {
  for (std::string_view column : columns) text(column);
  end_row();
}

void CsvWriter::separate() {
  if (fields_++ > 0) row_ += ',';
}

CsvWriter& CsvWriter::text(std::string_view value) {
  separate();
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
    row_ += value;
    return *this;
  }
  row_ += '"';
  for (char c : value) {
    if (c == '"') row_ += '"';
    row_ += c;
  }
  row_ += '"';
  return *this;
}

CsvWriter& CsvWriter::number(double value) {
  separate();
  row_ += exact(value);
  return *this;
}

CsvWriter& CsvWriter::number(std::uint64_t value) {
  separate();
  row_ += std::to_string(value);
  return *this;
}

CsvWriter& CsvWriter::empty() {
  separate();
  return *this;
}

void CsvWriter::end_row() {
  if (fields_ != columns_) {
    out_.setstate(std::ios::failbit);
    return;
  }
  row_ += '\n';
  out_.write(row_.data(), static_cast<std::streamsize>(row_.size()));
  row_.clear();
  fields_ = 0;
}

CsvReader::CsvReader(std::istream& in, std::string name, std::vector<std::string_view> columns)
    : in_(in), name_(std::move(name)), columns_(std::move(columns)) {
  if (!read_row()) {
    fail("is empty, but should start with a line of column names");
    return;
  }
  const bool same = std::equal(fields_.begin(), fields_.end(), columns_.begin(), columns_.end());
  if (!same) fail(fmt::format("has other columns than {}", fmt::join(columns_, ",")));
}

bool CsvReader::next() {
  if (failure_ || !read_row()) return false;
  if (fields_.size() == columns_.size()) return true;
  fail(fmt::format("has {} fields where {} are expected", fields_.size(), columns_.size()));
  return false;
}

bool CsvReader::read_row() {
  std::string line;
  if (!std::getline(in_, line)) return false;
  ++line_;
  fields_.assign(1, {});
  bool quoted = false;
  for (std::size_t i = 0;; ++i) {
    if (i == line.size()) {
      if (!quoted) return true;
      // A quoted field may hold line ends.
      std::string more;
      if (!std::getline(in_, more)) {
        fail("ends within quotes");
        return false;
      }
      ++line_;
      fields_.back() += '\n';
      line = std::move(more);
      i = static_cast<std::size_t>(-1);
      continue;
    }
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields_.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields_.emplace_back();
    } else {
      fields_.back() += c;
    }
  }
}

double CsvReader::number(std::size_t column) {
  double value = 0;
  const std::string& field = fields_[column];
  const auto [end, status] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (status != std::errc() || end != field.data() + field.size()) not_a_number(column);
  return value;
}

void CsvReader::fail(std::string what) {
  if (!failure_) failure_ = Error{fmt::format("{}:{}: the line {}", name_, line_, what)};
}

void CsvReader::not_a_number(std::size_t column) {
  fail(fmt::format("has \"{}\" in column {}, which is not a number it can hold", fields_[column],
                   columns_[column]));
}

}  // namespace psgrid::analysis
