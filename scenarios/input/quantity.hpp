// Numbers with units: "10Gbps", "50us", "20Gf", "1.5GiB". The same in every locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace psgrid::scenarios {

enum class Quantity { kSeconds, kBytes, kBytesPerSecond, kFlops, kFlopsPerSecond };

// The number in SI units (rates in bytes a second); nothing if the text is not a number directly or
// after blanks followed by a unit of this quantity.
//   seconds           ns us ms s min h
//   bytes             B, with k M G T (1000) or Ki Mi Gi Ti (1024)
//   bytes per second  bps (bits) or Bps (bytes), with the same prefixes
//   flops, per second f, with k M G T P
std::optional<double> parse_quantity(std::string_view text, Quantity quantity);

// "a duration", and an example with its unit: what messages say of a quantity.
std::string quantity_name(Quantity quantity);
std::string quantity_example(Quantity quantity);

}  // namespace psgrid::scenarios
