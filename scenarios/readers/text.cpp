#include "scenarios/readers/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace psgrid::scenarios {

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string number_text(double value) {
  std::array<char, 32> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), result.ptr};
}

std::string number_text(float value) {
  std::array<char, 32> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), result.ptr};
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  std::size_t length = 0;
  for (const char c : text) {
    // Cut between characters, not within the bytes of one.
    const bool continuation = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (++length > kLongest && !continuation) return out + "...\"";
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F)
      out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
    else
      out += c;
  }
  return out + "\"";
}

std::vector<Field> split_fields(std::string_view line) {
  const auto blank = [&](std::size_t at) { return line[at] == ' ' || line[at] == '\t'; };
  std::vector<Field> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    std::size_t first = begin, last = end;
    while (first < last && blank(first)) ++first;
    while (first < last && blank(last - 1)) --last;
    fields.push_back({line.substr(first, last - first), first + 1});
    begin = end + 1;
  }
  return fields;
}

std::vector<Word> split_words(std::string_view line) {
  constexpr std::string_view kBlank = " \t";
  std::vector<Word> words;
  for (std::size_t at = 0;;) {
    const std::size_t start = line.find_first_not_of(kBlank, at);
    if (start == std::string_view::npos) return words;
    at = std::min(line.find_first_of(kBlank, start), line.size());
    words.push_back({line.substr(start, at - start), start + 1});
  }
}

bool Lines::next(std::string_view& line) {
  if (rest_.empty()) return false;
  const std::size_t end = rest_.find('\n');
  line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return true;
}

}  // namespace psgrid::scenarios
