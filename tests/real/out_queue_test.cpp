#include "real/out_queue.hpp"

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/any_message.hpp"

namespace psgrid::real {
namespace {

using Bytewise = std::vector<std::byte>;

Bytewise written_by(OutQueue& queue, std::size_t at_most) {
  Bytewise out;
  for (const asio::const_buffer& piece : queue.gather()) {
    const auto* data = static_cast<const std::byte*>(piece.data());
    out.insert(out.end(), data, data + std::min(piece.size(), at_most - out.size()));
  }
  queue.written(out.size());
  return out;
}

Bytewise encoded(Parcel parcel, const Message& message) {
  std::array<std::byte, kParcelBytes> header;
  parcel.frame_bytes = static_cast<std::uint32_t>(encoded_size(message).count);
  encode(parcel, header);
  Bytewise out(header.begin(), header.end());
  encode(worker_id(1), server_id(2), message, out);
  return out;
}

MessagePtr large_message(std::size_t values) {
  return make_message(
      Snapshot{1, 0, {{{0}, KeySet::range(0, values), Values(std::vector<float>(values, 1.5f))}}});
}

const Parcel kParcel{.kind = Parcel::Kind::kMessage, .sent = {1}, .departed = {2}};

TEST(OutQueue, ManySmallMessagesAreOnePiece) {
  OutQueue queue;
  for (int i = 0; i < 100; ++i)
    queue.add(kParcel, worker_id(1), server_id(2), make_message(PushAck{{1}}));
  EXPECT_EQ(queue.gather().size(), 1u);
  queue.written(queue.bytes());
  EXPECT_TRUE(queue.empty());
}

TEST(OutQueue, LongArraysAreNotCopied) {
  OutQueue queue;
  const MessagePtr message = large_message(5000);
  queue.add(kParcel, worker_id(1), server_id(2), message);
  const float* values = std::get<Snapshot>(*message).sections[0].values.data().data();
  ASSERT_EQ(queue.gather().size(), 2u);
  EXPECT_EQ(queue.gather()[1].data(), values);
}

TEST(OutQueue, KeepsAMessageUntilItIsWritten) {
  OutQueue queue;
  MessagePtr message = large_message(5000);
  const std::weak_ptr<const Message> alive = message;
  queue.add(kParcel, worker_id(1), server_id(2), std::move(message));
  written_by(queue, 10'000);
  EXPECT_FALSE(alive.expired());
  written_by(queue, 100'000);
  EXPECT_TRUE(queue.empty());
  queue.add(kParcel);  // what was written is dropped at the latest now
  EXPECT_TRUE(alive.expired());
}

RC_GTEST_PROP(OutQueue, WritesEveryParcelInOrderWhateverTheSystemTakes, ()) {
  OutQueue queue;
  Bytewise expected, out;
  const int messages = *rc::gen::inRange(1, 20);
  for (int i = 0; i < messages; ++i) {
    const bool large = *rc::gen::inRange(0, 4) == 0;
    const MessagePtr message =
        large ? large_message(static_cast<std::size_t>(*rc::gen::inRange(1000, 40'000)))
              : std::make_shared<const Message>(*testing::any_message());
    queue.add(kParcel, worker_id(1), server_id(2), message);
    const Bytewise one = encoded(kParcel, *message);
    expected.insert(expected.end(), one.begin(), one.end());
    const Bytewise some = written_by(queue, static_cast<std::size_t>(*rc::gen::inRange(0, 50'000)));
    out.insert(out.end(), some.begin(), some.end());
  }
  while (!queue.empty()) {
    const Bytewise rest = written_by(queue, 100'000);
    out.insert(out.end(), rest.begin(), rest.end());
  }
  RC_ASSERT(out == expected);
  RC_ASSERT(queue.bytes() == 0u);
}

TEST(OutQueue, DamagesAFrameAndNothingElse) {
  OutQueue queue;
  const MessagePtr message = large_message(5000);
  queue.add(kParcel, worker_id(1), server_id(2), message, 0x1234'5678'9abc'def1);
  queue.add(kParcel, worker_id(1), server_id(2), message);
  const Bytewise sound = encoded(kParcel, *message), damaged = written_by(queue, sound.size());
  ASSERT_EQ(damaged.size(), sound.size());
  const auto difference = std::mismatch(sound.begin(), sound.end(), damaged.begin());
  EXPECT_NE(difference.first, sound.end());
  EXPECT_GE(difference.first - sound.begin(), std::ptrdiff_t{kParcelBytes});
  EXPECT_EQ(written_by(queue, sound.size()), sound) << "what others may have too is whole";
}

TEST(OutQueue, ANewConnectionStartsTheParcelAnew) {
  OutQueue queue;
  const MessagePtr first = make_message(PushAck{{1}}), second = large_message(3000);
  queue.add(kParcel, worker_id(1), server_id(2), first);
  queue.add(kParcel, worker_id(1), server_id(2), second);
  const std::size_t one = encoded(kParcel, *first).size();
  written_by(queue, one + 5000);  // all of the first, a part of the second
  queue.restart_parcel();
  EXPECT_EQ(queue.bytes(), encoded(kParcel, *second).size());
  EXPECT_EQ(written_by(queue, 100'000), encoded(kParcel, *second));
}

}  // namespace
}  // namespace psgrid::real
