// Messages as bytes: what sockets carry, and what the simulator charges for.
//
// A frame is a fixed header (magic, version, type, from, to, payload length, checksum) and a
// payload: integers as LEB128 varints, float32 little-endian, key lists as gaps, key ranges as gap
// and length, so that a dense range costs a few bytes however long it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/ids.hpp"
#include "model/message.hpp"
#include "model/wire.hpp"

namespace psgrid {

inline constexpr std::size_t kFrameHeaderBytes = 24;
inline constexpr std::uint8_t kWireVersion = 3;

// A longer payload is refused before any of it is read.
inline constexpr std::uint32_t kPayloadBytesMax = 1u << 30;

// Exact size of the frame that encode() makes of this message; makes none.
Bytes encoded_size(const Message& message);

// Appends one frame.
void encode(NodeId from, NodeId to, const Message& message, std::vector<std::byte>& out);

// The same frame for scatter/gather output: long arrays of values are not copied but listed in
// `left_out`, in order, with their places in `out`. They live as long as the message.
void encode(NodeId from, NodeId to, const Message& message, std::vector<std::byte>& out,
            std::vector<LeftOut>& left_out);

struct Frame {
  NodeId from, to;
  MessagePtr message;
};

// What is wrong with a frame, and where.
struct DecodeError {
  std::size_t offset = 0;  // from the frame's first byte
  std::string what;
};

struct FrameHeader {
  NodeId from, to;
  std::uint8_t type = 0;
  std::uint32_t payload_bytes = 0;
  std::uint64_t checksum = 0;
};

// header: exactly kFrameHeaderBytes bytes.
std::variant<FrameHeader, DecodeError> decode_header(std::span<const std::byte> header);

// How long the frame is that begins with a header, as far as that can be believed: nothing else in
// it is looked at. header: exactly kFrameHeaderBytes bytes.
std::uint64_t claimed_frame_bytes(std::span<const std::byte> header);

// Whether a frame is what some encoder made, though perhaps not of a message known here: its
// checksum matches.
bool is_intact(std::span<const std::byte> frame);

// frame: header and payload, nothing more. Never reads outside, never allocates more than a small
// multiple of the frame's own size (phantom values, which it makes real, count as present; values
// of one bit become 32, a compressed byte up to 32 bytes); but for a view, whose rings are laid at
// once: of at most 2^20 points, of all servers and tables together.
std::variant<Frame, DecodeError> decode(std::span<const std::byte> frame);

}  // namespace psgrid
