// Any bytes as a frame, and as a message type and a payload under a sound header. What decodes must
// encode to the same bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "model/codec.hpp"
#include "tests/support/raw_frame.hpp"

namespace {

using namespace psgrid;

void expect(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "expected %s\n", what.c_str());
  std::abort();
}

void check(std::span<const std::byte> bytes) {
  const auto decoded = decode(bytes);
  if (const auto* error = std::get_if<DecodeError>(&decoded)) {
    expect(error->offset <= bytes.size(), "an offset within the frame");
    expect(error->what.starts_with("expected "), "an error that says what was expected");
    return;
  }
  const Frame& frame = std::get<Frame>(decoded);
  std::vector<std::byte> again;
  encode(frame.from, frame.to, *frame.message, again);
  expect(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
         "one encoding of each message");
  expect(encoded_size(*frame.message).count == again.size(), "an exact size");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  check(bytes);
  if (size > 0) check(testing::raw_frame(data[0], bytes.subspan(1)));
  return 0;
}
