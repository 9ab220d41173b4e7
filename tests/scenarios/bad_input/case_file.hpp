// Tables of broken input with the messages it must get; see the .txt files beside this one.
//
// A case is a line "## title" and, up to the next blank line, lines whose first character says what
// they are and whose rest is the content. Lines of one kind in a row belong together.
#pragma once

#include <cstdlib>
#include <fstream>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace psgrid::scenarios {

struct Case {
  std::string title;
  std::vector<std::pair<char, std::string>>
      blocks;  // joined by line ends, "\xHH" turned into bytes

  // Every block of a kind.
  std::vector<std::string> all(char kind) const {
    std::vector<std::string> texts;
    for (const auto& [of, text] : blocks)
      if (of == kind) texts.push_back(text);
    return texts;
  }
};

// How GoogleTest prints a case.
inline void PrintTo(const Case& broken, std::ostream* out) { *out << broken.title; }

inline std::string bytes_of(const std::string& line) {
  std::string bytes;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.compare(i, 2, "\\x") == 0 && i + 4 <= line.size()) {
      bytes += static_cast<char>(std::strtoul(line.substr(i + 2, 2).c_str(), nullptr, 16));
      i += 3;
    } else {
      bytes += line[i];
    }
  }
  return bytes;
}

inline std::vector<Case> read_cases(const std::string& file) {
  std::ifstream stream(std::string(PSGRID_SOURCE_DIR) + "/tests/scenarios/bad_input/" + file);
  std::vector<Case> cases;
  bool open = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("## ")) {
      cases.push_back({line.substr(3), {}});
      open = true;
    } else if (line.empty()) {
      open = false;
    } else if (open) {
      auto& blocks = cases.back().blocks;
      const std::string text = line[0] == '>' ? line.substr(1) : bytes_of(line.substr(1));
      if (!blocks.empty() && blocks.back().first == line[0])
        blocks.back().second += "\n" + text;
      else
        blocks.emplace_back(line[0], text);
    }
  }
  return cases;
}

// A name that GoogleTest accepts.
inline std::string test_name(const std::string& title) {
  std::string name;
  bool upper = true;
  for (const char c : title) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    upper = !plain;
  }
  return name;
}

}  // namespace psgrid::scenarios
