#include <algorithm>
#include <cmath>

#include "scenarios/input/document.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// Finds the place of every value in text that is known to be valid JSON.
class PlaceScanner {
 public:
  PlaceScanner(std::string_view text, const std::string& file) : text_(text), file_(file) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  Place scan() {
    Place root;
    scan_value(root, "");
    return root;
  }

  std::vector<InputError> errors;  // keys given twice

 private:
  void scan_value(Place& place, const std::string& pointer) {
    skip_blanks();
    place.value = position();
    if (text_[at_] == '{') return scan_object(place, pointer);
    if (text_[at_] == '[') return scan_array(place, pointer);
    if (text_[at_] == '"') return skip_string();
    while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == npos) ++at_;
  }

  void scan_object(Place& place, const std::string& pointer) {
    ++at_;
    for (skip_blanks(); text_[at_] != '}'; skip_blanks()) {
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      const Position key_position = position();
      const std::size_t begin = at_;
      skip_string();
      const std::string key = Json::parse(text_.substr(begin, at_ - begin)).get<std::string>();
      const std::string key_pointer = pointer + pointer_token(key);
      skip_blanks();
      ++at_;  // the colon
      Place& member = place.members[key];
      if (member.key.line > 0)
        errors.push_back({file_, key_position.line, key_position.column, key_pointer,
                          "found the key " + in_quotes(key) + " again, expected it once (line " +
                              std::to_string(member.key.line) + ")"});
      member = Place();
      member.key = key_position;
      scan_value(member, key_pointer);
    }
    ++at_;
  }

  void scan_array(Place& place, const std::string& pointer) {
    ++at_;
    for (skip_blanks(); text_[at_] != ']'; skip_blanks()) {
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      place.items.emplace_back();
      scan_value(place.items.back(), pointer + "/" + std::to_string(place.items.size() - 1));
    }
    ++at_;
  }

  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
  }

  void skip_blanks() {
    for (; at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != npos; ++at_) {
      if (text_[at_] != '\n') continue;
      ++line_;
      line_start_ = at_ + 1;
    }
  }

  Position position() const { return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)}; }

  static constexpr std::size_t npos = std::string_view::npos;
  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0, line_start_ = 0;
  std::uint32_t line_ = 1;
};

// The position of the first bracket nested too deeply, if any; counts every bracket outside of
// strings, valid JSON or not.
std::optional<std::size_t> too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (in_string)
      continue;
    else if ((c == '{' || c == '[') && ++depth > kMaxDepth)
      return i;
    else if (c == '}' || c == ']')
      --depth;
  }
  return std::nullopt;
}

InputError error_at(std::string_view text, std::size_t offset, const std::string& file,
                    std::string message) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {file, line, before.size() - line_start + 1, "", std::move(message)};
}

// "[json.exception.parse_error.101] parse error at line 2, column 3: syntax error while parsing
// object key - unexpected ...; last read: '...'; expected ..." without the position, which this
// error says by itself, and without the text, which the reader sees there.
std::string syntax_text(std::string text) {
  const std::size_t dash = text.find(" - ");
  if (dash != std::string::npos) text.erase(0, dash + 3);
  const std::size_t bracket = text.find("] ");
  if (text.starts_with('[') && bracket != std::string::npos) text.erase(0, bracket + 2);
  const std::size_t read = text.find("; last read: '");
  const std::size_t end = text.rfind('\'');
  if (read != std::string::npos && end != std::string::npos) text.erase(read, end + 1 - read);
  return "not valid JSON: " + text;
}

// The position of a number that no double can hold, which the library names without a position.
std::size_t find_number(std::string_view text, std::string_view message) {
  const std::size_t begin = message.find('\'') + 1;
  const std::size_t end = message.rfind('\'');
  if (begin == 0 || end <= begin) return 0;
  const std::size_t at = text.find(message.substr(begin, end - begin));
  return at == std::string_view::npos ? 0 : at;
}

void make_whole_numbers_integers(Json& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (number == std::floor(number) && std::abs(number) < kExact)
      value = static_cast<std::int64_t>(number);
  } else if (value.is_structured()) {
    for (Json& part : value) make_whole_numbers_integers(part);
  }
}

}  // namespace

Result<Document> parse_document(std::string_view text, const std::string& file) {
  if (text.size() > kMaxDocumentBytes)
    return InputError{file, 0, 0, "",
                      "found " + std::to_string(text.size()) + " bytes, expected at most " +
                          std::to_string(kMaxDocumentBytes)};
  if (const std::optional<std::size_t> deep = too_deep(text))
    return error_at(text, *deep, file,
                    "found values nested more than " + std::to_string(kMaxDepth) +
                        " deep, expected a scenario");
  Document document;
  try {
    document.value = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return error_at(text, error.byte > 0 ? error.byte - 1 : 0, file, syntax_text(error.what()));
  } catch (const Json::exception& error) {  // a number that no double can hold
    return error_at(text, find_number(text, error.what()), file, syntax_text(error.what()));
  }
  PlaceScanner scanner(text, file);
  document.place = scanner.scan();
  if (!scanner.errors.empty()) return scanner.errors;
  make_whole_numbers_integers(document.value);
  return document;
}

}  // namespace psgrid::scenarios
