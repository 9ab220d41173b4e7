// What crosses a connection between two processes: a greeting, then parcels. A parcel is a header
// and, mostly, one frame of the codec.
//
// The header carries what an emulated network needs to know besides the frame (when it was sent,
// when the sender's NIC was done with it), and where the frame ends, so that a damaged frame does
// not cost those after it. It is the transport's own, as TCP's header is, and not counted as
// traffic; an emulated network does not damage it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "model/ids.hpp"
#include "real/token.hpp"

namespace psgrid::real {

// Every integer is little-endian.
struct Greeting {
  Token token;
  std::uint32_t process = 0;  // who calls
  Incarnation incarnation;
};

inline constexpr std::size_t kGreetingBytes = 40;

void encode(const Greeting& greeting, std::span<std::byte, kGreetingBytes> out);

// Or what was expected instead. Does not check the token.
std::variant<Greeting, std::string> decode_greeting(std::span<const std::byte, kGreetingBytes> in);

struct Parcel {
  enum class Kind : std::uint8_t {
    kMessage,    // a frame follows; delivered once it has arrived
    kTransfer,   // a frame follows; a kDeparture with the same number says when it had left
    kDeparture,  // no frame: the sender's NIC was done with transfer `number` at `departed`
    kOutOfBand,  // a frame follows; instrumentation, not emulated
  };
  Kind kind = Kind::kMessage;
  std::uint32_t number = 0;       // of a transfer; unique among those under way on a connection
  Time sent;                      // not of a departure
  Time departed;                  // not of a transfer
  std::uint32_t frame_bytes = 0;  // that follow; 0 of a departure
};

inline constexpr std::size_t kParcelBytes = 28;

void encode(const Parcel& parcel, std::span<std::byte, kParcelBytes> out);
std::variant<Parcel, std::string> decode_parcel(std::span<const std::byte, kParcelBytes> in);

}  // namespace psgrid::real
