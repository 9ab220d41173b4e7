// A process that anybody may connect to, and that only members of the cluster may talk to.
#include "real/inbound.hpp"

#include <array>

#include <asio/write.hpp>
#include <gtest/gtest.h>

#include "model/random.hpp"
#include "tests/support/raw_frame.hpp"

namespace psgrid::real {
namespace {

using asio::ip::tcp;

class Inbound : public ::testing::Test, public ParcelReceiver {
 protected:
  std::optional<std::string> on_greeting(const Greeting& greeting) override {
    if (!greeting.token.matches(token)) return "expected the token of this cluster";
    return {};
  }
  std::optional<std::string> on_parcel(std::uint32_t process, const Parcel&, Frame frame,
                                       Bytes bytes) override {
    ++parcels;
    last_process = process;
    last_bytes = bytes.count;
    last_frame = std::move(frame);
    return {};
  }
  void on_corrupt_frame(std::uint32_t process, bool closes) override {
    EXPECT_EQ(process, 5u);
    ++(closes ? corrupt_and_closed : corrupt);
  }
  void log(const std::string& line) override {
    // "refused a connection from 127.0.0.1:54321: expected ..."
    refusals.push_back(line.substr(line.find(": ") + 2));
  }

  tcp::socket connect() {
    tcp::socket socket(io);
    socket.connect(listener.endpoint());
    return socket;
  }
  tcp::socket member() {
    tcp::socket socket = connect();
    std::array<std::byte, kGreetingBytes> bytes;
    encode(Greeting{token, 5, {1}}, bytes);
    asio::write(socket, asio::buffer(bytes));
    return socket;
  }
  static std::vector<std::byte> parcel_of(const Message& message) {
    std::vector<std::byte> frame;
    encode(worker_id(1), server_id(2), message, frame);
    return parcel_with(frame);
  }
  static std::vector<std::byte> parcel_with(std::span<const std::byte> frame) {
    std::array<std::byte, kParcelBytes> header;
    encode(Parcel{.frame_bytes = static_cast<std::uint32_t>(frame.size())}, header);
    std::vector<std::byte> bytes(header.begin(), header.end());
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    return bytes;
  }
  template <class Condition>
  bool wait_for(Condition&& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < until)
      io.run_one_for(std::chrono::milliseconds(10));
    return condition();
  }
  bool still_serves() {
    const std::size_t before = parcels;
    tcp::socket socket = member();
    asio::write(socket, asio::buffer(parcel_of(PushAck{0, {7}})));
    return wait_for([&] { return parcels == before + 1; });
  }

  asio::io_context io;
  const Token token = Token::make();
  std::size_t parcels = 0, corrupt = 0, corrupt_and_closed = 0;
  std::uint32_t last_process = 0;
  std::uint64_t last_bytes = 0;
  Frame last_frame;
  std::vector<std::string> refusals;
  Listener listener{io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0), *this};
};

