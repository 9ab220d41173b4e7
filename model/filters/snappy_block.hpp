// Blocks of bytes compressed with Snappy.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace psgrid {

// What a byte of a block can stand for, and a little more: a block that says otherwise is refused
// before anything is allocated.
inline constexpr std::size_t kSnappyRatioMax = 32;

std::vector<std::byte> snappy_compressed(std::span<const std::byte> bytes);

// Nothing if it is no such block.
std::optional<std::vector<std::byte>> snappy_uncompressed(std::span<const std::byte> block);

}  // namespace psgrid
