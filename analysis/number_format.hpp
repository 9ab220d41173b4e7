// Numbers as text: exact for files, short for people. Independent of the locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace psgrid::analysis {

// The shortest text that reads back as the same double; "inf", "-inf" or "nan" if not finite.
std::string exact(double value);

// Three significant digits with a unit that suits the size: "12.3 s", "850 us", "2 min 5 s".
std::string human_seconds(double seconds);

// Powers of 1,000: "1.5 GB".
std::string human_bytes(double bytes);

// `digits` significant digits, without an exponent where that is readable: "0.250", "12.3". Whole
// numbers stay whole: "12".
std::string human_number(double value, int digits = 3);

// Digits in groups of three: "1,234,567".
std::string human_count(std::uint64_t count);

// "1 worker", "1,024 workers".
std::string counted(std::uint64_t count, std::string_view noun);

// "37 %" of a share in [0, 1].
std::string human_share(double share);

}  // namespace psgrid::analysis
