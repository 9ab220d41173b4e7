#include "real/inbound.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include <asio/read.hpp>

namespace psgrid::real {

namespace {

// What is read at a time while it is not known how long the next parcel is.
constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::chrono::seconds kGreetingTime{10};
constexpr std::chrono::milliseconds kAcceptPause{100};

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
  return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace

// One connection; closed by removing it from its listener's set.
class Listener::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Listener& listener, asio::ip::tcp::socket socket)
      : listener_(listener), socket_(std::move(socket)), patience_(listener.io_) {}

  void start() {
    std::error_code error;
    peer_ = text_of(socket_.remote_endpoint(error));
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
    patience_.expires_after(kGreetingTime);
    patience_.async_wait([self = weak_from_this()](std::error_code cancelled) {
      const auto connection = self.lock();
      if (!cancelled && connection) connection->refuse("expected a greeting within 10 s");
    });
    asio::async_read(socket_, asio::buffer(greeting_),
                     [self = shared_from_this()](std::error_code failure, std::size_t bytes) {
                       self->on_greeting(failure, bytes);
                     });
  }

  bool is_stranger() const { return !process_; }
  std::optional<std::uint32_t> process() const { return process_; }

  void close() {
    closed_ = true;
    patience_.cancel();
    std::error_code ignored;
    socket_.close(ignored);
  }

 private:
  void on_greeting(std::error_code failure, std::size_t bytes) {
    if (closed_) return;
    patience_.cancel();
    if (failure) {  // a connection without a word is a port scan, not worth a line
      return bytes > 0 ? refuse("expected the greeting of psgrid") : end();
    }
    const auto decoded = decode_greeting(greeting_);
    if (const auto* expected = std::get_if<std::string>(&decoded)) return refuse(*expected);
    const auto& greeting = std::get<Greeting>(decoded);
    if (const auto expected = listener_.receiver_.on_greeting(greeting)) return refuse(*expected);
    process_ = greeting.process;
    buffer_.resize(kReadBytes);
    read();
  }

  // Of a long parcel the rest and no more, so that what follows it need not be moved.
  void read() {
    const std::size_t there = end_ - begin_;
    const std::size_t missing = std::max(expected_, there) - there;
    const std::size_t bytes = missing > 0 ? missing : kReadBytes - there;
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ + bytes > buffer_.size()) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, there);
      begin_ = 0;
      end_ = there;
      if (there + bytes > buffer_.size()) buffer_.resize(there + bytes);
    }
    socket_.async_read_some(asio::buffer(buffer_.data() + end_, bytes),
                            [self = shared_from_this()](std::error_code failure, std::size_t got) {
                              if (self->closed_) return;
                              if (failure) return self->end();
                              self->end_ += got;
                              if (self->parse()) self->read();
                            });
  }

  // Hands on every whole parcel; false once the connection is closed.
  bool parse() {
    expected_ = 0;
    while (end_ - begin_ >= kParcelBytes) {
      const std::byte* at = buffer_.data() + begin_;
      const auto decoded =
          decode_parcel(std::span<const std::byte, kParcelBytes>(at, kParcelBytes));
      if (const auto* expected = std::get_if<std::string>(&decoded))
        return refuse(*expected), false;
      const Parcel& parcel = std::get<Parcel>(decoded);
      const std::size_t frame_bytes = parcel.frame_bytes;
      Frame frame;
      if (frame_bytes > 0) {
        if (end_ - begin_ < kParcelBytes + kFrameHeaderBytes) break;
        // Only where two lengths agree is it sure where the next parcel begins.
        if (claimed_frame_bytes({at + kParcelBytes, kFrameHeaderBytes}) != frame_bytes) {
          listener_.receiver_.on_corrupt_frame(*process_, true);
          return end(), false;
        }
        if (end_ - begin_ < kParcelBytes + frame_bytes) {
          expected_ = kParcelBytes + frame_bytes;
          return true;
        }
        const std::span<const std::byte> bytes{at + kParcelBytes, frame_bytes};
        auto message = decode(bytes);
        if (const auto* error = std::get_if<DecodeError>(&message)) {
          if (is_intact(bytes)) return refuse(error->what), false;
          begin_ += kParcelBytes + frame_bytes;
          listener_.receiver_.on_corrupt_frame(*process_, false);
          continue;
        }
        frame = std::move(std::get<Frame>(message));
      }
      begin_ += kParcelBytes + frame_bytes;
      const auto expected =
          listener_.receiver_.on_parcel(*process_, parcel, std::move(frame), {frame_bytes});
      if (closed_) return false;
      if (expected) return refuse(*expected), false;
    }
    return true;
  }

  void refuse(const std::string& expected) {
    listener_.receiver_.log("refused a connection from " + peer_ + ": " + expected);
    end();
  }

  void end() {
    const auto self = shared_from_this();
    close();
    listener_.connections_.erase(self);
  }

  Listener& listener_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer patience_;
  std::string peer_;
  std::array<std::byte, kGreetingBytes> greeting_{};
  std::optional<std::uint32_t> process_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what was read and not handed on
  std::size_t expected_ = 0;         // bytes of the parcel that begins it; 0: not known yet
  bool closed_ = false;
};

Listener::Listener(asio::io_context& io, const asio::ip::tcp::endpoint& at,
                   ParcelReceiver& receiver)
    : io_(io), receiver_(receiver), acceptor_(io, at), pause_(io) {
  accept();
}

Listener::~Listener() {
  for (const auto& connection : connections_) connection->close();
}

void Listener::reset(std::uint32_t process) {
  std::erase_if(connections_, [&](const auto& connection) {
    if (connection->process() != process) return false;
    connection->close();
    return true;
  });
}

void Listener::accept() {
  acceptor_.async_accept([this](std::error_code error, asio::ip::tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (error) {  // out of descriptors, say
      pause_.expires_after(kAcceptPause);
      pause_.async_wait([this](std::error_code cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    const auto strangers =
        std::count_if(connections_.begin(), connections_.end(),
                      [](const auto& connection) { return connection->is_stranger(); });
    if (static_cast<std::size_t>(strangers) < kStrangersMax)
      (*connections_.insert(std::make_shared<Connection>(*this, std::move(socket))).first)->start();
    accept();
  });
}

}  // namespace psgrid::real
