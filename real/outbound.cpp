#include "real/outbound.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <asio/write.hpp>

namespace psgrid::real {

namespace {

constexpr std::uint64_t kWriteAtOnceBytes = 256 << 10;
constexpr std::chrono::milliseconds kFirstPause{10}, kLongestPause{1000};

}  // namespace

Outbound::Outbound(asio::io_context& io, Greeting greeting, std::string name, Log log, bool eager)
    : io_(io),
      greeting_(greeting),
      name_(std::move(name)),
      log_(std::move(log)),
      eager_(eager),
      socket_(io),
      pause_(io),
      next_pause_(kFirstPause) {}

void Outbound::set_endpoint(const asio::ip::tcp::endpoint& endpoint) {
  if (known_) {
    reset();
    queue_.clear();
  }
  endpoint_ = endpoint;
  known_ = true;
  next_pause_ = kFirstPause;
  if (state_ == State::kPausing) connect();
}

bool Outbound::is_full() {
  if (queue_.bytes() <= kQueuedBytesMax) return false;
  if (!std::exchange(told_of_loss_, true))
    log_("messages to " + name_ + " are lost: 2 GiB are queued for it already");
  return true;
}

void Outbound::add(const Parcel& parcel) {
  if (!is_full()) queue_.add(parcel);
}

void Outbound::add(const Parcel& parcel, NodeId from, NodeId to, MessagePtr message,
                   std::uint64_t damage) {
  if (is_full()) return;
  queue_.add(parcel, from, to, std::move(message), damage);
  // Long arrays are written while the processor's cache still has them.
  if (eager_ && state_ == State::kOpen && queue_.bytes() >= kWriteAtOnceBytes) write();
}

void Outbound::flush() {
  if (queue_.empty() || !known_) return;
  if (state_ == State::kIdle) connect();
  if (state_ == State::kOpen) write();
}

void Outbound::reset() {
  if (state_ == State::kIdle) return;
  ++connection_;
  std::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);  // RST, not FIN
  socket_.close(ignored);
  pause_.cancel();
  queue_.restart_parcel();
  state_ = State::kIdle;
}

void Outbound::connect() {
  state_ = State::kConnecting;
  ++connection_;
  socket_ = asio::ip::tcp::socket(io_);
  socket_.async_connect(endpoint_, [this, number = connection_](std::error_code error) {
    if (number == connection_) on_connected(error);
  });
}

bool Outbound::is_at_rest() const { return queue_.empty() || next_pause_ == kLongestPause; }

void Outbound::on_connected(std::error_code error) {
  if (error) return on_broken(error.message());
  std::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, error);
  if (error) return on_broken(error.message());
  std::array<std::byte, kGreetingBytes> greeting;
  encode(greeting_, greeting);
  asio::write(socket_, asio::buffer(greeting), error);  // a new socket has room for it
  if (error) return on_broken(error.message());
  state_ = State::kOpen;
  next_pause_ = kFirstPause;
  write();
}

void Outbound::write() {
  while (!queue_.empty()) {
    std::error_code error;
    const std::size_t bytes = socket_.write_some(queue_.gather(), error);
    if (!error) {
      queue_.written(bytes);
      continue;
    }
    if (error != asio::error::would_block && error != asio::error::try_again)
      return on_broken(error.message());
    state_ = State::kBlocked;
    socket_.async_wait(asio::socket_base::wait_write,
                       [this, number = connection_](std::error_code failure) {
                         if (number != connection_) return;
                         if (failure) return on_broken(failure.message());
                         state_ = State::kOpen;
                         write();
                       });
    return;
  }
}

void Outbound::on_broken(const std::string& why) {
  if (next_pause_ == kFirstPause) log_("connection to " + name_ + " lost: " + why);
  reset();
  state_ = State::kPausing;
  pause_.expires_after(next_pause_);
  next_pause_ = std::min(2 * next_pause_, kLongestPause);
  pause_.async_wait([this, number = connection_](std::error_code error) {
    if (error || number != connection_) return;
    connect();
  });
}

}  // namespace psgrid::real
