#include "real/control_channel.hpp"

#include <utility>

#include <asio/read.hpp>
#include <asio/write.hpp>

namespace psgrid::real {

ControlChannel::ControlChannel(asio::ip::tcp::socket socket, std::uint32_t longest)
    : socket_(std::move(socket)), longest_(longest) {
  std::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
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
                     if (!self->closed_) self->read_length();
                   });
}

void ControlChannel::send(const ControlMessage& message) {
  if (closed_) return;
  encode(message, queued_);
  if (writing_.empty()) write();
}

void ControlChannel::write() {
  if (queued_.empty()) return;
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

void ControlChannel::end(const std::string& why) {
  const auto self = shared_from_this();
  close();
  if (user_.on_end) user_.on_end(why);
}

}  // namespace psgrid::real
