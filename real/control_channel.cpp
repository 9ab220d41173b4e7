#include "real/control_channel.hpp"

#include <utility>

#include <asio/read.hpp>
#include <asio/write.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace psgrid::real {

namespace {

// A machine that has gone says nothing: ask it after 10 s of silence, and give it up after 30 s.
// On this machine, processes may be stopped for as long as a user likes.
void detect_silence(asio::ip::tcp::socket& socket) {
  std::error_code local, remote;
  if (socket.local_endpoint(local).address() == socket.remote_endpoint(remote).address()) return;
  const auto set = [&](int level, int name, int value) {
    setsockopt(socket.native_handle(), level, name, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

}  // namespace

ControlChannel::ControlChannel(asio::ip::tcp::socket socket, std::uint32_t longest)
    : socket_(std::move(socket)), longest_(longest) {
  std::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  detect_silence(socket_);
}

void ControlChannel::start(User user) {
  user_ = std::move(user);
  read_length();
}

void ControlChannel::read_length() {
  asio::async_read(socket_, asio::buffer(&length_, sizeof length_),
                   [self = shared_from_this()](std::error_code error, std::size_t) {
                     if (self->closed_) return;
                     if (error) return self->end(error.message());
                     if (self->length_ == 0 || self->length_ > self->longest_)
                       return self->end("expected a control message of at most " +
                                        std::to_string(self->longest_) + " bytes");
                     self->read_body();
                   });
}

void ControlChannel::read_body() {
  body_.resize(length_);
  asio::async_read(socket_, asio::buffer(body_),
                   [self = shared_from_this()](std::error_code error, std::size_t) {
                     if (self->closed_) return;
                     if (error) return self->end(error.message());
                     auto message = decode_control(self->body_);
                     if (!message) return self->end("expected a control message");
                     self->user_.on_message(std::move(*message));
                     if (self->next_user_)
                       self->user_ = std::move(*std::exchange(self->next_user_, nullptr));
                     if (!self->closed_ && !self->closing_) self->read_length();
                   });
}

void ControlChannel::send(const ControlMessage& message) {
  if (closed_ || closing_) return;
  encode(message, queued_);
  if (writing_.empty()) write();
}

void ControlChannel::write() {
  if (queued_.empty()) {
    if (closing_) close();
    return;
  }
  writing_ = std::exchange(queued_, {});
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](std::error_code error, std::size_t) {
                      self->writing_.clear();
                      if (self->closed_) return;
                      if (error) return self->end(error.message());
                      self->write();
                    });
}

void ControlChannel::close() {
  closed_ = true;
  std::error_code ignored;
  socket_.close(ignored);
}

void ControlChannel::close_when_sent() {
  closing_ = true;
  if (writing_.empty()) close();
}

asio::ip::address ControlChannel::local_address() const {
  std::error_code ignored;
  return socket_.local_endpoint(ignored).address();
}

asio::ip::address ControlChannel::remote_address() const {
  std::error_code ignored;
  return socket_.remote_endpoint(ignored).address();
}

void ControlChannel::end(const std::string& why) {
  const auto self = shared_from_this();
  close();
  if (user_.on_end) user_.on_end(why);
}

}  // namespace psgrid::real
