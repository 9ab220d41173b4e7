#include "scenarios/input/quantity.hpp"

#include <clocale>

#include <gtest/gtest.h>

namespace psgrid::scenarios {
namespace {

double value(const char* text, Quantity quantity) {
  return parse_quantity(text, quantity).value_or(-1);
}

TEST(Quantity, ReadsEveryUnit) {
  struct Row {
    const char* text;
    Quantity quantity;
    double expected;
  };
  const Row rows[] = {
      {"50us", Quantity::kSeconds, 50e-6},
      {"1.5 ms", Quantity::kSeconds, 0.0015},
      {"20ns", Quantity::kSeconds, 20e-9},
      {"2s", Quantity::kSeconds, 2},
      {"10min", Quantity::kSeconds, 600},
      {"1h", Quantity::kSeconds, 3600},
      {"10Gbps", Quantity::kBytesPerSecond, 1.25e9},
      {"100Mbps", Quantity::kBytesPerSecond, 12.5e6},
      {"8bps", Quantity::kBytesPerSecond, 1},
      {"125MBps", Quantity::kBytesPerSecond, 125e6},
      {"1GiBps", Quantity::kBytesPerSecond, 1073741824},
      {"8Kibps", Quantity::kBytesPerSecond, 1024},
      {"20Gf", Quantity::kFlopsPerSecond, 20e9},
      {"1.5Tf", Quantity::kFlopsPerSecond, 1.5e12},
      {"3f", Quantity::kFlops, 3},
      {"2kf", Quantity::kFlops, 2000},
      {"1e3 Mf", Quantity::kFlops, 1e9},
      {"1.5GiB", Quantity::kBytes, 1610612736},
      {"64KiB", Quantity::kBytes, 65536},
      {"2MB", Quantity::kBytes, 2e6},
      {"7B", Quantity::kBytes, 7},
  };
  for (const Row& row : rows) EXPECT_EQ(value(row.text, row.quantity), row.expected) << row.text;
}

TEST(Quantity, RefusesEverythingElse) {
  const char* const texts[] = {"",      "us",    "50",   "50 lightyears", "50u s",
                               "1,5us", "0x10s", "infs", "nans",          "1e999s",
                               "50us ", " 50us", "50US", "50Gbps"};
  for (const char* text : texts) EXPECT_FALSE(parse_quantity(text, Quantity::kSeconds)) << text;
  for (const char* text : {"10Gb", "10gbps", "10 G bps", "10Gf"})
    EXPECT_FALSE(parse_quantity(text, Quantity::kBytesPerSecond)) << text;
}

TEST(Quantity, DoesNotDependOnTheLocale) {
  const char* const found = std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(value("1.5ms", Quantity::kSeconds), 0.0015) << (found ? found : "no such locale");
  std::setlocale(LC_ALL, "C");
}

}  // namespace
}  // namespace psgrid::scenarios