TEST_F(Inbound, HandsOnWhatMembersSend) {
  tcp::socket socket = member();
  const Message message =
      Snapshot{9, 0, {{{0}, KeySet::range(0, 300'000), Values(std::vector<float>(300'000, 2.0f))}}};
  std::vector<std::byte> bytes = parcel_of(message);
  asio::write(socket, asio::buffer(parcel_of(PushAck{0, {7}})));
  // In pieces, as networks do.
  std::size_t written = 0;
  while (written < bytes.size()) {
    written += socket.write_some(asio::buffer(
        bytes.data() + written, std::min<std::size_t>(100'000, bytes.size() - written)));
    io.poll();
  }
  ASSERT_TRUE(wait_for([&] { return parcels == 2; }));
  EXPECT_EQ(last_process, 5u);
  EXPECT_EQ(last_bytes, bytes.size() - kParcelBytes);
  EXPECT_EQ(std::get<Snapshot>(*last_frame.message).sections[0].values.data()[299'999], 2.0f);
  EXPECT_TRUE(refusals.empty());
}

TEST_F(Inbound, RefusesStrangers) {
  tcp::socket socket = connect();
  std::array<std::byte, kGreetingBytes> bytes;
  encode(Greeting{Token::make(), 5, {1}}, bytes);
  asio::write(socket, asio::buffer(bytes));
  ASSERT_TRUE(wait_for([&] { return refusals.size() == 1; }));
  EXPECT_EQ(refusals[0], "expected the token of this cluster");
  tcp::socket browser = connect();
  asio::write(browser, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nxxxxx")));
  ASSERT_TRUE(wait_for([&] { return refusals.size() == 2; }));
  EXPECT_EQ(refusals[1], "expected the greeting of psgrid");
  EXPECT_TRUE(still_serves());
}

TEST_F(Inbound, DropsFramesThatWereDamagedAndReadsOn) {
  tcp::socket socket = member();
  for (std::size_t damaged : {0u, 2u, 3u, 5u, 9u, 17u, 23u, 24u}) {
    std::vector<std::byte> bytes = parcel_of(PushAck{0, {7}});
    bytes[kParcelBytes + damaged] ^= std::byte{0x81};
    const std::vector<std::byte> next = parcel_of(PushAck{0, {8}});
    bytes.insert(bytes.end(), next.begin(), next.end());
    const std::size_t before = corrupt, arrived = parcels;
    asio::write(socket, asio::buffer(bytes));
    ASSERT_TRUE(wait_for([&] { return parcels == arrived + 1; })) << damaged;
    EXPECT_EQ(corrupt, before + 1);
  }
  EXPECT_EQ(corrupt_and_closed, 0u);
  EXPECT_TRUE(refusals.empty());
}

TEST_F(Inbound, GivesAConnectionUpWhereItIsNotSureWhereAFrameEnds) {
  std::vector<std::byte> bytes = parcel_of(PushAck{0, {7}});
  for (std::size_t i = 12; i < 16; ++i) bytes[kParcelBytes + i] ^= std::byte{0xFF};
  tcp::socket socket = member();
  asio::write(socket, asio::buffer(bytes));
  ASSERT_TRUE(wait_for([&] { return corrupt_and_closed == 1; }));
  std::error_code error;
  std::array<std::byte, 1> nothing;
  EXPECT_EQ(socket.read_some(asio::buffer(nothing), error), 0u);
  EXPECT_TRUE(error);
  EXPECT_EQ(parcels, 0u);
  EXPECT_TRUE(still_serves());
}

TEST_F(Inbound, RefusesWhatNoMemberSends) {
  tcp::socket one = member();
  asio::write(one, asio::buffer(parcel_with(testing::raw_frame(250, {}))));
  ASSERT_TRUE(wait_for([&] { return refusals.size() == 1; }));
  EXPECT_EQ(refusals[0], "expected a known message type");

  std::vector<std::byte> huge = parcel_of(PushAck{0, {7}});
  huge[27] = std::byte{0xFF};
  tcp::socket two = member();
  asio::write(two, asio::buffer(huge));
  ASSERT_TRUE(wait_for([&] { return refusals.size() == 2; }));
  EXPECT_EQ(refusals[1], "expected a frame with a payload of at most 1 GiB");
  EXPECT_EQ(corrupt + corrupt_and_closed, 0u);
  EXPECT_TRUE(still_serves());
}

// Every connection ends in a refusal or in silence, and members are served all the while.
TEST_F(Inbound, SurvivesGarbage) {
  RandomStream random(1, worker_id(0), Purpose::kTest);
  for (int round = 0; round < 300; ++round) {
    tcp::socket socket = random.below(3) == 0 ? connect() : member();
    std::vector<std::byte> bytes = parcel_of(Pull{{1}, {2}, {3}, {4}, {}});
    const std::uint64_t changes = 1 + random.below(20);
    for (std::uint64_t i = 0; i < changes; ++i)
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    std::error_code ignored;
    asio::write(socket, asio::buffer(bytes.data(), 1 + random.below(bytes.size())), ignored);
    io.poll();
  }
  EXPECT_TRUE(still_serves());
}

}  // namespace
}  // namespace psgrid::real
