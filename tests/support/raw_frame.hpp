// Frames with any payload under a sound header, as only a broken or hostile sender makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <xxhash.h>

#include "model/codec.hpp"

namespace psgrid::testing {

// type: the message's place in the variant. From worker[0] to server[0].
inline std::vector<std::byte> raw_frame(std::uint8_t type, std::span<const std::byte> payload) {
  std::vector<std::byte> frame;
  encode(worker_id(0), server_id(0), Stop{}, frame);
  frame[3] = std::byte{type};
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::memcpy(frame.data() + 12, &length, sizeof length);
  constexpr std::size_t kChecksummed = 16;
  const std::uint64_t checksum = XXH3_64bits_withSeed(payload.data(), payload.size(),
                                                      XXH3_64bits(frame.data(), kChecksummed));
  std::memcpy(frame.data() + kChecksummed, &checksum, sizeof checksum);
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

}  // namespace psgrid::testing
