// A connection between a process and the hub: whole control messages, in order. It ends when
// another machine at the other end has not answered for half a minute.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <asio/ip/tcp.hpp>

#include "real/control.hpp"

namespace psgrid::real {

class ControlChannel : public std::enable_shared_from_this<ControlChannel> {
 public:
  struct User {
    std::function<void(ControlMessage)> on_message;
    std::function<void(const std::string& why)> on_end;  // once; not after close()
  };

  // longest: bytes of a message; raised once the other side has proved who it is.
  ControlChannel(asio::ip::tcp::socket socket, std::uint32_t longest);

  void start(User user);

  // Messages go to another user from the next one on.
  void start_over(User user) { next_user_ = std::make_unique<User>(std::move(user)); }
  void allow(std::uint32_t longest) { longest_ = longest; }
  void send(const ControlMessage& message);

  // Nothing more is sent or received.
  void close();

  // The same once what was sent is written.
  void close_when_sent();

  // Of the two ends; the machine of the other one is this one if they are equal.
  asio::ip::address local_address() const;
  asio::ip::address remote_address() const;

 private:
  void read_length();
  void read_body();
  void write();
  void end(const std::string& why);

  asio::ip::tcp::socket socket_;
  std::uint32_t longest_;
  User user_;
  std::unique_ptr<User> next_user_;  // replaces user_ when that has returned
  std::uint32_t length_ = 0;
  std::vector<std::byte> body_;
  std::vector<std::byte> queued_, writing_;
  bool closed_ = false;
  bool closing_ = false;
};

}  // namespace psgrid::real
