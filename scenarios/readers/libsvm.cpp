#include "scenarios/readers/libsvm.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/readers/line_reader.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// Reads one line after another into a RawData.
class LibsvmReader {
 public:
  LibsvmReader(const std::string& name, std::uint32_t features) : features_(features) {
    raw_.file = name;
    raw_.data.row_begin.push_back(0);
  }

  // An error message, empty if the line is right; then column() is where.
  std::string add_line(std::string_view line, std::uint64_t number) {
    line_ = line.substr(0, line.find('#'));
    at_ = 0;
    const std::string_view label = next_word();
    if (label.empty()) return "";
    const std::optional<double> value = parse_number(label);
    if (!value) return "found " + in_quotes(label) + ", expected a number as label";
    if (raw_.data.rows == kMaxRows) return "found more than 2^27 rows, expected at most that";
    previous_ = 0;
    for (std::string_view word = next_word(); !word.empty(); word = next_word()) {
      std::string error = add_entry(word);
      if (!error.empty()) return error;
    }
    raw_.data.labels.push_back(static_cast<float>(*value));
    raw_.data.row_begin.push_back(raw_.data.column.size());
    raw_.line.push_back(number);
    ++raw_.data.rows;
    return "";
  }

  std::uint64_t column() const { return start_ + 1; }

  RawData finish() {
    raw_.data.features = features_ > 0 ? features_ : largest_;
    return std::move(raw_);
  }

 private:
  std::string_view next_word() {
    constexpr std::string_view kBlank = " \t";
    start_ = std::min(line_.find_first_not_of(kBlank, at_), line_.size());
    at_ = std::min(line_.find_first_of(kBlank, start_), line_.size());
    return line_.substr(start_, at_ - start_);
  }

  std::string add_entry(std::string_view word) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos)
      return "found " + in_quotes(word) + ", expected column:value";
    const std::optional<std::uint64_t> index = parse_unsigned(word.substr(0, colon));
    if (!index)
      return "found " + in_quotes(word.substr(0, colon)) + ", expected a column number before ':'";
    if (*index == 0) return "found column 0, expected 1 or more (LIBSVM columns count from 1)";
    const std::uint64_t limit = features_ > 0 ? features_ : kMaxFeatures;
    if (*index > limit)
      return "found column " + std::to_string(*index) + ", expected at most " +
             std::to_string(limit);
    if (*index == previous_)
      return "found column " + std::to_string(*index) + " twice, expected each column once a row";
    if (*index < previous_)
      return "found column " + std::to_string(*index) + " after column " +
             std::to_string(previous_) + ", expected rising columns";
    start_ += colon + 1;
    const std::optional<double> value = parse_number(word.substr(colon + 1));
    if (!value || !std::isfinite(static_cast<float>(*value)))
      return "found " + in_quotes(word.substr(colon + 1)) +
             ", expected a finite number that fits float32";
    previous_ = static_cast<std::uint32_t>(*index);
    largest_ = std::max(largest_, previous_);
    if (*value == 0) return "";
    raw_.data.column.push_back(previous_ - 1);
    raw_.data.value.push_back(static_cast<float>(*value));
    return "";
  }

  RawData raw_;
  std::uint32_t features_;
  std::uint32_t largest_ = 0, previous_ = 0;
  std::string_view line_;
  std::size_t start_ = 0, at_ = 0;
};

}  // namespace

Result<RawData> read_libsvm(std::string_view text, const std::string& name,
                            std::uint32_t features) {
  LibsvmReader reader(name, features);
  return read_lines(reader, text, name);
}

}  // namespace psgrid::scenarios
