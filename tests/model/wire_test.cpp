#include "model/wire.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace psgrid {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

TEST(Wire, VarintsAreLeb128) {
  std::vector<std::byte> out;
  WireWriter writer(out);
  for (std::uint64_t value : {0u, 127u, 128u, 300u}) writer.varint(value);
  EXPECT_EQ(out, bytes({0, 0x7F, 0x80, 0x01, 0xAC, 0x02}));
  EXPECT_EQ(varint_bytes(0), 1u);
  EXPECT_EQ(varint_bytes(127), 1u);
  EXPECT_EQ(varint_bytes(128), 2u);
  EXPECT_EQ(varint_bytes(~std::uint64_t{0}), 10u);
}

RC_GTEST_PROP(Wire, WhatIsWrittenIsReadAndCounted, ()) {
  const auto shift = *rc::gen::inRange(0, 64);
  const std::uint64_t integer = *rc::gen::arbitrary<std::uint64_t>() >> shift;
  const auto fixed = *rc::gen::arbitrary<std::uint64_t>();
  const Values values(*rc::gen::arbitrary<std::vector<float>>());

  std::vector<std::byte> out;
  WireWriter writer(out);
  WireCounter counter;
  const auto put = [&](auto& sink) {
    sink.varint(integer);
    sink.fixed64(fixed);
    sink.floats(values);
    sink.byte(7);
  };
  put(writer);
  put(counter);
  RC_ASSERT(counter.bytes() == out.size());

  WireReader reader(out);
  RC_ASSERT(reader.varint() == integer);
  RC_ASSERT(reader.fixed64() == fixed);
  const Values back = reader.floats(values.size());
  RC_ASSERT(std::equal(back.data().begin(), back.data().end(), values.data().begin(),
                       values.data().end()));
  RC_ASSERT(reader.byte() == 7);
  RC_ASSERT(reader.ok() && reader.at_end());
}

TEST(Wire, TheFirstMistakeIsKept) {
  const auto in = bytes({1, 2});
  WireReader reader(in);
  EXPECT_EQ(reader.byte(), 1);
  EXPECT_EQ(reader.fixed64(), 0u);
  EXPECT_EQ(reader.byte(), 0);  // though there is one
  reader.fail("something else");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.expected(), "more bytes");
  EXPECT_EQ(reader.offset(), 1u);
}

TEST(Wire, CountsAreBoundedByWhatIsThere) {
  const auto in = bytes({3, 0, 0, 0, 0, 0});
  EXPECT_EQ(WireReader(in).count(1), 3u);
  WireReader reader(in);
  EXPECT_EQ(reader.count(2), 0u);
  EXPECT_EQ(reader.expected(), "no more items than the payload has room for");
}

}  // namespace
}  // namespace psgrid
