// Connections from other processes: whoever greets with the cluster's token may send parcels.
// Anything else closes the connection with a line in the log, and harms nobody.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include "model/codec.hpp"
#include "real/parcel.hpp"

namespace psgrid::real {

// What a listener hands on.
class ParcelReceiver {
 public:
  virtual ~ParcelReceiver() = default;

  // Whether to talk to this process; if not, what was expected.
  virtual std::optional<std::string> on_greeting(const Greeting& greeting) = 0;

  // A parcel of `process`, with its frame if it has one; an error closes the connection.
  virtual std::optional<std::string> on_parcel(std::uint32_t process, const Parcel& parcel,
                                               Frame frame, Bytes frame_bytes) = 0;

  // A frame of `process` was damaged on the way, and is dropped. Where it ends may not be known any
  // more; then the connection is closed too, with all that was under way.
  virtual void on_corrupt_frame(std::uint32_t process, bool closes) = 0;

  virtual void log(const std::string& line) = 0;
};

class Listener {
 public:
  // Connections that have not greeted yet.
  static constexpr std::size_t kStrangersMax = 256;

  // Listens on a port of the kernel's choice, or on the one given. Throws std::system_error.
  Listener(asio::io_context& io, const asio::ip::tcp::endpoint& at, ParcelReceiver& receiver);
  ~Listener();

  asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  // Closes the connections from a process.
  void reset(std::uint32_t process);

 private:
  class Connection;

  void accept();

  asio::io_context& io_;
  ParcelReceiver& receiver_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::set<std::shared_ptr<Connection>> connections_;
};

}  // namespace psgrid::real
