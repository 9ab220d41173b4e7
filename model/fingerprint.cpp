#include "model/fingerprint.hpp"

#include <xxhash.h>

namespace psgrid {

std::uint64_t fingerprint(std::span<const std::vector<float>> tables) {
  std::uint64_t hash = 0;
  for (const std::vector<float>& table : tables)
    hash = XXH3_64bits_withSeed(table.data(), table.size() * sizeof(float), hash);
  return hash;
}

}  // namespace psgrid
