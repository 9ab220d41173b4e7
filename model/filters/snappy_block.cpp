#include "model/filters/snappy_block.hpp"

#include <snappy.h>

namespace psgrid {

std::vector<std::byte> snappy_compressed(std::span<const std::byte> bytes) {
  std::vector<std::byte> block(snappy::MaxCompressedLength(bytes.size()));
  std::size_t size = 0;
  snappy::RawCompress(reinterpret_cast<const char*>(bytes.data()), bytes.size(),
                      reinterpret_cast<char*>(block.data()), &size);
  block.resize(size);
  return block;
}

std::optional<std::vector<std::byte>> snappy_uncompressed(std::span<const std::byte> block) {
  const auto* from = reinterpret_cast<const char*>(block.data());
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(from, block.size(), &size)) return {};
  if (size > block.size() * kSnappyRatioMax) return {};
  std::vector<std::byte> bytes(size);
  if (!snappy::RawUncompress(from, block.size(), reinterpret_cast<char*>(bytes.data()))) return {};
  return bytes;
}

}  // namespace psgrid
