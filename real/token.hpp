// The secret that the processes of a cluster share: whoever does not know it is not let in.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace psgrid::real {

struct Token {
  std::array<std::byte, 16> bytes{};

  // From the system's source of randomness.
  static Token make();

  // 32 hexadecimal digits; nothing if `text` is anything else.
  static std::optional<Token> parse(std::string_view text);
  std::string text() const;

  // Takes the same time wherever the two differ.
  bool matches(const Token& other) const;
};

}  // namespace psgrid::real
