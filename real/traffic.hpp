// Pushes and pulls as fast as this machine lets real processes exchange them: what benchmarks and
// calibration measure. Servers really apply; nothing is emulated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace psgrid::real {

// What a worker does again and again: pushes or pulls of some keys each.
struct Traffic {
  bool pulls = false;
  bool lists = false;                 // keys one by one, every second key of the table
  std::uint64_t values = 10'000'000;  // of a round
  std::uint64_t piece = 100'000;      // values of one request
  std::size_t outstanding = 16;       // requests at a time
  int rounds = 20;
  std::uint32_t workers = 1, servers = 1;

  std::uint64_t keys() const { return lists ? 2 * values : values; }
};

// Seconds that a round takes, of the slowest worker; the first round is not counted. Throws
// std::runtime_error if the machine does not let the run end.
double seconds_per_round(const Traffic& traffic);

}  // namespace psgrid::real
