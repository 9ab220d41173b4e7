#include "analysis/number_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace psgrid::analysis {
namespace {

struct Unit {
  double size;
  const char* name;
};

}  // namespace

std::string exact(double value) {
  if (std::isnan(value)) return "nan";
  std::array<char, 32> text;
  const std::to_chars_result result = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), result.ptr);
}

std::string human_number(double value, int digits) {
  if (!std::isfinite(value)) return exact(value);
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (value == std::round(value) && size < std::pow(10.0, digits))
    return fmt::format("{:.0f}", value);
  if (size >= 1e15 || size < 1e-4) return fmt::format("{:.{}e}", value, digits - 1);
  // The exponent after rounding to so many digits, read off rather than computed.
  const std::string scientific = fmt::format("{:.{}e}", value, digits - 1);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  return fmt::format("{:.{}f}", value, std::max(0, digits - 1 - exponent));
}

std::string human_seconds(double seconds) {
  if (!std::isfinite(seconds)) return exact(seconds);
  if (seconds == 0) return "0 s";
  const double size = std::abs(seconds);
  if (size < 0.9995e-3) return human_number(seconds * 1e6) + " us";
  if (size < 0.9995) return human_number(seconds * 1e3) + " ms";
  if (size < 119.5) return human_number(seconds) + " s";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (size < 7200) return fmt::format("{} min {} s", whole / 60, std::abs(whole % 60));
  return fmt::format("{} h {} min", whole / 3600, std::abs(whole % 3600) / 60);
}

std::string human_bytes(double bytes) {
  static constexpr std::array<Unit, 4> units = {
      {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}};
  for (const Unit& unit : units) {
    if (bytes >= unit.size * 0.9995) return human_number(bytes / unit.size) + " " + unit.name;
  }
  return human_number(bytes) + " B";
}

std::string human_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", human_count(count), noun, count == 1 ? "" : "s");
}

std::string human_share(double share) {
  return std::isfinite(share) ? fmt::format("{:.0f} %", share * 100) : std::string("-");
}

}  // namespace psgrid::analysis
