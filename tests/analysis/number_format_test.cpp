#include "analysis/number_format.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <gtest/gtest.h>

namespace psgrid::analysis {
namespace {

TEST(NumberFormat, ExactIsTheShortestTextThatReadsBack) {
  EXPECT_EQ(exact(0.1), "0.1");
  EXPECT_EQ(exact(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(exact(12), "12");
  EXPECT_EQ(exact(1e-7), "1e-07");
  for (double value : {1.0 / 3, 2e300, 5e-324, -123456.789, std::nextafter(1.0, 2.0)}) {
    EXPECT_EQ(std::strtod(exact(value).c_str(), nullptr), value);
  }
}

TEST(NumberFormat, ExactNamesWhatIsNotFinite) {
  EXPECT_EQ(exact(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(exact(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(exact(-std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(NumberFormat, NumbersHaveThreeDigits) {
  EXPECT_EQ(human_number(0.25), "0.250");
  EXPECT_EQ(human_number(12.345), "12.3");
  EXPECT_EQ(human_number(9.996), "10.0");
  EXPECT_EQ(human_number(1234.5), "1234");
  EXPECT_EQ(human_number(67), "67");
  EXPECT_EQ(human_number(0), "0");
  EXPECT_EQ(human_number(0.00001), "1.00e-05");
  EXPECT_EQ(human_number(-12.345), "-12.3");
}

TEST(NumberFormat, SecondsChooseTheirUnit) {
  EXPECT_EQ(human_seconds(0), "0 s");
  EXPECT_EQ(human_seconds(0.00005), "50 us");
  EXPECT_EQ(human_seconds(0.0125), "12.5 ms");
  EXPECT_EQ(human_seconds(0.9999), "1.00 s");
  EXPECT_EQ(human_seconds(12.34), "12.3 s");
  EXPECT_EQ(human_seconds(125), "2 min 5 s");
  EXPECT_EQ(human_seconds(7325), "2 h 2 min");
}

TEST(NumberFormat, BytesAndCounts) {
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1.234e9), "1.23 GB");
  EXPECT_EQ(human_count(7), "7");
  EXPECT_EQ(human_count(123), "123");
  EXPECT_EQ(human_count(1234), "1,234");
  EXPECT_EQ(human_count(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "worker"), "1 worker");
  EXPECT_EQ(counted(1024, "worker"), "1,024 workers");
  EXPECT_EQ(human_share(0.374), "37 %");
}

}  // namespace
}  // namespace psgrid::analysis
