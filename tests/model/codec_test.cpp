#include "model/codec.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/wire.hpp"
#include "tests/support/any_message.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/raw_frame.hpp"

namespace psgrid {
namespace {

using testing::any_message;
using testing::describe;
using testing::raw_frame;

using Bytewise = std::vector<std::byte>;

Bytewise frame_of(const Message& message) {
  Bytewise frame;
  encode(worker_id(3), server_id(1), message, frame);
  return frame;
}

Bytewise payload_of(const Message& message) {
  const Bytewise frame = frame_of(message);
  return {frame.begin() + kFrameHeaderBytes, frame.end()};
}

std::string outcome(std::span<const std::byte> frame) {
  const auto decoded = decode(frame);
  if (const auto* error = std::get_if<DecodeError>(&decoded))
    return std::to_string(error->offset) + ": " + error->what;
  return describe(*std::get<Frame>(decoded).message);
}

bool is_refused(std::span<const std::byte> frame) {
  const auto decoded = decode(frame);
  const auto* error = std::get_if<DecodeError>(&decoded);
  return error && error->what.starts_with("expected ") && error->offset <= frame.size();
}

// The pieces of a gathered frame, put together.
Bytewise joined(const Bytewise& out, const std::vector<LeftOut>& left_out) {
  Bytewise frame;
  std::size_t done = 0;
  for (const LeftOut& piece : left_out) {
    frame.insert(frame.end(), out.begin() + done, out.begin() + piece.offset);
    frame.insert(frame.end(), piece.bytes.begin(), piece.bytes.end());
    done = piece.offset;
  }
  frame.insert(frame.end(), out.begin() + done, out.end());
  return frame;
}

// Writes payloads as no encoder would.
class Payload {
 public:
  Payload& varint(std::uint64_t value) {
    WireWriter(bytes_).varint(value);
    return *this;
  }
  Payload& byte(std::uint8_t value) {
    WireWriter(bytes_).byte(value);
    return *this;
  }
  Payload& number(double value) {
    WireWriter(bytes_).fixed64(std::bit_cast<std::uint64_t>(value));
    return *this;
  }
  Payload& zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }
  std::string as(std::uint8_t type) const { return outcome(raw_frame(type, bytes_)); }

