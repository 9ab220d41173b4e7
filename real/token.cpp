#include "real/token.hpp"

#include <system_error>

#include <sys/random.h>

namespace psgrid::real {

namespace {

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

Token Token::make() {
  Token token;
  if (getrandom(token.bytes.data(), token.bytes.size(), 0) !=
      static_cast<ssize_t>(token.bytes.size()))
    throw std::system_error(errno, std::system_category(), "no random bytes for a token");
  return token;
}

std::optional<Token> Token::parse(std::string_view text) {
  Token token;
  if (text.size() != 2 * token.bytes.size()) return {};
  for (std::size_t i = 0; i < token.bytes.size(); ++i) {
    const int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    token.bytes[i] = static_cast<std::byte>(16 * high + low);
  }
  return token;
}

std::string Token::text() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

bool Token::matches(const Token& other) const {
  std::byte difference{0};
  for (std::size_t i = 0; i < bytes.size(); ++i) difference |= bytes[i] ^ other.bytes[i];
  return difference == std::byte{0};
}

}  // namespace psgrid::real
