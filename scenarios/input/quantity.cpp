#include "scenarios/input/quantity.hpp"

#include <charconv>
#include <cmath>
#include <span>

namespace psgrid::scenarios {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr Unit kDecimal[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}};
constexpr Unit kBinary[] = {
    {"Ki", 1024.0}, {"Mi", 1048576.0}, {"Gi", 1073741824.0}, {"Ti", 1099511627776.0}};
constexpr Unit kTime[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3},
                          {"s", 1},     {"min", 60},  {"h", 3600}};

std::optional<double> factor_in(std::span<const Unit> units, std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return unit.factor;
  return std::nullopt;
}

// The factor of a prefix in front of a unit that the text must end with.
std::optional<double> prefix_factor(std::string_view text, std::string_view unit, bool binary) {
  if (!text.ends_with(unit)) return std::nullopt;
  text.remove_suffix(unit.size());
  const std::optional<double> factor = factor_in(kDecimal, text);
  if (factor || !binary) return factor;
  return factor_in(kBinary, text);
}

std::optional<double> unit_factor(std::string_view unit, Quantity quantity) {
  switch (quantity) {
    case Quantity::kSeconds:
      return factor_in(kTime, unit);
    case Quantity::kBytes:
      return prefix_factor(unit, "B", true);
    case Quantity::kFlops:
    case Quantity::kFlopsPerSecond:
      return prefix_factor(unit, "f", false);
    case Quantity::kBytesPerSecond:
      break;
  }
  if (const auto bytes = prefix_factor(unit, "Bps", true)) return bytes;
  const std::optional<double> bits = prefix_factor(unit, "bps", true);
  if (!bits) return std::nullopt;
  return *bits / 8;
}

}  // namespace

std::optional<double> parse_quantity(std::string_view text, Quantity quantity) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  const std::optional<double> factor = unit_factor(unit, quantity);
  if (!factor) return std::nullopt;
  // Divided where that is exact: 50us is then the number nearest to 0.00005.
  const double value = *factor < 1 ? number / std::round(1 / *factor) : number * *factor;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::string quantity_name(Quantity quantity) {
  switch (quantity) {
    case Quantity::kSeconds:
      return "a duration";
    case Quantity::kBytes:
      return "a size";
    case Quantity::kBytesPerSecond:
      return "a bandwidth";
    case Quantity::kFlops:
      return "a number of operations";
    case Quantity::kFlopsPerSecond:
      return "a speed";
  }
  return "a quantity";
}

std::string quantity_example(Quantity quantity) {
  switch (quantity) {
    case Quantity::kSeconds:
      return "0.5 (seconds) or \"50us\"";
    case Quantity::kBytes:
      return "1024 (bytes) or \"1.5GiB\"";
    case Quantity::kBytesPerSecond:
      return "125e6 (bytes a second) or \"1Gbps\"";
    case Quantity::kFlops:
      return "1000 or \"2Mf\"";
    case Quantity::kFlopsPerSecond:
      return "20e9 (operations a second) or \"20Gf\"";
  }
  return "";
}

}  // namespace psgrid::scenarios