 private:
  Bytewise bytes_;
};

constexpr std::uint8_t kJoin = 0, kWelcome = 1, kPush = 2, kPullReply = 5, kStop = 7, kSnapshot = 9;
constexpr std::uint8_t kRanges = 0, kList = 1;

RC_GTEST_PROP(CodecProperty, EveryMessageComesBackAsItWasSent, ()) {
  const Message message = *any_message();
  const Bytewise frame = frame_of(message);
  const auto decoded = decode(frame);
  RC_ASSERT(std::holds_alternative<Frame>(decoded));
  const Frame& back = std::get<Frame>(decoded);
  RC_ASSERT(back.from == worker_id(3));
  RC_ASSERT(back.to == server_id(1));
  RC_ASSERT(describe(*back.message) == describe(message));
  RC_ASSERT(frame_of(*back.message) == frame);  // to the bit, NaNs included
}

RC_GTEST_PROP(CodecProperty, TheEncodedSizeIsExact, ()) {
  const Message message = *any_message();
  RC_ASSERT(encoded_size(message).count == frame_of(message).size());
}

RC_GTEST_PROP(CodecProperty, AFrameCutAnywhereIsRefused, ()) {
  const Bytewise frame = frame_of(*any_message());
  for (std::size_t size = 0; size < frame.size(); ++size)
    RC_ASSERT(is_refused(std::span(frame).first(size)));
}

RC_GTEST_PROP(CodecProperty, APayloadCutAnywhereUnderASoundHeaderIsRefused, ()) {
  const Message message = *any_message();
  const Bytewise payload = payload_of(message);
  for (std::size_t size = 0; size < payload.size(); ++size)
    RC_ASSERT(is_refused(
        raw_frame(static_cast<std::uint8_t>(message.index()), std::span(payload).first(size))));
}

RC_GTEST_PROP(CodecProperty, AnyFlippedBitIsNoticed, ()) {
  Bytewise frame = frame_of(*any_message());
  const auto bit = *rc::gen::inRange<std::size_t>(0, frame.size() * 8);
  frame[bit / 8] ^= std::byte{1} << (bit % 8);
  RC_ASSERT(is_refused(frame));
}

// There is one encoding of each message: what decodes at all encodes to the same bytes again.
RC_GTEST_PROP(CodecProperty, WhatDecodesUnderASoundHeaderIsCanonical, ()) {
  const Message message = *any_message();
  // A view may ask for rings of millions of points.
  RC_PRE(!std::holds_alternative<Welcome>(message) && !std::holds_alternative<Propose>(message) &&
         !std::holds_alternative<Vote>(message) && !std::holds_alternative<Recalled>(message));
  Bytewise payload = payload_of(message);
  RC_PRE(!payload.empty());
  const auto bit = *rc::gen::inRange<std::size_t>(0, payload.size() * 8);
  payload[bit / 8] ^= std::byte{1} << (bit % 8);
  const auto decoded = decode(raw_frame(static_cast<std::uint8_t>(message.index()), payload));
  if (const auto* frame = std::get_if<Frame>(&decoded))
    RC_ASSERT(payload_of(*frame->message) == payload);
}

TEST(Codec, FramesAreAppended) {
  Bytewise out = frame_of(Stop{});
  const std::size_t first = out.size();
  encode(manager_id(0), worker_id(7), PushAck{2, {5}}, out);
  EXPECT_EQ(outcome(std::span(out).first(first)), "stop");
  EXPECT_EQ(outcome(std::span(out).subspan(first)), "push_ack 5 of shard 2");
}

TEST(Codec, ADenseRangeCostsNoBytesForItsKeys) {
  const auto pull = [](KeySet keys) {
    return encoded_size(Pull{{1}, 0, {1}, {}, {}, 0, {{Namespace{0}, std::move(keys), {}}}}).count;
  };
  EXPECT_EQ(pull(KeySet::range(0, 1'000'000)) - pull(KeySet::range(0, 1)), 2u);  // a longer varint
  EXPECT_EQ(pull(KeySet::list({0, 2, 4, 6})) - pull(KeySet::list({0, 2})), 2u);  // a byte a gap
}

TEST(Codec, PhantomValuesTravelAsZeros) {
  const Snapshot phantom{4, 0, {{Namespace{0}, KeySet::range(0, 2), Values::phantom(4)}}};
  EXPECT_EQ(outcome(frame_of(phantom)), "snapshot 4 sections(0:{0-2}=0,0,0,0)");
}

TEST(Codec, RefusesHeadersThatAreNotOurs) {
  const auto with = [](std::size_t at, std::uint8_t value) {
    Bytewise frame = frame_of(Stop{});
    frame[at] = std::byte{value};
    return outcome(frame);
  };
  EXPECT_EQ(outcome({}), "0: expected a header of 24 bytes");
  EXPECT_EQ(with(0, 0), "0: expected the magic of psgrid");
  EXPECT_EQ(with(2, 9), "2: expected wire version 3, found 9");
  EXPECT_EQ(with(3, 42), "3: expected a known message type");
  EXPECT_EQ(with(7, 3), "4: expected the role of the sender");
  EXPECT_EQ(with(11, 3), "8: expected the role of the receiver");
  EXPECT_EQ(with(15, 0x7F), "12: expected a payload of at most 1 GiB");
  EXPECT_EQ(with(12, 1), "24: expected a payload as long as the header says");
  EXPECT_EQ(with(4, 1), "16: expected a matching checksum");
  EXPECT_EQ(with(23, 1), "16: expected a matching checksum");
}

TEST(Codec, RefusesNumbersThatDoNotFit) {
  EXPECT_EQ(Payload().as(kJoin), "24: expected more bytes");
  EXPECT_EQ(Payload().varint(1ull << 32).as(kJoin), "join 2147483648");
  EXPECT_EQ(Payload().varint(1ull << 33).as(kJoin), "29: expected an incarnation below 2^32");
  EXPECT_EQ(Payload().varint(2 << 1 | 1).varint(1).as(kJoin), "join 2");
  EXPECT_EQ(Payload().varint(2 << 1 | 1).varint(2).as(kJoin),
            "26: expected memory of an earlier incarnation");
  EXPECT_EQ(Payload().byte(0x80).byte(0).as(kJoin), "26: expected a varint in its shortest form");
  Payload eleven;
  for (int i = 0; i < 10; ++i) eleven.byte(0xFF);
  EXPECT_EQ(eleven.byte(0).as(kJoin), "34: expected a varint of at most 64 bits");
  EXPECT_EQ(Payload().byte(0).as(kStop), "24: expected the end of the payload");
}

TEST(Codec, RefusesHostileLengthsBeforeItAllocates) {
  const std::uint64_t huge = 1ull << 60;
  const std::string room = "expected no more items than the payload has room for";
  EXPECT_EQ(Payload().varint(1).varint(0).varint(huge).zeros(8).as(kSnapshot), "35: " + room);
  EXPECT_EQ(
      Payload().varint(1).zeros(1).varint(1).varint(0).byte(kRanges).varint(huge).as(kSnapshot),
      "38: " + room);
  EXPECT_EQ(Payload().varint(1).zeros(1).varint(1).varint(0).byte(kList).varint(huge).as(kSnapshot),
            "38: " + room);
  EXPECT_EQ(Payload()
                .varint(1)
                .varint(0)
                .varint(1)
                .varint(0)
                .byte(kRanges)
                .varint(1)
                .varint(0)
                .varint(1)
                .varint(huge)
                .as(kSnapshot),
            "41: " + room);
  EXPECT_EQ(Payload().varint(1).varint(0).varint(huge).as(kWelcome), "35: " + room);
  // Every one of these servers and tables is there, but not room for all their points.
  Payload welcome;
  welcome.varint(1).varint(0).varint(0).varint(0).varint(64).zeros(64).varint(0);
  for (int server = 0; server < 64; ++server) welcome.varint(1).varint(1).zeros(2);
  welcome.byte(0).varint(64).varint(1).varint(2048);
  for (int table = 0; table < 2048; ++table) welcome.varint(1).varint(1);
  EXPECT_EQ(welcome.as(kWelcome), "355: expected 1 to 2^20 points on all rings");
}

// Tags are 8 * value form + key form, and 64 for a compressed section.
TEST(Codec, RefusesFormsThatNoFilterMakes) {
  const auto as_asked = [](unsigned values) {
    return Payload().varint(1).varint(0).varint(1).varint(0).byte(
        static_cast<std::uint8_t>(4 + 8 * values));
  };
  EXPECT_EQ(as_asked(6).zeros(4).as(kSnapshot), "29: expected value form 0 to 5");
  EXPECT_EQ(as_asked(1).varint(1).zeros(7).as(kSnapshot), "30: expected more bytes");
  EXPECT_EQ(as_asked(1).varint(1).byte(1).zeros(7).as(kSnapshot),
            "30: expected the codes of the values");  // a double between two floats
  EXPECT_EQ(as_asked(2).varint(1).zeros(6).byte(0x80).byte(0x7F).zeros(1).as(kSnapshot),
            "38: expected finite bounds in order");
  EXPECT_EQ(as_asked(2).varint(1).zeros(8).byte(1).as(kSnapshot),
            "38: expected the codes of the values");  // no step to count
  EXPECT_EQ(as_asked(5).varint(1).zeros(6).byte(0x80).byte(0x3F).byte(2).as(kSnapshot),
            "38: expected the codes of the values");  // a bit too many
  EXPECT_EQ(as_asked(8).varint(2).zeros(2).as(kSnapshot), "32: expected a block of Snappy");
  EXPECT_EQ(as_asked(16).zeros(4).as(kSnapshot), "29: expected a form below 128");
}

TEST(Codec, RefusesKeysThatAreNoSet) {
  const auto section = [] { return Payload().varint(1).varint(0).varint(1); };
  const auto table0 = [&] { return section().varint(0); };
  const std::uint64_t last = ~std::uint64_t{0};
  EXPECT_EQ(section().varint(65'536).zeros(8).as(kSnapshot),
            "30: expected a namespace below 65,536");
  EXPECT_EQ(table0().byte(5).zeros(4).as(kSnapshot), "29: expected key form 0 to 4");
  EXPECT_EQ(table0().byte(kRanges).varint(1).varint(0).varint(0).as(kSnapshot),
            "32: expected key ranges that are disjoint and not empty");
  EXPECT_EQ(table0().byte(kRanges).varint(2).varint(0).varint(1).varint(0).varint(1).as(kSnapshot),
            "34: expected key ranges that are disjoint and not empty");
  EXPECT_EQ(table0().byte(kRanges).varint(1).varint(last).varint(1).as(kSnapshot),
            "41: expected key ranges below 2^64");
  EXPECT_EQ(table0().byte(kList).varint(0).zeros(1).as(kSnapshot),
            "30: expected a key list that is not empty");
  EXPECT_EQ(table0().byte(kList).varint(1).varint(last).as(kSnapshot),
            "40: expected keys below 2^64 - 1");
  EXPECT_EQ(table0().byte(kList).varint(2).varint(last - 1).varint(0).as(kSnapshot),
            "41: expected keys below 2^64 - 1");
  EXPECT_EQ(table0().byte(kRanges).varint(1).varint(0).varint(2).varint(3).zeros(12).as(kSnapshot),
            "33: expected as many values for each key");
  EXPECT_EQ(table0().byte(kRanges).varint(0).varint(1).zeros(4).as(kSnapshot),
            "31: expected as many values for each key");
}

TEST(Codec, RefusesWhatNoNodeWouldSay) {
  const auto reply = [](double held) {
    return Payload().zeros(2).varint(1).varint(1).varint(1).number(held).varint(0).as(kPullReply);
  };
  EXPECT_EQ(reply(-1), "37: expected a time held of at least 0 s");
  EXPECT_EQ(reply(std::numeric_limits<double>::quiet_NaN()),
            "37: expected a time held of at least 0 s");
  EXPECT_EQ(Payload().zeros(7).varint(1).varint(0).varint(5).varint(6).varint(1).as(kPush),
            "36: expected a tick of a non-empty key range");

  const auto view = [] { return Payload().varint(1).varint(2).varint(0).varint(0); };
  const auto one_server = [&] {
    return view().varint(1).varint(0).varint(0).varint(1).varint(1).zeros(2);
  };
  EXPECT_EQ(view().varint(0).zeros(4).as(kWelcome), "29: expected at least one server");
  EXPECT_EQ(view().varint(1).varint(1u << 24).zeros(4).as(kWelcome),
            "33: expected ranks below 2^24");
  EXPECT_EQ(view().varint(1).varint(0).varint(0).varint(1).zeros(2).as(kWelcome),
            "33: expected a chain with a server");
  EXPECT_EQ(one_server().byte(2).zeros(4).as(kWelcome), "36: expected partition 0 or 1");
  EXPECT_EQ(one_server().byte(0).varint(0).varint(1).zeros(3).as(kWelcome),
            "39: expected 1 to 2^20 points on all rings");
  EXPECT_EQ(
      one_server().byte(0).varint(1).varint(1).varint(1).varint(0).varint(1).zeros(2).as(kWelcome),
      "41: expected tables with keys and values");
}

TEST(Codec, LongArraysOfAGatheredFrameStayWhereTheyAre) {
  const Values large(std::vector<float>(2000, 0.5f)), larger(std::vector<float>(3000, -1.0f));
  const Values small(std::vector<float>(3, 2.0f));
  const Message message = Snapshot{7,
                                   0,
                                   {{{0}, KeySet::range(0, 2000), large},
                                    {{1}, KeySet::range(5, 8), small},
                                    {{2}, KeySet::range(0, 3000), larger}}};
  Bytewise out(11);  // of a frame before this one
  std::vector<LeftOut> left_out;
  encode(worker_id(3), server_id(1), message, out, left_out);
  ASSERT_EQ(left_out.size(), 2u);
  EXPECT_EQ(left_out[0].bytes.data(), std::as_bytes(large.data()).data());
  EXPECT_EQ(left_out[1].bytes.data(), std::as_bytes(larger.data()).data());
  EXPECT_LT(out.size(), 200u);
  Bytewise expected(11);
  encode(worker_id(3), server_id(1), message, expected);
  EXPECT_EQ(joined(out, left_out), expected);
}

RC_GTEST_PROP(Codec, AGatheredFrameHasTheSameBytes, ()) {
  const Message message = *any_message();
  Bytewise out;
  std::vector<LeftOut> left_out;
  encode(worker_id(3), server_id(1), message, out, left_out);
  RC_ASSERT(joined(out, left_out) == frame_of(message));
}

}  // namespace
}  // namespace psgrid
