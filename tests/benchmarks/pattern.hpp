#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>

namespace psgrid::benchmarks {

/// Everyone-to-everyone traffic without any logic, on a star of one host per node with private
/// full-duplex links. In each round a worker pushes `message_bytes` to each server and waits for
/// one small acknowledgement per push, then sends each server a small request and waits for
/// `message_bytes` from each: four messages per worker, server and round.
struct Pattern {
  std::size_t workers = 16;
  std::size_t servers = 4;
  std::uint64_t message_bytes = 1'000'000;
  std::size_t rounds = 1;
  double bandwidth = 125e6;  ///< of each link and direction, in bytes per second
  double latency = 50e-6;    ///< from one node to another, in seconds

  std::uint64_t messages() const { return std::uint64_t{4} * workers * servers * rounds; }
};

/// Size of an acknowledgement and of a pull request.
inline constexpr std::uint64_t kSmallMessageBytes = 64;

/// What one simulation of a Pattern took. Trivially copyable, so that it fits through a pipe.
struct BareResult {
  std::uint64_t messages = 0;
  double virtual_seconds = 0;
  double cpu_seconds = 0;  ///< from the start of the simulation to its end, without set-up

  double messages_per_second() const { return static_cast<double>(messages) / cpu_seconds; }
};

/// Processor time of this process so far, in seconds: what a simulation on one thread takes when
/// nothing else runs.
inline double cpu_now() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace psgrid::benchmarks
