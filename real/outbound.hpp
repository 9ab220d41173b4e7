// The connection over which this process sends to one other. Opened when there is something to
// send; opened anew, with growing pauses, whenever it breaks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <system_error>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include "real/out_queue.hpp"

namespace psgrid::real {

class Outbound {
 public:
  // More than this is never queued: what comes on top is lost, as on an overloaded network.
  static constexpr std::uint64_t kQueuedBytesMax = std::uint64_t{1} << 31;

  using Log = std::function<void(const std::string&)>;

  // name: of the other process, for the log.
  // eager: what is long may be written before flush().
  Outbound(asio::io_context& io, Greeting greeting, std::string name, Log log, bool eager);

  // Where the other process listens from now on. What is queued for an earlier incarnation of it is
  // dropped.
  void set_endpoint(const asio::ip::tcp::endpoint& endpoint);

  void add(const Parcel& parcel);
  void add(const Parcel& parcel, NodeId from, NodeId to, MessagePtr message, std::uint64_t damage);

  // Writes what the system takes now; the rest follows by itself.
  void flush();
  // Whether there is nothing to do but to wait: nothing to send, or nobody to send it to, as the
  // other process has refused every connection for some time.
  bool is_at_rest() const;

  // Breaks the connection; what the system has not sent yet is lost.
  void reset();

 private:
  enum class State { kIdle, kConnecting, kOpen, kBlocked, kPausing };

  bool is_full();
  void connect();
  void on_connected(std::error_code error);
  void write();
  void on_broken(const std::string& why);

  asio::io_context& io_;
  const Greeting greeting_;
  const std::string name_;
  const Log log_;
  const bool eager_;
  asio::ip::tcp::endpoint endpoint_;
  bool known_ = false;
  asio::ip::tcp::socket socket_;
  asio::steady_timer pause_;
  std::chrono::milliseconds next_pause_;
  State state_ = State::kIdle;
  std::uint64_t connection_ = 0;  // handlers of an earlier one do nothing
  bool told_of_loss_ = false;
  OutQueue queue_;
};

}  // namespace psgrid::real
