#include "real/parcel.hpp"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace psgrid::real {
namespace {

std::string refusal(const std::array<std::byte, kGreetingBytes>& bytes) {
  const auto decoded = decode_greeting(bytes);
  const auto* expected = std::get_if<std::string>(&decoded);
  return expected ? *expected : "";
}

std::array<std::byte, kGreetingBytes> greeting_bytes() {
  std::array<std::byte, kGreetingBytes> bytes;
  encode(Greeting{.token = Token::make(), .process = 7, .incarnation = {3}}, bytes);
  return bytes;
}

TEST(Greeting, SurvivesTheWire) {
  const Token token = Token::make();
  std::array<std::byte, kGreetingBytes> bytes;
  encode(Greeting{token, 7, {3}}, bytes);
  const auto greeting = std::get<Greeting>(decode_greeting(bytes));
  EXPECT_TRUE(greeting.token.matches(token));
  EXPECT_EQ(greeting.process, 7u);
  EXPECT_EQ(greeting.incarnation, Incarnation{3});
}

TEST(Greeting, RefusesWhatIsNone) {
  EXPECT_EQ(refusal(greeting_bytes()), "");
  auto bytes = greeting_bytes();
  bytes[0] = std::byte{'G'};
  EXPECT_EQ(refusal(bytes), "expected the greeting of psgrid");
  bytes = greeting_bytes();
  bytes[7] = std::byte{9};
  EXPECT_EQ(refusal(bytes), "expected version 3 of the transport, found 9");
  bytes = greeting_bytes();
  bytes[39] = std::byte{1};
  EXPECT_EQ(refusal(bytes), "expected zeros at the greeting's end");
}

TEST(Parcel, SurvivesTheWire) {
  const Parcel parcel{
      .kind = Parcel::Kind::kDeparture, .number = 4'000'000'000, .sent = {1.5}, .departed = {2.25}};
  std::array<std::byte, kParcelBytes> bytes;
  encode(parcel, bytes);
  const auto decoded = std::get<Parcel>(decode_parcel(bytes));
  EXPECT_EQ(decoded.kind, parcel.kind);
  EXPECT_EQ(decoded.number, parcel.number);
  EXPECT_EQ(decoded.sent, parcel.sent);
  EXPECT_EQ(decoded.departed, parcel.departed);
}

TEST(Parcel, SaysHowLongItsFrameIs) {
  std::array<std::byte, kParcelBytes> bytes;
  encode(Parcel{.frame_bytes = 70'000}, bytes);
  EXPECT_EQ(std::get<Parcel>(decode_parcel(bytes)).frame_bytes, 70'000u);
  for (std::uint32_t wrong : {0u, 23u, (1u << 30) + 25}) {
    encode(Parcel{.frame_bytes = wrong}, bytes);
    EXPECT_EQ(std::get<std::string>(decode_parcel(bytes)),
              "expected a frame with a payload of at most 1 GiB");
  }
  encode(Parcel{.kind = Parcel::Kind::kDeparture, .frame_bytes = 24}, bytes);
  EXPECT_EQ(std::get<std::string>(decode_parcel(bytes)), "expected no frame in a departure");
}

TEST(Parcel, RefusesUnknownKindsAndTimesThatAreNone) {
  std::array<std::byte, kParcelBytes> bytes;
  encode(Parcel{.sent = {std::numeric_limits<double>::quiet_NaN()}}, bytes);
  EXPECT_EQ(std::get<std::string>(decode_parcel(bytes)), "expected finite times in a parcel");
  encode(Parcel{}, bytes);
  bytes[0] = std::byte{4};
  EXPECT_EQ(std::get<std::string>(decode_parcel(bytes)), "expected a parcel of a known kind");
}

TEST(Token, IsSecretAndHasAText) {
  const Token token = Token::make(), other = Token::make();
  EXPECT_TRUE(token.matches(token));
  EXPECT_FALSE(token.matches(other));
  EXPECT_TRUE(Token::parse(token.text())->matches(token));
  EXPECT_FALSE(Token::parse("abc"));
  EXPECT_FALSE(Token::parse(std::string(32, 'g')));
}

}  // namespace
}  // namespace psgrid::real
