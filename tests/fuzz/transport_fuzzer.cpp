// Any bytes as what comes over a connection: a greeting, a parcel's header, a control message. What
// decodes must encode to bytes that decode to the same.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "real/control.hpp"
#include "real/parcel.hpp"

namespace {

using namespace psgrid::real;

void expect(bool condition) {
  if (!condition) std::abort();
}

void check_control(std::span<const std::byte> bytes) {
  const auto decoded = decode_control(bytes);
  if (!decoded) return;
  std::vector<std::byte> again;
  encode(*decoded, again);
  const auto body = std::span<const std::byte>(again).subspan(sizeof(std::uint32_t));
  const auto twice = decode_control(body);
  expect(twice.has_value() && twice->index() == decoded->index());
  std::vector<std::byte> third;
  encode(*twice, third);
  expect(third == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  check_control(bytes);
  if (size >= kGreetingBytes) decode_greeting(bytes.first<kGreetingBytes>());
  if (size >= kParcelBytes) {
    const auto parcel = decode_parcel(bytes.first<kParcelBytes>());
    if (const auto* sound = std::get_if<Parcel>(&parcel)) {
      std::array<std::byte, kParcelBytes> again;
      encode(*sound, again);
      expect(std::equal(again.begin(), again.end(), bytes.begin()));
    }
  }
  return 0;
}
