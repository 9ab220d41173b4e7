// Small steps through text, the same in every locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace psgrid::scenarios {

// A decimal number that fills the whole text ("+1", "-0.5", "3e-4"); nothing for anything else,
// including infinities, NaN and hexadecimal digits.
std::optional<double> parse_number(std::string_view text);

// Decimal digits only.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);

// The shortest decimal text that reads back as the same number.
std::string number_text(double value);
std::string number_text(float value);

// In double quotes, cut to a readable length, with control characters escaped.
std::string in_quotes(std::string_view text);

// A field of a line of comma-separated values, without blanks around it.
struct Field {
  std::string_view text;
  std::uint64_t column = 1;  // of its first character, from 1
};

std::vector<Field> split_fields(std::string_view line);

// A word of a line, between blanks or tabs.
struct Word {
  std::string_view text;
  std::uint64_t column = 1;  // of its first character, from 1
};

std::vector<Word> split_words(std::string_view line);

// Goes through a text line by line, without line ends ("\n" or "\r\n").
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // False at the end of the text.
  bool next(std::string_view& line);

  std::uint64_t number() const { return number_; }  // of the last line, from 1

 private:
  std::string_view rest_;
  std::uint64_t number_ = 0;
};

}  // namespace psgrid::scenarios
