#include "real/parcel.hpp"

#include <array>
#include <cmath>
#include <cstring>

#include "model/codec.hpp"

namespace psgrid::real {

namespace {

constexpr std::array<char, 8> kMagic = {'p', 's', 'g', 'r', 'i', 'd', '\n', 3};  // 3: the version

template <std::size_t kOffset, class T, std::size_t kSize>
void store(std::span<std::byte, kSize> out, const T& value) {
  static_assert(kOffset + sizeof value <= kSize);
  std::memcpy(out.data() + kOffset, &value, sizeof value);
}

template <std::size_t kOffset, class T, std::size_t kSize>
T load(std::span<const std::byte, kSize> in) {
  static_assert(kOffset + sizeof(T) <= kSize);
  T value;
  std::memcpy(&value, in.data() + kOffset, sizeof value);
  return value;
}

}  // namespace

void encode(const Greeting& greeting, std::span<std::byte, kGreetingBytes> out) {
  store<0>(out, kMagic);
  store<8>(out, greeting.token.bytes);
  store<24>(out, greeting.process);
  store<28>(out, greeting.incarnation.value);
  store<32>(out, std::uint64_t{0});
}

std::variant<Greeting, std::string> decode_greeting(std::span<const std::byte, kGreetingBytes> in) {
  const auto magic = load<0, std::array<char, 8>>(in);
  if (std::memcmp(magic.data(), kMagic.data(), 7) != 0)
    return std::string("expected the greeting of psgrid");
  if (magic[7] != kMagic[7])
    return "expected version " + std::to_string(kMagic[7]) + " of the transport, found " +
           std::to_string(magic[7]);
  if (load<32, std::uint64_t>(in) != 0) return std::string("expected zeros at the greeting's end");
  Greeting greeting;
  greeting.token.bytes = load<8, std::array<std::byte, 16>>(in);
  greeting.process = load<24, std::uint32_t>(in);
  greeting.incarnation = {load<28, std::uint32_t>(in)};
  return greeting;
}

void encode(const Parcel& parcel, std::span<std::byte, kParcelBytes> out) {
  store<0>(out, static_cast<std::uint32_t>(parcel.kind));
  store<4>(out, parcel.number);
  store<8>(out, parcel.sent.seconds);
  store<16>(out, parcel.departed.seconds);
  store<24>(out, parcel.frame_bytes);
}

std::variant<Parcel, std::string> decode_parcel(std::span<const std::byte, kParcelBytes> in) {
  const auto kind = load<0, std::uint32_t>(in);
  if (kind > static_cast<std::uint32_t>(Parcel::Kind::kOutOfBand))
    return std::string("expected a parcel of a known kind");
  Parcel parcel{.kind = static_cast<Parcel::Kind>(kind),
                .number = load<4, std::uint32_t>(in),
                .sent = {load<8, double>(in)},
                .departed = {load<16, double>(in)},
                .frame_bytes = load<24, std::uint32_t>(in)};
  if (!std::isfinite(parcel.sent.seconds) || !std::isfinite(parcel.departed.seconds))
    return std::string("expected finite times in a parcel");
  if (parcel.kind == Parcel::Kind::kDeparture) {
    if (parcel.frame_bytes != 0) return std::string("expected no frame in a departure");
  } else if (parcel.frame_bytes < kFrameHeaderBytes ||
             parcel.frame_bytes - kFrameHeaderBytes > kPayloadBytesMax) {
    return std::string("expected a frame with a payload of at most 1 GiB");
  }
  return parcel;
}

}  // namespace psgrid::real
